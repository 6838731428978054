"""The directory in memory, by code, so that matching among many thousands of services takes milliseconds."""

import heapq
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from operator import itemgetter
from typing import Any, TypeAlias
from uuid import UUID

from lotse_referral.domain.codes import ORIENTATION, parent_of
from lotse_referral.domain.knowledge import Knowledge
from lotse_referral.domain.levels import COVERING, code_level
from lotse_referral.domain.matching import (
    CANDIDATES_MAX,
    FALLBACK,
    Exclusion,
    Match,
    Suggestion,
    exclusion,
    not_covering,
)
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import Offer
from lotse_referral.domain.scoring import Fixed, Keyed, Scoring, standing_of

ORDERS_KEPT_MAX = 512
"""Ready-made orders by code, urgency and day; all codes of one day are fewer."""

STANDINGS_KEPT_MAX = 9
"""Each as long as the directory: three urgencies of three days."""

Rank = tuple[int, int, int, int, UUID]
OrderKey = tuple[str, frozenset[str], str, date]
Order: TypeAlias = "array[int]"
"""Offers by the most points that they can have, each packed into one number: a million objects would cost more to keep
than to make. From the top: that bound, the points that are fixed, the place of the level, the number of the offer."""


def _packed(bound: int, points: int, place: int, number: int) -> int:
    return bound << 48 | points << 40 | place << 32 | number


def _unpacked(packed: int) -> tuple[int, int, int, int]:
    return packed >> 48, packed >> 40 & 255, packed >> 32 & 255, packed & 0xFFFFFFFF


