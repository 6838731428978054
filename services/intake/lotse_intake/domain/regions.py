"""Which region of the Migrationssozialarbeit a district or a postcode of Dresden belongs to; never a guess."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REGIONS = ("nord", "west", "mitte", "sued")
RECIPIENT_PREFIX = "msa-"
POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
NAMES_MAX = 1_000

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ё": "е"})
_BETWEEN = re.compile(r"[\W_]+")


class DistrictsInvalid(ValueError):
    """The list of districts is not what it must be; names the place in it."""


@dataclass(frozen=True)
class Districts:
    """Folded names and postcodes with their regions, more than one where they lie in several."""

    version: str
    named: Mapping[str, frozenset[str]]
    postcodes: Mapping[str, frozenset[str]]
    boroughs: tuple[str, ...]

    def region_of(self, place: str) -> str | None:
        """The one region of this district or postcode; None where it is unknown or lies in several.

        Where both are given they must agree, such as `01187 Dresden-Plauen`.
        """
        found = [self.postcodes.get(code, frozenset()) for code in POSTCODE.findall(place)]
        name = folded(POSTCODE.sub(" ", place))
        if name and name != "dresden":
            found.append(self.named.get(name, frozenset()))
        left = frozenset.intersection(*found) if found else frozenset()
        return next(iter(left)) if len(left) == 1 else None


def folded(name: str) -> str:
    """A name as it is compared: without case, umlauts, hyphens and the city in front."""
    plain = _BETWEEN.sub(" ", name.casefold().translate(_FOLDED)).strip()
    return plain.removeprefix("dresden ") if plain != "dresden" else plain


def recipient_of(region: str) -> str:
    """How a consent names the receiver of a region, such as `msa-nord`."""
    return RECIPIENT_PREFIX + region


def parsed(source: str) -> Districts:
    """The list from its JSON. Raises DistrictsInvalid."""
    try:
        data = json.loads(source)
        named = _named(data)
        postcodes = {code: frozenset(regions) for code, regions in data["postcodes"].items()}
        boroughs = tuple(one["borough"] for region in REGIONS for one in data["regions"][region])
        version = str(data["version"])
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DistrictsInvalid(f"districts: {type(fault).__name__}") from None
    if len(named) > NAMES_MAX or not all(regions <= set(REGIONS) for regions in (*named.values(), *postcodes.values())):
        raise DistrictsInvalid("districts: an unknown region, or too many names")
    if not all(POSTCODE.fullmatch(code) for code in postcodes):
        raise DistrictsInvalid("districts: a postcode has five digits")
    return Districts(version, named, postcodes, boroughs)


def _named(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    named: dict[str, frozenset[str]] = {}
    for region in REGIONS:
        for one in data["regions"][region]:
            _add(named, (one["borough"], *one["parts"]), {region})
    for name, regions in data["in_two_regions"].items():
        _add(named, (name,), set(regions))
    for spelled in data["spelled"].values():
        for german, other in spelled.items():
            _add(named, (other,), named[folded(german)])
    return named


def _add(named: dict[str, frozenset[str]], names: Iterable[str], regions: Iterable[str]) -> None:
    """A name that stands twice with different regions lies in all of them."""
    for name in names:
        named[folded(name)] = named.get(folded(name), frozenset()) | frozenset(regions)
