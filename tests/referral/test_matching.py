"""The matching: deterministic, explained, monotone, neutral, and unknown never counts as no."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from lotse_referral.domain.index import Index
from lotse_referral.domain.levels import COVERING, code_level
from lotse_referral.domain.matching import CANDIDATES_MAX, FALLBACK, Exclusion, Match, exclusion
from lotse_referral.domain.needs import Need, finest
from lotse_referral.domain.offers import LanguageSlot, Offer, Opening, local_day
from tests.referral.match_given import (
    KNOWN,
    LANGUAGES,
    NOW,
    directories,
    match,
    needs,
    offer,
    offers,
    property_of_many,
    rank_of,
    score_of,
    tier_of,
)

LASTING = KNOWN.scale.lasting_declines


def left_out(need: Need, one: Offer) -> Exclusion | None:
    return exclusion(need, one, NOW, LASTING)


@property_of_many
@given(needs(), directories, st.randoms(use_true_random=False))
def test_the_order_of_the_directory_does_not_matter(need: Need, directory: list[Offer], random: Random) -> None:
    shuffled = list(directory)
    random.shuffle(shuffled)
    assert match(need, shuffled) == match(need, directory) == match(need, directory)


@property_of_many
@given(offers(), st.lists(st.uuids(version=4), min_size=2, max_size=8, unique=True))
def test_ties_are_broken_by_the_services_id(one: Offer, ids: list[UUID]) -> None:
    twins = [replace(one, service_id=service_id, active=True, valid_to=None, confidential=False) for service_id in ids]
    found = match(Need(one.primary_code, ("uk",)), twins)
    assert [suggestion.service_id for suggestion in found.suggestions] == sorted(ids)


@property_of_many
@given(needs(), directories)
def test_every_point_has_a_known_reason_and_the_sum_stays_within_a_hundred(need: Need, directory: list[Offer]) -> None:
    for suggestion in match(need, directory).suggestions:
        assert 0 <= suggestion.score <= 100
        assert [factor.factor for factor in suggestion.factors] == list(KNOWN.scale.of(need.urgency))
        for factor in suggestion.factors:
            assert factor.source
            assert factor.because in KNOWN.scale.percents[factor.factor] or factor.because == "outcomes_known"


@property_of_many
@given(needs(), directories)
def test_the_quick_points_are_those_that_are_explained(need: Need, directory: list[Offer]) -> None:
    found = match(need, directory)
    keys = [(one.tier, -one.score) for one in found.suggestions]
    assert keys == sorted(keys)


@property_of_many
@given(needs(), directories)
def test_every_service_is_suggested_or_excluded_with_its_rule_and_what_would_change_it(
    need: Need, directory: list[Offer]
) -> None:
    found = match(need, directory)
    index = Index(directory, KNOWN)
    suggested = {one.service_id for one in found.suggestions}
    excluded = {one.service_id for one in found.excluded}
    otherwise = {one.service_id for one in index.doing_something_else(need, NOW)}
    assert len(otherwise) == found.not_covering
    assert suggested | excluded | otherwise == {one.service_id for one in directory}
    assert len(suggested) + len(excluded) + len(otherwise) + found.more == len(directory)
    assert found.excluded == tuple(
        sorted(
            (e for o in directory if code_level(need.code, o) and (e := left_out(need, o))), key=lambda e: e.service_id
        )
    )


def changed(need: Need, one: Offer, at: datetime, said: Exclusion) -> tuple[Need, Offer, datetime]:
    """The world after the smallest change."""
    to = said.change.to
    match said.change.what:
        case "directory":
            return need, replace(one, active=True, confidential=False), at
        case "day":
            return need, one, datetime.combine(date.fromisoformat(to), NOW.timetz())
        case "code":
            return replace(need, code=to), one, at
        case "overrule":
            return replace(need, declined=()), one, at
    raise AssertionError(said.change.what)


@property_of_many
@given(needs(), offers())
def test_the_smallest_change_brings_an_excluded_service_in(need: Need, one: Offer) -> None:
    at = NOW
    for _ in range(4):  # a service may be left out for several reasons, one after the other
        found = match(need, [one], at)
        if found.suggestions:
            return
        said = found.excluded[0] if found.excluded else next(Index([one], KNOWN).doing_something_else(need, at))
        before = (need, one, at)
        need, one, at = changed(need, one, at, said)
        assert (need, one, at) != before
    assert match(need, [one], at).suggestions


@property_of_many
@given(needs(), offers())
def test_what_is_unknown_of_a_need_never_counts_as_no(need: Need, one: Offer) -> None:
    """Whatever is left unsaid, she stands no worse than the worst answer would have put her."""
    one = replace(one, active=True, valid_to=None, confidential=False)
    need = replace(need, declined=())
    blank = Need(need.code, need.languages, need.urgency)
    for name in ("status", "first_title", "age", "children", "able_to_work", "women_only", "receives"):
        assert getattr(blank, name) in (None, frozenset())
    found = match(blank, [one]).suggestions
    if found and not one.areas:
        assert found[0].tier < 2
        assert found[0].eligible in ("true", "unknown")


@property_of_many
@given(needs(), directories, st.data())
def test_a_lasting_refusal_excludes_and_another_never_raises(
    need: Need, directory: list[Offer], data: st.DataObject
) -> None:
    need = replace(need, declined=())
    before = match(need, directory)
    if not before.suggestions:
        return
    chosen = data.draw(st.sampled_from([suggestion.service_id for suggestion in before.suggestions]))
    lasting = match(replace(need, declined=((chosen, "not_eligible"),)), directory)
    assert ("declined_for_good", chosen) in {(one.rule, one.service_id) for one in lasting.excluded}
    passing = match(replace(need, declined=((chosen, "no_capacity"),)), directory)
    assert rank_of(passing, chosen) >= rank_of(before, chosen)


def test_no_trait_of_a_person_and_no_association_goes_in() -> None:
    assert not {"association", "organization", "name", "provider"} & {field.name for field in fields(Offer)}
    asked = {field.name for field in fields(Need)}
    protected = {"gender", "sex", "ethnicity", "origin", "nationality", "religion", "orientation", "party", "name"}
    assert not asked & protected
    assert asked >= {"code", "languages", "urgency", "preferred"}


@property_of_many
@given(needs(), directories)
def test_an_empty_result_is_a_gap_and_falls_back_to_orientation(need: Need, directory: list[Offer]) -> None:
    found = match(need, directory)
    covering = [one for one in directory if code_level(need.code, one) in COVERING and not left_out(need, one)]
    alone = [match(need, [one]).suggestions for one in covering]
    assert found.gap == (not any(one[0].eligible != "false" for one in alone))
    for suggestion in found.suggestions:
        level = next(factor.because for factor in suggestion.factors if factor.factor == "code")
        assert (FALLBACK in suggestion.warnings) == (found.gap and level not in COVERING)


def test_general_advice_stands_behind_who_covers_the_concern_and_is_what_a_gap_falls_back_to() -> None:
    guide, tracing = offer(1, "orientation"), offer(2, "family", codes=frozenset({"family", "missing_relative"}))
    need = Need("missing_relative", ("uk",))
    assert [one.service_id.int for one in match(need, [guide, tracing]).suggestions] == [2, 1]
    alone = match(need, [guide])
    assert (alone.gap, alone.suggestions[0].warnings[0]) == (True, FALLBACK)
    assert match(need, [offer(3, "school")]) == Match((), (), gap=True, not_covering=1)


@property_of_many
@given(st.sampled_from([language for language in LANGUAGES if language != "de"]), offers())
def test_doubtful_stands_between_none_and_an_interpreter_and_unknown_above_none(language: str, one: Offer) -> None:
    plain = replace(one, spoken=frozenset({"xx"}), doubtful=frozenset(), interpreter=False, slots=(), openings=())
    need = Need(one.primary_code, (language,))
    steps = (
        plain,
        replace(plain, spoken=frozenset({"de"})),
        replace(plain, spoken=frozenset()),
        replace(plain, doubtful=frozenset({language})),
        replace(plain, interpreter=True),
        replace(plain, spoken=frozenset({language})),
    )
    scores = [score_of(need, step) for step in steps]
    assert scores == sorted(set(scores))


def test_a_service_ends_at_midnight_in_dresden() -> None:
    desk = offer(1, "work", valid_to=date(2026, 12, 31))
    need = Need("work", ("uk",))
    last = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    assert exclusion(need, desk, last, LASTING) is None
    ended = exclusion(need, desk, last + timedelta(seconds=1), LASTING)
    assert ended is not None
    assert (ended.rule, ended.change) == ("ended", ("day", "2026-12-31"))


def test_the_directorys_day_is_dresdens() -> None:
    assert local_day(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert local_day(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == date(2027, 1, 1)


def test_a_secret_place_is_suggested_for_violence_alone() -> None:
    house = offer(1, "violence", codes=frozenset({"violence", "housing"}), confidential=True)
    found = left_out(Need("housing", ("uk",)), house)
    assert found is not None
    assert found.rule == "confidential_location"
    assert left_out(Need("violence", ("uk",)), house) is None
    assert left_out(Need("domestic", ("uk",)), house) is None


def test_a_finer_code_is_covered_by_its_parent_and_a_desk_for_another_part_stands_last() -> None:
    office = offer(1)
    exact = offer(2, codes=frozenset({"benefits", "wohngeld"}))
    other = offer(3, codes=frozenset({"benefits", "but"}), spoken=frozenset({"uk"}))
    found = match(Need("wohngeld", ("uk",)), [office, exact, other])
    assert [one.service_id.int for one in found.suggestions] == [2, 1, 3]
    assert tier_of(found, other.service_id) == 1
    assert match(Need("wohngeld", ("uk",)), [other]).gap


def test_an_eviction_goes_to_the_desk_for_evictions_before_the_one_for_certificates() -> None:
    certificates = offer(1, "housing", codes=frozenset({"housing", "wbs"}))
    evictions = offer(2, "housing", codes=frozenset({"housing", "eviction"}))
    found = match(Need(finest("housing", "eviction"), ("uk",)), [certificates, evictions])
    assert [one.service_id.int for one in found.suggestions] == [2, 1]


def test_among_equals_the_one_that_does_fewer_other_things_comes_first() -> None:
    broad = offer(1, codes=frozenset({"benefits", "work", "housing"}))
    narrow = offer(2)
    assert rank_of(match(Need("benefits", ("uk",)), [broad, narrow]), narrow.service_id) == 0


def test_a_finer_code_of_persons_is_found_in_the_list_of_services() -> None:
    assert finest("recognition", "school") == "school_certificate"
    assert finest("housing", "eviction") == "eviction"
    assert finest("housing", "sgb2") == "housing"
    assert finest("housing", None) == "housing"
    assert finest("astrology", "eviction") == "astrology"


def test_a_language_is_spoken_at_some_hours_only_and_the_reason_says_when() -> None:
    thursday = Opening(3, 14 * 60, 17 * 60)
    desk = offer(1, spoken=frozenset({"de"}), slots=(LanguageSlot("uk", thursday, "native"),))
    (found,) = match(Need("benefits", ("uk",)), [desk]).suggestions
    reasons = {factor.factor: (factor.because, factor.points, factor.detail) for factor in found.factors}
    assert reasons["language"] == ("native_speaks", 20, "uk TH 14:00-17:00")
    assert reasons["next_slot"][2] == "TH 14:00"


def test_a_service_that_was_helpful_earns_more_and_few_cases_say_nothing() -> None:
    need = Need("benefits", ("uk",))
    few, good, poor = (offer(1, helped=h, closed=c) for h, c in ((9, 9), (20, 20), (0, 20)))
    assert score_of(need, poor) < score_of(need, few) < score_of(need, good)


def test_the_tiers_stand_one_behind_the_other() -> None:
    fits = offer(1)
    for_others = offer(2, rules=frozenset({"for_researchers"}), spoken=frozenset({"uk"}), capacity="available")
    too_young = offer(3, minimum_age=27, spoken=frozenset({"uk"}), capacity="available")
    found = match(Need("benefits", ("uk",), age=20, status="p24_title"), [too_young, for_others, fits])
    assert [(one.service_id.int, one.tier) for one in found.suggestions] == [(1, 0), (2, 1), (3, 2)]
    assert tier_of(found, too_young.service_id) == 2


@property_of_many
@example(100)
@given(st.integers(CANDIDATES_MAX + 1, 100))
def test_more_than_are_shown_are_counted(number: int) -> None:
    found = match(Need("benefits", ("uk",)), [offer(n) for n in range(1, number + 1)])
    assert (len(found.suggestions), found.more) == (CANDIDATES_MAX, number - CANDIDATES_MAX)