class Index:
    """All offers by the codes that they have to do with. It never changes; a new directory is a new index."""

    def __init__(self, offers: Iterable[Offer], known: Knowledge) -> None:
        self.known = known
        self.by_id: dict[UUID, Keyed] = {}
        self._by_code: dict[str, list[Keyed]] = defaultdict(list)
        self._advice: list[Keyed] = []
        self._standings: dict[tuple[str, date], dict[int, tuple[int, int]]] = {}
        self._keyed: list[Keyed] = []
        self._covered: dict[tuple[str, frozenset[str]], tuple[Order, Order]] = {}
        self._orders: dict[OrderKey, Order] = {}
        self._guarded: dict[tuple[str, frozenset[str]], list[Keyed]] = {}
        numbers: dict[Any, int] = {}
        for offer in offers:
            self._add(_keyed(offer, len(self.by_id), numbers))

    def __len__(self) -> int:
        return len(self.by_id)

    def _add(self, keyed: Keyed) -> None:
        offer = keyed.offer
        self.by_id[offer.service_id] = keyed
        self._keyed.append(keyed)
        parents = {parent_of(code) for code in offer.codes}
        for parent in parents:
            self._by_code[parent].append(keyed)
        if parent_of(offer.primary_code) == ORIENTATION:
            self._advice.append(keyed)

    def match(self, need: Need, now: datetime) -> Match:
        """Hard filters, then points; an order that is the same for the same directory, however it was loaded.

        Ties are broken by how exactly the code is covered, then by who does fewer other things, then by id.
        """
        scoring = self._scoring(need, now)
        order = self._order(need, scoring)
        left_out = self._left_out(need, scoring)
        best = self._best(order, scoring, left_out)
        gap = not any(_serves(fixed, scoring, left_out) for fixed in chain(best, self._fixed(order)))
        suggestions = tuple(_marked(scoring.suggestion(fixed), fixed, gap=gap) for fixed in best)
        return Match(
            suggestions,
            tuple(left_out[service_id] for service_id in sorted(left_out)),
            gap,
            not_covering=len(self) - len(order),
            more=len(order) - len(left_out) - len(suggestions),
            ask=_question(suggestions),
        )

    def doing_something_else(self, need: Need, now: datetime) -> Iterator[Exclusion]:
        """The offers that a match only counts, by id."""
        order = self._order(need, self._scoring(need, now))
        near = {fixed.keyed.offer.service_id for fixed in self._fixed(order)}
        for service_id in sorted(self.by_id):
            if service_id not in near:
                yield not_covering(self.by_id[service_id].offer)

    def _scoring(self, need: Need, now: datetime) -> Scoring:
        lasting = self.known.scale.lasting_declines
        gone = (self.by_id[one].offer for one, why in need.declined if why in lasting and one in self.by_id)
        return Scoring(need, now, self.known, refused=any(need.code in offer.codes for offer in gone))

    def _near(self, codes: Iterable[str]) -> Iterable[Keyed]:
        """What may have to do with these codes: whoever covers one of them or a part of it, and general advice."""
        parents = {parent_of(code) for code in codes}
        lists = [self._by_code.get(parent, []) for parent in parents]
        if ORIENTATION not in parents:
            lists.append(self._advice)
        if len(lists) == 1:
            return lists[0]
        return {keyed.number: keyed for some in lists for keyed in some}.values()

    def _order(self, need: Need, scoring: Scoring) -> Order:
        """The offers that have to do with the code, the ones that can have most points first."""
        key = (need.code, scoring.instead, need.urgency, scoring.today)
        found = self._orders.get(key)
        if found is None:
            if len(self._orders) >= ORDERS_KEPT_MAX:
                self._orders.clear()
            found = self._orders[key] = self._ordered(need.code, scoring)
        return found

    def _ordered(self, code: str, scoring: Scoring) -> Order:
        table, standings = tuple(scoring.table["code"].values()), self._standings_of(scoring)
        found = []
        for number, place in zip(*self._covering(code, scoring), strict=True):
            standing = standings.get(number)
            if standing is None:
                standing = standings[number] = standing_of(self._keyed[number].offer, scoring)
            points = table[place] + standing[0]
            found.append(_packed(points + standing[1], points, place, number))
        found.sort(reverse=True)
        return array("q", found)

    def _covering(self, code: str, scoring: Scoring) -> tuple[Order, Order]:
        """The numbers of the offers that have to do with a code, and the places of their levels; the same every day."""
        key = (code, scoring.instead)
        found = self._covered.get(key)
        if found is None:
            if len(self._covered) >= ORDERS_KEPT_MAX:
                self._covered.clear()
            places = {level: place for place, level in enumerate(scoring.table["code"])}
            near = [(one.number, code_level(code, one.offer, scoring.instead)) for one in self._near({code, *key[1]})]
            levels = array("b", (places[level] for _, level in near if level is not None))
            found = self._covered[key] = (array("l", (n for n, level in near if level is not None)), levels)
        return found

    def _fixed(self, order: Order) -> Iterator[Fixed]:
        percents = tuple(self.known.scale.percents["code"].items())
        for packed in order:
            bound, points, place, number = _unpacked(packed)
            level, percent = percents[place]
            yield Fixed(bound, points, percent, level, self._keyed[number])

    def _standings_of(self, scoring: Scoring) -> dict[int, tuple[int, int]]:
        """What of an offer's points does not depend on the code, by its number; filled as it is asked for."""
        key = (scoring.need.urgency, scoring.today)
        found = self._standings.get(key)
        if found is None:
            if len(self._standings) >= STANDINGS_KEPT_MAX:
                self._standings.clear()
            found = self._standings[key] = {}
        return found

    def _best(self, order: Order, scoring: Scoring, left_out: dict[UUID, Exclusion]) -> list[Fixed]:
        """The best ones. Once as many as are shown stand in the first tier, who cannot reach them is not looked at."""
        ranked: list[tuple[Rank, Fixed]] = []
        first: list[int] = []
        lowest, wished_max, keyed_of = -1, scoring.preference_max, self._keyed
        any_max = scoring.weights["language"] + wished_max
        percents = tuple(self.known.scale.percents["code"].items())
        for packed in order:
            bound, known, place, number = _unpacked(packed)
            if bound + any_max < lowest:
                break
            keyed = keyed_of[number]
            if bound + scoring.tongue(keyed) + wished_max < lowest or keyed.offer.service_id in left_out:
                continue
            fixed = Fixed(bound, known, percents[place][1], percents[place][0], keyed)
            points, tier = scoring.points(fixed), scoring.tier(fixed)
            codes, service_id = len(keyed.offer.codes), keyed.offer.service_id
            ranked.append(((tier, -points, -fixed.percent, codes, service_id), fixed))
            if tier == 0:
                (heapq.heappush if len(first) < CANDIDATES_MAX else heapq.heappushpop)(first, points)
                lowest = first[0] if len(first) == CANDIDATES_MAX else -1
        return [fixed for _, fixed in heapq.nsmallest(CANDIDATES_MAX, ranked, key=itemgetter(0))]

    def _left_out(self, need: Need, scoring: Scoring) -> dict[UUID, Exclusion]:
        """Those that have to do with the code and are left out; only the few that could be are looked at."""
        codes = frozenset({need.code}) | scoring.instead
        key = (need.code, scoring.instead)
        guarded = self._guarded.get(key)
        if guarded is None:
            if len(self._guarded) >= ORDERS_KEPT_MAX:
                self._guarded.clear()
            near = (keyed for keyed in self._near(codes) if _may_be_left_out(keyed.offer))
            guarded = [keyed for keyed in near if code_level(need.code, keyed.offer, scoring.instead) is not None]
            self._guarded[key] = guarded
        refused = (self.by_id[service_id] for service_id, _ in need.declined if service_id in self.by_id)
        asked = [keyed for keyed in refused if code_level(need.code, keyed.offer, scoring.instead) is not None]
        found = {}
        for keyed in (*guarded, *asked):
            left_out = exclusion(need, keyed.offer, scoring.now, self.known.scale.lasting_declines)
            if left_out is not None:
                found[keyed.offer.service_id] = left_out
        return found


