"""Where somebody lives as far as it matters: towns, boroughs and postal codes, never a street."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lotse_referral.domain.eligibility import Value
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import EVERYWHERE

KILOMETRES_PER_DEGREE = 111.2  # of latitude; 6,371 km mean radius (IUGG), as of 2026-11-25
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Places:
    """One town with its boroughs: each name and each postal code of it with the boroughs that it may lie in."""

    town: str
    boroughs: frozenset[str]
    named: Mapping[str, frozenset[str]]
    postal_codes: Mapping[str, frozenset[str]]

    def home_of(self, need: Need) -> frozenset[str] | None:
        """The boroughs in which she may live; None if she lives in another town.

        Where she does not say, she lives in the town that the association is there for.
        """
        if need.town is not None and folded(need.town) != self.town:
            return None
        given = [self.named.get(folded(need.district))] if need.district is not None else []
        if need.postal_code is not None:
            known = self.postal_codes.get(need.postal_code)
            if known is None and need.town is None:
                return None
            given.append(known)
        stated = [one for one in given if one]
        together = frozenset.intersection(*stated) if stated else self.boroughs
        return together or frozenset.union(*stated)

    def serves(self, areas: frozenset[str], need: Need) -> Value:
        """Whether a service for these areas is there for where she lives; one without areas is there for everybody."""
        if not areas or EVERYWHERE in areas:
            return "true"
        home, served = self.home_of(need), frozenset(map(folded, areas))
        if home is None:
            return "true" if need.town is not None and folded(need.town) in served else "false"
        if self.town in served or home <= served:
            return "true"
        return "false" if home.isdisjoint(served) else "unknown"

    def borough_of(self, postal_code: str | None) -> frozenset[str]:
        """The boroughs of a postal code; empty where it is unknown."""
        return self.postal_codes.get(postal_code or "", frozenset())


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A name as it is compared: without case, umlauts, hyphens and the town in front."""
    plain = " ".join(name.casefold().translate(UMLAUTS).replace("-", " ").split())
    return plain.removeprefix("dresden ") if plain != "dresden" else plain


def kilometres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """As the crow flies, by the plane through both points; exact enough within a region."""
    east = (to_longitude - longitude) * math.cos(math.radians((latitude + to_latitude) / 2))
    return KILOMETRES_PER_DEGREE * math.hypot(to_latitude - latitude, east)
