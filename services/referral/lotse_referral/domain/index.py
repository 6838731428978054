"""The directory in memory, by code, so that matching among many thousands of services takes milliseconds."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
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
from lotse_referral.domain.scoring import Fixed, Keyed, Scoring, fixed_points

ORDERS_KEPT_MAX = 512
"""Ready-made orders by code, urgency and day; about five concern codes a minute fill it within a day."""

Rank = tuple[int, int, int, int, UUID]
OrderKey = tuple[str, frozenset[str], str, date]


class Index:
    """All offers by the codes that they have to do with. It never changes; a new directory is a new index."""

    def __init__(self, offers: Iterable[Offer], known: Knowledge) -> None:
        self.known = known
        self.by_id: dict[UUID, Keyed] = {}
        self._by_code: dict[str, list[Keyed]] = defaultdict(list)
        self._advice: list[Keyed] = []
        self._orders: dict[OrderKey, list[Fixed]] = {}
        self._guarded: dict[frozenset[str], list[Keyed]] = {}
        numbers: dict[Any, int] = {}
        for offer in offers:
            self._add(_keyed(offer, numbers))

    def __len__(self) -> int:
        return len(self.by_id)

    def _add(self, keyed: Keyed) -> None:
        offer = keyed.offer
        self.by_id[offer.service_id] = keyed
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
        best = _best(order, scoring, left_out)
        gap = not any(_serves(fixed, scoring, left_out) for fixed in (*best, *order))
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
        near = {fixed.keyed.offer.service_id for fixed in order}
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
        found = {keyed.offer.service_id: keyed for parent in parents for keyed in self._by_code.get(parent, ())}
        if ORIENTATION not in parents:
            found |= {keyed.offer.service_id: keyed for keyed in self._advice}
        return found.values()

    def _order(self, need: Need, scoring: Scoring) -> list[Fixed]:
        """The offers that have to do with the code, most fixed points first."""
        key = (need.code, scoring.instead, need.urgency, scoring.today)
        found = self._orders.get(key)
        if found is None:
            if len(self._orders) >= ORDERS_KEPT_MAX:
                self._orders.clear()
            found = self._orders[key] = self._ordered(need.code, scoring)
        return found

    def _ordered(self, code: str, scoring: Scoring) -> list[Fixed]:
        found = []
        for keyed in self._near({code} | scoring.instead):
            level = code_level(code, keyed.offer, scoring.instead)
            if level is not None:
                points, percent = fixed_points(level, keyed.offer, scoring.today, self.known, scoring.weights)
                found.append(Fixed(points, percent, level, keyed))
        found.sort(key=lambda fixed: -fixed.points)
        return found

    def _left_out(self, need: Need, scoring: Scoring) -> dict[UUID, Exclusion]:
        """Those that have to do with the code and are left out; only the few that could be are looked at."""
        codes = frozenset({need.code}) | scoring.instead
        guarded = self._guarded.get(codes)
        if guarded is None:
            if len(self._guarded) >= ORDERS_KEPT_MAX:
                self._guarded.clear()
            guarded = self._guarded[codes] = [keyed for keyed in self._near(codes) if _may_be_left_out(keyed.offer)]
        refused = [self.by_id[service_id] for service_id, _ in need.declined if service_id in self.by_id]
        found = {}
        for keyed in (*guarded, *refused):
            if code_level(need.code, keyed.offer, scoring.instead) is not None:
                left_out = exclusion(need, keyed.offer, scoring.now, self.known.scale.lasting_declines)
                if left_out is not None:
                    found[keyed.offer.service_id] = left_out
        return found


def match(need: Need, offers: Iterable[Offer], now: datetime, known: Knowledge) -> Match:
    """One match without an index that is kept."""
    return Index(offers, known).match(need, now)


def _best(order: Sequence[Fixed], scoring: Scoring, left_out: dict[UUID, Exclusion]) -> list[Fixed]:
    """The best ones. Once as many as are shown stand in the first tier, whoever cannot reach them is not looked at."""
    ranked: list[tuple[Rank, Fixed]] = []
    first: list[int] = []
    for fixed in order:
        if len(first) == CANDIDATES_MAX and fixed.points + scoring.rest_max < first[0]:
            break
        offer = fixed.keyed.offer
        if offer.service_id in left_out:
            continue
        points, tier = scoring.points(fixed), scoring.tier(fixed)
        ranked.append(((tier, -points, -fixed.percent, len(offer.codes), offer.service_id), fixed))
        if tier == 0:
            (heapq.heappush if len(first) < CANDIDATES_MAX else heapq.heappushpop)(first, points)
    return [fixed for _, fixed in heapq.nsmallest(CANDIDATES_MAX, ranked, key=lambda one: one[0])]


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


def _keyed(offer: Offer, numbers: dict[Any, int]) -> Keyed:
    talk = (offer.spoken, offer.doubtful, offer.interpreter, offer.slots, offer.openings, offer.appointment_only)
    where = (offer.town, offer.postal_code, offer.latitude, offer.longitude)
    place = (*where, offer.areas, offer.step_free)
    rule = (offer.rules, offer.minimum_age, offer.maximum_age, offer.areas)
    keys = (("talk", talk), ("place", place), ("rule", rule))
    return Keyed(offer, *(numbers.setdefault(key, len(numbers)) for key in keys))
