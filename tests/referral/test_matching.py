"""The matching: deterministic, explained, monotone, neutral, and unknown never counts as no."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from lotse_referral.domain import codes
from lotse_referral.domain.matching import CANDIDATES_MAX, FALLBACK, Match, exclusion, match, suggestion_of
from lotse_referral.domain.offers import Need, Offer, local_day
from lotse_referral.domain.weights import LEVELS, NORMAL, WEIGHTS

TODAY = date(2026, 11, 25)
CODES = sorted(codes.CONCERNS)
LANGUAGES = ("uk", "ru", "de", "en", "ar")

some_codes = st.frozensets(st.sampled_from(CODES), min_size=1, max_size=4)
some_languages = st.frozensets(st.sampled_from(LANGUAGES), max_size=3)
needs = st.builds(
    Need,
    code=st.sampled_from([*CODES, *codes.PARENT_OF]),
    language=st.sampled_from(LANGUAGES),
    urgency=st.sampled_from(sorted(WEIGHTS)),
)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    covered = draw(some_codes)
    return Offer(
        service_id=draw(st.uuids(version=4)),
        primary_code=draw(st.sampled_from(sorted(covered))),
        codes=covered,
        spoken=draw(some_languages),
        doubtful=draw(some_languages),
        interpreter=draw(st.booleans()),
        capacity=draw(st.sampled_from(["available", "waitlist", "none", "unknown"])),
        active=draw(st.sampled_from([True, True, True, False])),
        valid_to=draw(st.none() | st.dates(date(2026, 11, 1), date(2027, 1, 31))),
        confidential=draw(st.sampled_from([False, False, False, True])),
        assured_on=draw(st.none() | st.dates(date(2024, 1, 1), TODAY)),
        assurance=draw(st.sampled_from(["two_sources", "one_source", "unknown"])),
    )


directories = st.lists(offers(), max_size=12, unique_by=lambda offer: offer.service_id)


def rank_of(found: Match, service_id: UUID) -> int:
    return [suggestion.service_id for suggestion in found.suggestions].index(service_id)


@given(needs, directories, st.randoms(use_true_random=False))
def test_the_order_of_the_directory_does_not_matter(need: Need, directory: list[Offer], random: Random) -> None:
    shuffled = list(directory)
    random.shuffle(shuffled)
    assert match(need, shuffled, TODAY) == match(need, directory, TODAY)


@given(offers(), st.lists(st.uuids(version=4), min_size=2, max_size=8, unique=True))
def test_ties_are_broken_by_the_services_id(offer: Offer, ids: list[UUID]) -> None:
    twins = [
        replace(offer, service_id=service_id, active=True, valid_to=None, confidential=False) for service_id in ids
    ]
    found = match(Need(offer.primary_code, "uk"), twins, TODAY)
    assert [suggestion.service_id for suggestion in found.suggestions] == sorted(ids)


@given(needs, directories)
def test_every_point_has_a_known_reason_and_the_sum_stays_within_a_hundred(need: Need, directory: list[Offer]) -> None:
    for suggestion in match(need, directory, TODAY).suggestions:
        assert 0 <= suggestion.score <= 100
        assert {factor.factor for factor in suggestion.factors} == set(NORMAL)
        assert all(factor.because in LEVELS[factor.factor] for factor in suggestion.factors)


@given(needs, directories)
def test_every_service_is_suggested_or_excluded_with_its_rule(need: Need, directory: list[Offer]) -> None:
    found = match(need, directory, TODAY)
    excluded = {one.service_id: one.rule for one in found.excluded}
    assert excluded == {o.service_id: rule for o in directory if (rule := exclusion(need, o, TODAY))}
    if not found.gap and len(directory) <= CANDIDATES_MAX:
        assert {s.service_id for s in found.suggestions} == {o.service_id for o in directory} - set(excluded)


@given(needs, directories, st.data())
def test_a_better_offer_never_loses_rank(need: Need, directory: list[Offer], data: st.DataObject) -> None:
    before = match(need, directory, TODAY)
    if before.gap or not before.suggestions:
        return
    chosen = data.draw(st.sampled_from([suggestion.service_id for suggestion in before.suggestions]))
    offer = next(one for one in directory if one.service_id == chosen)
    better = data.draw(
        st.sampled_from(
            [
                replace(offer, spoken=offer.spoken | {need.language}),
                replace(offer, interpreter=True),
                replace(offer, capacity="available"),
                replace(offer, assured_on=TODAY, assurance="two_sources"),
                replace(offer, codes=offer.codes | {need.code}),
            ]
        )
    )
    after = match(need, [better if one is offer else one for one in directory], TODAY)
    assert rank_of(after, chosen) <= rank_of(before, chosen)


def test_no_trait_of_a_person_and_no_association_goes_in() -> None:
    assert {field.name for field in fields(Need)} == {"code", "language", "urgency", "preferred"}
    assert not {"association", "organization"} & {field.name for field in fields(Offer)}


@given(needs, directories)
def test_an_empty_result_is_a_gap_and_falls_back_to_orientation(need: Need, directory: list[Offer]) -> None:
    found = match(need, directory, TODAY)
    if any(exclusion(need, offer, TODAY) is None for offer in directory):
        assert not found.gap
        return
    assert found.gap
    orientation = match(replace(need, code=codes.ORIENTATION), directory, TODAY).suggestions
    if codes.parent_of(need.code) != codes.ORIENTATION:
        assert [s.service_id for s in found.suggestions] == [s.service_id for s in orientation]
        assert all(suggestion.warnings[0] == FALLBACK for suggestion in found.suggestions)


@given(st.sampled_from(LANGUAGES), offers())
def test_doubtful_stands_between_none_and_an_interpreter_and_unknown_above_none(language: str, offer: Offer) -> None:
    plain = replace(offer, spoken=frozenset({"xx"}), doubtful=frozenset(), interpreter=False)
    need = Need(offer.primary_code, language)
    steps = (
        plain,
        replace(plain, spoken=frozenset()),
        replace(plain, doubtful=frozenset({language})),
        replace(plain, interpreter=True),
        replace(plain, spoken=frozenset({language})),
    )
    scores = [suggestion_of(need, step, TODAY, NORMAL).score for step in steps]
    assert scores == sorted(set(scores))


def test_weights_share_out_a_hundred_points() -> None:
    assert all(sum(weights.values()) == 100 for weights in WEIGHTS.values())
    assert all(weights.keys() == LEVELS.keys() for weights in WEIGHTS.values())


def test_a_service_ends_at_midnight_in_dresden() -> None:
    offer = Offer(UUID(int=1), "work", frozenset({"work"}), valid_to=TODAY)
    need = Need("work", "uk")
    assert exclusion(need, offer, TODAY) is None
    assert exclusion(need, offer, TODAY + timedelta(days=1)) == "ended"


def test_the_directorys_day_is_dresdens() -> None:
    assert local_day(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert local_day(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == date(2027, 1, 1)


def test_a_secret_place_is_suggested_for_violence_alone() -> None:
    house = Offer(UUID(int=1), "violence", frozenset({"violence", "housing"}), confidential=True)
    assert exclusion(Need("housing", "uk"), house, TODAY) == "confidential_location"
    assert exclusion(Need("violence", "uk"), house, TODAY) is None
    assert exclusion(Need("domestic", "uk"), house, TODAY) is None


def test_a_finer_code_is_covered_by_its_parent() -> None:
    office = Offer(UUID(int=1), "benefits", frozenset({"benefits"}))
    exact = Offer(UUID(int=2), "benefits", frozenset({"benefits", "wohngeld"}))
    found = match(Need("wohngeld", "uk"), [office, exact], TODAY)
    assert [suggestion.service_id for suggestion in found.suggestions] == [exact.service_id, office.service_id]