def match(need: Need, offers: Iterable[Offer], now: datetime, known: Knowledge) -> Match:
    """One match without an index that is kept."""
    return Index(offers, known).match(need, now)


def _serves(fixed: Fixed, scoring: Scoring, left_out: dict[UUID, Exclusion]) -> bool:
    """Whether it covers the concern, is not left out, and no rule in force says no."""
    covers = fixed.level in COVERING and fixed.keyed.offer.service_id not in left_out
    return covers and scoring.verdict(fixed.keyed).value != "false"


def _marked(suggestion: Suggestion, fixed: Fixed, *, gap: bool) -> Suggestion:
    if not gap or fixed.level in COVERING:
        return suggestion
    return replace(suggestion, warnings=(FALLBACK, *suggestion.warnings))


def _question(suggestions: Sequence[Suggestion]) -> str | None:
    """What would decide most: a rule in force before one that is pending, and both before for whom a service is made.

    Counted over the suggested services; among equals what the best one depends on.
    """
    counted: dict[str, int] = {}
    for suggestion in suggestions:
        weighed: dict[str, int] = {}
        for one in suggestion.findings:
            if one.ask is not None:
                weighed[one.ask] = max(weighed.get(one.ask, 0), one.weight)
        for field, weight in weighed.items():
            counted[field] = counted.get(field, 0) + weight
    return max(counted, key=lambda field: counted[field]) if counted else None


def _may_be_left_out(offer: Offer) -> bool:
    return not offer.active or offer.valid_to is not None or offer.confidential


def _keyed(offer: Offer, number: int, numbers: dict[Any, int]) -> Keyed:
    tongue = (offer.spoken, offer.doubtful, offer.interpreter, frozenset((s.language, s.kind) for s in offer.slots))
    talk = (tongue, offer.slots, offer.openings, offer.appointment_only)
    where = (offer.town, offer.postal_code, offer.latitude, offer.longitude)
    place = (*where, offer.areas, offer.step_free)
    rule = (offer.rules, offer.minimum_age, offer.maximum_age, offer.areas)
    keys = (("tongue", tongue), ("talk", talk), ("place", place), ("rule", rule))
    return Keyed(offer, number, *(numbers.setdefault(key, len(numbers)) for key in keys))
