"""Dated rules: each with its law, true, false or unknown, and the one question; they warn and never hide."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_referral.domain.eligibility import Condition, Rule, bracket_of, judged, verdict_of
from lotse_referral.domain.knowledge import RulesInvalid, rules_of
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import local_day
from tests.referral.match_given import KNOWN, NOW, directories, match, needs, offer, property_of_many

JOBCENTER = frozenset({"sgb2_asylum", "sgb2_pension_age", "sgb2_too_young", "sgb2_cannot_work", "p24_benefits"})
ASYLBLG = frozenset({"asylblg_p24_before", "asylblg_p24_after", "asylblg_other_status"})
NEED = Need("sgb2", ("uk",), status="p24_title", age=34)


def eligible(need: Need, rules: frozenset[str], now: datetime = NOW) -> str:
    (found,) = match(need, [offer(1, codes=frozenset({"benefits", "sgb2"}), rules=rules)], now).suggestions
    return found.eligible


def finding(need: Need, rule: str) -> tuple[str, str | None]:
    found = judged(KNOWN.rules[rule], need)
    return found.value, found.ask


def test_every_rule_names_its_law_its_source_and_whether_it_is_in_force() -> None:
    for rule in KNOWN.rules.values():
        assert rule.law
        assert rule.source
        assert rule.state in ("in_force", "pending")
        assert rule.kind != "law" or "specification" in rule.source or "general knowledge" in rule.source
        assert rule.state != "pending" or rule.valid_from is None  # nobody knows when, or whether


def test_every_question_stands_in_four_languages_and_fills_a_field_of_the_need() -> None:
    for field, question in KNOWN.questions.items():
        assert hasattr(NEED, field)
        assert all(len(question.texts[language]) > 10 for language in ("uk", "ru", "de", "en"))


@pytest.mark.parametrize(
    ("instant", "bracket"),
    [
        (datetime(2025, 3, 31, 21, 59, 59, tzinfo=UTC), "before_2025_04_01"),
        (datetime(2025, 3, 31, 22, 0, tzinfo=UTC), "after"),
    ],
)
def test_the_thirty_first_of_march_ends_at_midnight_in_dresden(instant: datetime, bracket: str) -> None:
    """Summer time had begun the day before, so midnight is 22:00 in Greenwich."""
    assert bracket_of(local_day(instant)) == bracket


def test_before_and_after_the_border_the_law_in_force_says_the_same_and_the_draft_only_warns() -> None:
    for title, warned in (("before_2025_04_01", False), ("after", True)):
        need = replace(NEED, first_title=title, receives=frozenset({"wohngeld"}))
        (found,) = match(need, [offer(1, codes=frozenset({"benefits", "sgb2"}), rules=JOBCENTER)]).suggestions
        assert found.tier == 0
        assert ("pending_law" in found.warnings) == warned
        assert found.eligible != "false"


def test_a_running_decision_under_sgb_two_goes_on() -> None:
    after = replace(NEED, first_title="after")
    assert finding(replace(after, receives=frozenset({"sgb2"})), "p24_benefits") == ("true", None)
    assert finding(after, "p24_benefits") == ("unknown", "receives")
    assert finding(replace(after, receives=frozenset({"kindergeld"})), "p24_benefits") == ("false", None)


def test_the_office_of_the_asylum_seekers_act_is_wrong_before_the_border_and_open_after_it() -> None:
    need = replace(NEED, code="asylblg", first_title="before_2025_04_01")
    assert eligible(need, ASYLBLG) == "false"
    assert eligible(replace(need, first_title="after"), ASYLBLG) == "true"
    assert eligible(replace(need, first_title="unknown"), ASYLBLG) == "unknown"
    assert eligible(replace(need, status=None), ASYLBLG) == "unknown"


@pytest.mark.parametrize(
    ("age", "value"), [(14, "false"), (15, "true"), (65, "true"), (66, "unknown"), (67, "false"), (None, "unknown")]
)
def test_the_jobcenter_is_there_from_fifteen_to_pension_age(age: int | None, value: str) -> None:
    need = replace(NEED, age=age, able_to_work=True, first_title="before_2025_04_01")
    assert eligible(need, JOBCENTER) == value


@pytest.mark.parametrize(
    ("age", "mbe", "jmd"), [(26, "false", "true"), (27, "true", "false"), (None, "unknown", "unknown")]
)
def test_twenty_seven_parts_the_two_migration_services(age: int | None, mbe: str, jmd: str) -> None:
    need = replace(NEED, age=age)
    assert finding(need, "mbe_age")[0] == mbe
    assert finding(need, "jmd_age")[0] == jmd


def test_a_rule_holds_from_midnight_to_midnight_in_dresden() -> None:
    rule = Rule("r", "law", "in_force", (), "law", "source", valid_from=date(2026, 7, 1), valid_to=date(2026, 12, 31))
    first, end = datetime(2026, 6, 30, 22, 0, tzinfo=UTC), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    moments = {
        first - timedelta(seconds=1): False,
        first: True,
        end - timedelta(seconds=1): True,
        end: False,
    }
    assert {at: rule.holds_on(local_day(at)) for at in moments} == moments


def test_before_a_law_was_in_force_it_says_nothing() -> None:
    """The protection seekers moved to the Jobcenter on 1 June 2022."""
    need = replace(NEED, code="asylblg", first_title="before_2025_04_01")
    border = datetime(2022, 5, 31, 22, 0, tzinfo=UTC)
    assert eligible(need, ASYLBLG, border - timedelta(seconds=1)) == "true"
    assert eligible(need, ASYLBLG, border) == "false"


def test_a_no_ranks_down_and_warns_with_its_law_and_what_would_change_it() -> None:
    asylum = replace(NEED, status="asylum_pending")
    jobcenter = offer(1, codes=frozenset({"benefits", "sgb2"}), rules=JOBCENTER, spoken=frozenset({"uk"}))
    found = match(asylum, [jobcenter, offer(2)])
    assert [one.service_id.int for one in found.suggestions] == [2, 1]
    last = found.suggestions[1]
    assert "not_eligible" in last.warnings
    (said,) = [one for one in last.findings if one.value == "false"]
    assert (said.rule, said.else_go, said.change) == ("sgb2_asylum", "asylblg", ("status", "subsidiary"))
    assert "SGB II" in said.law


@property_of_many
@given(needs(), directories)
def test_no_rule_ever_hides_a_service(need: Need, directory: list) -> None:  # type: ignore[type-arg]
    """Taken away all rules and limits, exactly the same services are shown."""
    bare = [replace(one, rules=frozenset(), minimum_age=None, maximum_age=None, areas=frozenset()) for one in directory]
    with_rules, without = match(need, directory), match(need, bare)
    assert {one.service_id for one in with_rules.suggestions} == {one.service_id for one in without.suggestions}
    assert {one.service_id for one in with_rules.excluded} == {one.service_id for one in without.excluded}


@pytest.mark.parametrize("rule", sorted(KNOWN.rules))
def test_a_need_that_says_nothing_is_refused_by_no_rule(rule: str) -> None:
    assert judged(KNOWN.rules[rule], Need("sgb2")).value != "false"


@pytest.mark.parametrize("rule", sorted(name for name, one in KNOWN.rules.items() if one.change is not None))
def test_the_named_change_turns_a_no_into_a_yes(rule: str) -> None:
    one = KNOWN.rules[rule]
    need = Need("sgb2")
    for condition in one.when:
        need = replace(need, **{condition.field: _meeting(condition)})  # type: ignore[arg-type]
    need = replace(need, receives=need.receives or frozenset({"kindergeld"}))
    said = judged(one, need)
    assert (said.value, said.change) == ("false", one.change)
    what, to = one.change or ("", "")
    assert judged(one, replace(need, **{what: _read(what, to)})).value != "false"  # type: ignore[arg-type]


def _meeting(condition: Condition) -> object:
    if isinstance(condition.than, tuple):
        return frozenset(condition.than[:1]) if condition.field == "receives" else condition.than[0]
    return condition.than - 1 if condition.test == "below" else condition.than


def _read(what: str, to: str) -> object:
    if what in ("age", "children"):
        return int(to)
    if what == "receives":
        return frozenset({to} if to else ())
    return to == "true" if what in ("able_to_work", "women_only") else to


@pytest.mark.parametrize(
    ("place", "value", "change"),
    [
        ({"district": "Gorbitz"}, "false", ("district", "Prohlis")),
        ({"district": "Prohlis"}, "true", None),
        ({"postal_code": "01239"}, "unknown", None),
        ({}, "unknown", None),
        ({"town": "Pirna"}, "false", ("district", "Prohlis")),
    ],
)
def test_a_service_for_a_part_of_town_asks_where_she_lives(
    place: dict[str, str], value: str, change: tuple[str, str] | None
) -> None:
    desk = offer(1, areas=frozenset({"Prohlis"}))
    (found,) = match(replace(Need("benefits", ("uk",)), **place), [desk]).suggestions  # type: ignore[arg-type]
    (said,) = found.findings
    assert (found.eligible, said.change) == (value, change)
    assert (said.ask == "district") == (value == "unknown")


def test_a_service_of_another_town_is_not_for_whoever_lives_here() -> None:
    pirna = offer(1, areas=frozenset({"Pirna"}))
    (found,) = match(Need("benefits", ("uk",)), [pirna]).suggestions
    assert (found.eligible, found.findings[0].change) == ("false", ("town", "Pirna"))
    (found,) = match(Need("benefits", ("uk",), town="Pirna"), [pirna]).suggestions
    assert found.eligible == "true"


def test_one_question_is_asked_the_one_that_most_of_the_best_depend_on() -> None:
    directory = [offer(n, rules=frozenset({"mbe_age"})) for n in (1, 2)] + [offer(3, rules=frozenset({"women_only"}))]
    assert match(Need("benefits", ("uk",)), directory).ask == "age"
    assert match(Need("benefits", ("uk",), age=30, women_only=True), directory).ask is None


@given(st.lists(st.sampled_from(["true", "false", "unknown"]), max_size=4))
def test_one_no_is_a_no_and_one_unknown_an_unknown(values: list[str]) -> None:
    rule = judged(KNOWN.rules["mbe_age"], Need("sgb2", age=30))
    verdict = verdict_of([replace(rule, value=value) for value in values])  # type: ignore[arg-type]
    assert verdict.value == ("false" if "false" in values else "unknown" if "unknown" in values else "true")
    pending = verdict_of([replace(rule, value=value, state="pending") for value in values])  # type: ignore[arg-type]
    assert (pending.value, pending.tier) == ("true", 0)


def test_a_list_of_rules_that_is_wrong_is_refused_by_name() -> None:
    good = {"id": "r", "kind": "law", "state": "in_force", "when": [], "law": "l", "source": "s"}
    asked = {"age": {"code": "how_old", "texts": dict.fromkeys(("uk", "ru", "de", "en"), "?")}}
    assert set(rules_of({"rules": [good], "questions": asked})[0]) == {"r"}
    wrong = (
        {"state": "maybe"},
        {"kind": "wish"},
        {"else_go": "astrology"},
        {"when": [{"field": "religion", "test": "is", "than": True}]},
        {"when": [{"field": "age", "test": "about", "than": 3}]},
        {"when": [{"field": "status", "test": "any_of", "than": ["duldung"]}]},
    )
    for change in wrong:
        with pytest.raises(RulesInvalid):
            rules_of({"rules": [good | change], "questions": asked})
    with pytest.raises(RulesInvalid):
        rules_of({"rules": [good, good], "questions": asked})
