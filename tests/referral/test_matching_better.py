"""A better offer never loses rank, and looking at a few of many services finds the same as looking at each."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import matching as synthetic
from lotse_referral.domain.index import Index
from lotse_referral.domain.matching import CANDIDATES_MAX
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import LanguageSlot, Offer, Opening
from tests.referral.match_given import (
    KNOWN,
    NOW,
    TODAY,
    directories,
    match,
    needs,
    offer,
    property_of_many,
    rank_of,
    score_of,
    slots,
)

plain_ways = {
    "interpreter": {"interpreter": True},
    "capacity": {"capacity": "available"},
    "fresh": {"assured_on": TODAY, "assurance": "two_sources"},
    "outcomes": {"helped": 20, "closed": 20},
}
better = st.sampled_from([*plain_ways, "language", "slot", "another_slot", "code", "nearer", "preferred"])


def improved(need: Need, one: Offer, how: str, slot: LanguageSlot) -> tuple[Need, Offer]:
    """The same offer with one thing better for her; what would take away something else is left as it is."""
    spoken = need.languages[0].partition("-")[0]
    slotted = {each.language for each in one.slots}
    match how:
        case "language":
            return need, replace(one, spoken=one.spoken | {spoken})
        case "slot" if spoken not in one.spoken | one.doubtful | slotted:
            return need, replace(one, slots=(*one.slots, replace(slot, language=spoken)))
        case "another_slot" if spoken in slotted:
            return need, replace(one, slots=(*one.slots, replace(slot, language=spoken)))
        case "code":
            return need, replace(one, codes=one.codes | {need.code})
        case "nearer" if None not in (need.latitude, need.longitude, one.latitude, one.longitude):
            between = [(float(a or 0) + float(b or 0)) / 2 for a, b in _both(need, one)]
            return need, replace(one, latitude=between[0], longitude=between[1])
        case "preferred":
            return replace(need, preferred=need.preferred | {one.service_id}), one
    return need, replace(one, **plain_ways.get(how, {}))  # type: ignore[arg-type]


def _both(need: Need, one: Offer) -> tuple[tuple[float | None, float | None], tuple[float | None, float | None]]:
    return (need.latitude, one.latitude), (need.longitude, one.longitude)


@property_of_many
@given(needs(), directories, st.data())
def test_a_better_offer_never_loses_rank(need: Need, directory: list[Offer], data: st.DataObject) -> None:
    before = match(need, directory)
    if not before.suggestions:
        return
    chosen = data.draw(st.sampled_from([suggestion.service_id for suggestion in before.suggestions]))
    one = next(each for each in directory if each.service_id == chosen)
    wish, made = improved(need, one, data.draw(better), data.draw(slots))
    after = match(wish, [made if each is one else each for each in directory])
    assert rank_of(after, chosen) <= rank_of(before, chosen)
    assert score_of(wish, made) >= score_of(need, one)


def test_an_hour_in_her_own_language_takes_no_earlier_hour_with_an_interpreter_away() -> None:
    daily = tuple(Opening(day, 8 * 60, 18 * 60) for day in range(5))
    plain = offer(1, spoken=frozenset({"de"}), interpreter=True, openings=daily)
    better = replace(plain, slots=(LanguageSlot("uk", Opening(1, 8 * 60, 9 * 60)),))
    for urgency in KNOWN.scale.weights:
        need = Need("benefits", ("uk",), urgency)
        assert score_of(need, better) >= score_of(need, plain)


def test_what_is_unknown_of_a_service_stands_above_what_is_known_to_be_bad() -> None:
    need = Need("benefits", ("uk",), postal_code="01239", district="Prohlis")
    capacities = [score_of(need, offer(1, capacity=one)) for one in ("none", "waitlist", "unknown", "available")]
    assert capacities == sorted(set(capacities))
    for factor, worst, unknown in (
        ("reachability", "further_away", "place_unknown"),
        ("next_slot", "no_time_fits", "hours_unknown"),
        ("language", "language_not_listed", "languages_unknown"),
        ("preference", "declined_before", "preference_unknown"),
    ):
        assert KNOWN.scale.percents[factor][worst] < KNOWN.scale.percents[factor][unknown]


@pytest.mark.parametrize("seed", range(6))
def test_the_shortcut_finds_what_looking_at_each_service_finds(seed: int) -> None:
    """With many services most are never looked at; the best ones are the same as if each had been matched alone."""
    rng = Random(seed)  # noqa: S311 - a test
    rules = sorted(KNOWN.rules)
    directory = [synthetic.offer(number, rng, rules) for number in range(400)]
    index = Index(directory, KNOWN)
    for _ in range(12):
        need = synthetic.need(rng)
        alone = [(one, single[0]) for one in directory if (single := match(need, [one]).suggestions)]
        keys = {
            said.service_id: (said.tier, -said.score, -KNOWN.scale.percents["code"][said.factors[0].because])
            for _, said in alone
        }
        ranked = sorted(alone, key=lambda one: (*keys[one[1].service_id], len(one[0].codes), one[0].service_id))
        found = index.match(need, NOW)
        assert [one.service_id for one in found.suggestions] == [said.service_id for _, said in ranked[:CANDIDATES_MAX]]
        assert found.more == max(0, len(alone) - CANDIDATES_MAX)
