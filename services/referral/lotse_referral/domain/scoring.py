"""The points of one offer for one need: quickly for all of them, and with every reason for the best."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from lotse_referral.domain.eligibility import Verdict, responsible_instead
from lotse_referral.domain.judging import judge
from lotse_referral.domain.knowledge import Knowledge
from lotse_referral.domain.levels import (
    EXACT,
    NO_COMMON_LANGUAGE,
    OTHER_PART,
    Level,
    Talk,
    freshness_level,
    reach_level,
    talks,
    tongues,
)
from lotse_referral.domain.matching import Factor, Suggestion, source_of
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import Offer, local_day
from lotse_referral.domain.weights import Weights, earned, success_percent

NO_CAPACITY, NO_LANGUAGE = "no_capacity", "language_not_available"
REQUEST, OUTCOMES, EARLIER = "request", "outcomes of this association", "earlier answer"


class Keyed(NamedTuple):
    """An offer with its number, and numbers that are the same wherever what they stand for is the same."""

    offer: Offer
    number: int
    tongue: int
    talk: int
    place: int
    rule: int


class Fixed(NamedTuple):
    """What of an offer's points depends on the code, the urgency and the day alone.

    `bound` is the most that it can have before language and preference are looked at.
    """

    bound: int
    points: int
    percent: int
    level: str
    keyed: Keyed


@dataclass
class Scoring:
    """One need on its way through the directory; what is the same for many offers is worked out once.

    `refused`: an office for exactly this concern has said no for good.
    """

    need: Need
    now: datetime
    known: Knowledge
    refused: bool = False
    weights: Weights = field(init=False)
    table: Mapping[str, Mapping[str, int]] = field(init=False)
    today: date = field(init=False)
    declined: Mapping[object, str] = field(init=False)
    instead: frozenset[str] = field(init=False)
    preference_max: int = field(init=False)
    _tongues: dict[int, int] = field(default_factory=dict)
    _talks: dict[int, tuple[int, Talk]] = field(default_factory=dict)
    _reach: dict[int, tuple[int, Level]] = field(default_factory=dict)
    _verdicts: dict[int, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.weights = self.known.scale.of(self.need.urgency)
        self.table = self.known.scale.table(self.need.urgency)
        self.today = local_day(self.now)
        self.declined = dict(self.need.declined)
        self.instead = responsible_instead(self.known.rules.values(), self.need, self.today, refused=self.refused)
        self.preference_max = self.table["preference"]["preferred" if self.need.preferred else "preference_unknown"]

    def tongue(self, keyed: Keyed) -> int:
        """The most points that the languages of an offer can earn, whenever they are spoken."""
        found = self._tongues.get(keyed.tongue)
        if found is None:
            points = self.table["language"]
            found = self._tongues[keyed.tongue] = max(points[level] for level in tongues(self.need, keyed.offer))
        return found

    def points(self, fixed: Fixed) -> int:
        """All points of an offer."""
        keyed = fixed.keyed
        if self.declined and keyed.offer.service_id in self.declined:
            return sum(factor.points for factor in self._factors(fixed))
        preferred = bool(self.need.preferred) and keyed.offer.service_id in self.need.preferred
        preference = self.table["preference"]["preferred" if preferred else "preference_unknown"]
        return fixed.points + self._talk(keyed)[0] + self._place(keyed)[0] + preference

    def tier(self, fixed: Fixed) -> int:
        """0: fits. 1: made for others as far as is known, for another part of it, full, or without a common language.

        2: a rule in force says no.

        Whoever is there for exactly this stays in front although there is no place: nobody else is responsible.
        """
        offer = fixed.keyed.offer
        full = offer.capacity == "none"
        if self.declined:
            full = full or self.declined.get(offer.service_id) == NO_CAPACITY
        silent = self._talk(fixed.keyed)[1].language.name == NO_COMMON_LANGUAGE
        behind = fixed.level == OTHER_PART or silent or (full and fixed.level not in EXACT)
        return max(self.verdict(fixed.keyed).tier, int(behind))

    def verdict(self, keyed: Keyed) -> Verdict:
        """What the rules say; the same for all services with the same rules and limits."""
        found = self._verdicts.get(keyed.rule)
        if found is None:
            rules = (self.known.rules[name] for name in sorted(keyed.offer.rules) if name in self.known.rules)
            holding = [rule for rule in rules if rule.holds_on(self.today)]
            found = self._verdicts[keyed.rule] = judge(self.need, keyed.offer, holding, self.known)
        return found

    def suggestion(self, fixed: Fixed) -> Suggestion:
        """An offer with all its reasons and warnings."""
        offer, verdict = fixed.keyed.offer, self.verdict(fixed.keyed)
        warnings = (*self._warnings(offer, verdict), *warnings_of(offer))
        return Suggestion(
            offer.service_id,
            self._factors(fixed),
            tuple(dict.fromkeys(warnings)),
            verdict.value,
            self.tier(fixed),
            verdict.findings,
        )

    def _factors(self, fixed: Fixed) -> tuple[Factor, ...]:
        offer, source = fixed.keyed.offer, source_of(fixed.keyed.offer)
        refused = self.declined.get(offer.service_id)
        talk = self._talk(fixed.keyed)[1]
        language = Level(NO_COMMON_LANGUAGE) if refused == NO_LANGUAGE else talk.language
        reach = self._place(fixed.keyed)[1]
        percent = success_percent(offer.helped, offer.closed)
        evidence = "outcomes_unknown" if percent is None else "outcomes_known"
        levels = {
            "code": (Level(fixed.level, self.need.code), source),
            "language": (language, EARLIER if refused == NO_LANGUAGE else source),
            "capacity": _capacity(offer, refused),
            "reachability": (reach, source),
            "next_slot": (Level(talk.slot.level, talk.slot.when), source),
            "evidence": (Level(evidence, None if percent is None else f"{offer.helped}/{offer.closed}"), OUTCOMES),
            "freshness": (Level(freshness_level(offer, self.today)), source),
            "preference": self._preference(offer, refused),
        }
        return tuple(
            Factor(
                name,
                earned(weight, self._percent(name, levels[name][0].name, percent)),
                *levels[name][0],
                levels[name][1],
            )
            for name, weight in self.weights.items()
        )

    def _percent(self, factor: str, level: str, success: int | None) -> int:
        return (
            success if level == "outcomes_known" and success is not None else self.known.scale.percents[factor][level]
        )

    def _preference(self, offer: Offer, refused: str | None) -> tuple[Level, str]:
        if refused is not None:
            return Level("declined_before", refused), EARLIER
        return Level("preferred" if offer.service_id in self.need.preferred else "preference_unknown"), REQUEST

    def _talk(self, keyed: Keyed) -> tuple[int, Talk]:
        found = self._talks.get(keyed.talk)
        if found is None:
            ways = talks(self.need, keyed.offer, self.now)
            language, slot = self.table["language"], self.table["next_slot"]
            points = [language[way.language.name] + slot[way.slot.level] for way in ways]
            best = max(range(len(ways)), key=lambda place: (points[place], place))
            found = self._talks[keyed.talk] = (points[best], ways[best])
        return found

    def _place(self, keyed: Keyed) -> tuple[int, Level]:
        found = self._reach.get(keyed.place)
        if found is None:
            level = reach_level(self.need, keyed.offer, self.known.places)
            found = self._reach[keyed.place] = (self.table["reachability"][level.name], level)
        return found

    def _warnings(self, offer: Offer, verdict: Verdict) -> list[str]:
        """What her own case warns of: rules that say no, that would, or that are not decided."""
        found = []
        for one in verdict.findings:
            if one.value == "false":
                found.append("pending_law" if one.state == "pending" else "not_eligible")
            elif one.value == "unknown":
                found.append("pending_law" if one.state == "pending" else "eligibility_unknown")
        found += [w for name in sorted(offer.rules) if (r := self.known.rules.get(name)) and (w := r.warning)]
        if offer.service_id in self.declined:
            found.append("declined_before")
        if self.need.step_free and offer.step_free is None and not offer.at_a_distance:
            found.append("step_free_unknown")
        return found


def standing_of(offer: Offer, scoring: Scoring) -> tuple[int, int]:
    """The points for capacity, outcomes and freshness, and the most that can be added to them for hours and place."""
    table = scoring.table
    percent = success_percent(offer.helped, offer.closed)
    points = table["capacity"][f"capacity_{offer.capacity}"]
    points += table["freshness"][freshness_level(offer, scoring.today)]
    points += table["evidence"]["outcomes_unknown"] if percent is None else earned(scoring.weights["evidence"], percent)
    timed = bool(offer.openings or offer.slots)
    slot = scoring.weights["next_slot"] if timed else table["next_slot"]["hours_unknown"]
    placed = bool(offer.areas or offer.postal_code) or offer.latitude is not None
    place = scoring.weights["reachability"] if placed else table["reachability"]["place_unknown"]
    return points, slot + place


def warnings_of(offer: Offer) -> tuple[str, ...]:
    """What a counsellor should know before she sends anybody there."""
    doubts = {
        "minimum_age": offer.minimum_age is not None,
        "appointment_required": offer.appointment_only,
        "booked_by_institution": offer.for_institutions,
        "limited_area": bool(offer.areas) and not offer.at_a_distance,
        "languages_doubtful": bool(offer.doubtful),
        "confidential_location": offer.confidential,
        "address_incomplete": not offer.address_known and not offer.confidential and not offer.at_a_distance,
        "phone_unknown": not offer.phone_known,
        "ends_soon": offer.valid_to is not None,
    }
    return tuple(doubt for doubt, holds in doubts.items() if holds)


def _capacity(offer: Offer, refused: str | None) -> tuple[Level, str]:
    """Whoever has just said that there is no place has none, whatever the directory says."""
    if refused == NO_CAPACITY:
        return Level("capacity_none"), EARLIER
    return Level(f"capacity_{offer.capacity}"), source_of(offer)
