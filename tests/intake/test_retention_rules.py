"""How long what is kept: nothing goes before its day, everything goes on its day, and what is open again stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_intake.domain.retention import (
    OFFICE_ZONE,
    RULES,
    Case,
    Held,
    Policy,
    RetentionInvalid,
    Rule,
    Text,
    day_of,
    due_now,
    due_of,
    keeping,
    read_policy,
    starts_at,
)
from lotse_intake.providers.retention_rules import shipped

POLICY = shipped()
HER = UUID(int=1)
SHIPPED_DAYS = {
    "unclaimed_file": 1,
    "anonymous_enquiry": 14,
    "free_text": 14,
    "letter_file": 30,
    "closed_case": 90,
    "project_end": 0,
    "consent_proof": 3 * 365 + 1,
    "access_log": 3 * 365 + 1,
}
"""Typed from the specification (A5, correction 10), not from the file."""

instants = st.integers(0, 45_000_000).map(
    lambda seconds: datetime(2025, 10, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
ids = st.integers(2, 10**6).map(lambda number: UUID(int=number))
cases = st.builds(Case, ids, st.none() | instants)
texts = st.builds(Text, ids, instants, st.booleans())
persons = st.builds(
    Held,
    person_id=st.just(HER),
    anonymous=st.booleans(),
    answered_at=st.none() | instants,
    cases=st.lists(cases, max_size=3),
    texts=st.lists(texts, max_size=4),
    files=st.lists(ids, max_size=3, unique=True),
    stopped=st.just(False),
)


def person(**changed: object) -> Held:
    """Somebody known, with nothing that would go."""
    nothing = Held(HER, anonymous=False, answered_at=None, cases=(), texts=(), files=(), stopped=False)
    return replace(nothing, **changed)  # type: ignore[arg-type]


def first_moment(day: date) -> datetime:
    return starts_at(day).astimezone(UTC)


def test_the_rules_are_those_of_the_specification() -> None:
    assert {name: rule.days for name, rule in POLICY.rules.items()} == SHIPPED_DAYS
    assert POLICY.latest == date(2027, 3, 31)
    assert all(rule.source for rule in POLICY.rules.values())
    assert {one.rule for one in keeping(POLICY)} == set(RULES)


@given(persons)
def test_nothing_goes_before_its_day_and_everything_goes_on_it(held: Held) -> None:
    for due in due_of(POLICY, held):
        before = due_now(POLICY, held, first_moment(due.due_on) - timedelta(microseconds=1))
        assert due not in before
        now = due_now(POLICY, held, first_moment(due.due_on))
        assert due in now or any(POLICY.rules[one.rule].takes == "person" for one in now)


@given(persons)
def test_nobody_stays_beyond_the_last_day(held: Held) -> None:
    at = first_moment(POLICY.latest)
    assert [POLICY.rules[due.rule].takes for due in due_now(POLICY, held, at)] == ["person"]


@given(persons, instants)
def test_each_period_is_kept_whole(held: Held, now: datetime) -> None:
    """A twin computation: whole days between, without any of the module's own arithmetic."""
    today = now.astimezone(OFFICE_ZONE).date()
    ends = [case.ended_at for case in held.cases]
    closed = [end.astimezone(OFFICE_ZONE).date() for end in ends if end is not None]
    whole = today >= date(2027, 3, 31)
    whole |= held.anonymous and held.answered_at is not None and (today - day_of(held.answered_at)).days > 14
    whole |= bool(closed) and len(closed) == len(ends) and (today - max(closed)).days > 90
    found = due_now(POLICY, held, now)
    assert any(POLICY.rules[due.rule].takes == "person" for due in found) == whole
    if not whole:
        old = {
            text.enquiry_id for text in held.texts if not text.consented and (today - day_of(text.written_at)).days > 14
        }
        assert {due.object_id for due in found if due.rule == "free_text"} == old
        gone = bool(closed) and len(closed) == len(ends) and (today - max(closed)).days > 30
        assert {due.object_id for due in found if due.rule == "letter_file"} == (set(held.files) if gone else set())


@given(persons, cases, instants)
def test_a_case_that_is_opened_again_keeps_her_and_her_files(held: Held, case: Case, now: datetime) -> None:
    open_again = replace(held, cases=(*held.cases, replace(case, ended_at=None)), anonymous=False)
    found = due_now(POLICY, open_again, min(now, first_moment(date(2027, 3, 30))))
    assert {due.rule for due in found} <= {"free_text"}


def test_two_cases_wait_for_each_other_and_the_last_end_counts() -> None:
    old, new = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 8, 3, 12, tzinfo=UTC)
    file, case = UUID(int=7), UUID(int=8)
    one_open = person(cases=(Case(file, old), Case(case, None)), files=(file,))
    both_ended = person(cases=(Case(file, old), Case(case, new)), files=(file,))
    late = datetime(2026, 12, 1, tzinfo=UTC)
    assert due_now(POLICY, one_open, late) == []
    assert [due.rule for due in due_now(POLICY, both_ended, late)] == ["closed_case"]
    days = {due.rule: due.due_on for due in due_of(POLICY, both_ended)}
    assert (days["closed_case"], days["letter_file"]) == (date(2026, 11, 2), date(2026, 9, 3))


@given(persons, instants)
def test_a_hold_or_a_restriction_keeps_everything(held: Held, now: datetime) -> None:
    assert due_of(POLICY, replace(held, stopped=True)) == []
    assert due_now(POLICY, replace(held, stopped=True), now + timedelta(days=4_000)) == []


def test_a_day_is_a_day_of_the_office() -> None:
    """23:30 UTC of the first of November is already the second in Dresden."""
    late = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    (due,) = [one for one in due_of(POLICY, person(texts=(Text(HER, late, False),))) if one.rule == "free_text"]
    assert due.due_on == date(2026, 11, 17)


def test_the_clock_change_takes_no_hour_away() -> None:
    summer = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
    (due,) = [one for one in due_of(POLICY, person(texts=(Text(HER, summer, False),))) if one.rule == "free_text"]
    assert due.due_on == date(2026, 11, 4)
    assert first_moment(due.due_on) == datetime(2026, 11, 3, 23, 0, tzinfo=UTC)


def test_what_was_consented_to_stays_with_her() -> None:
    kept = person(texts=(Text(HER, datetime(2026, 1, 1, tzinfo=UTC), True),))
    assert {due.rule for due in due_of(POLICY, kept)} == {"project_end"}


def _data() -> dict[str, object]:
    rules = [vars(rule) for rule in POLICY.rules.values()]
    return {
        "version": "1", "source": "x", "latest": "2027-03-31", "latest_source": "x",
        "rules": [dict(rule) for rule in rules],
    }  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        {"rules": []},
        {"rules": "x"},
        {"latest": "2027-02-30"},
        {"latest": None},
        {"rules": [vars(Rule("closed_case", "person", "case_closed", 90, "x"))] * 8},
        {"rules": [{**vars(rule), "days": -1} for rule in POLICY.rules.values()]},
        {"rules": [{**vars(rule), "days": True} for rule in POLICY.rules.values()]},
        {"rules": [{**vars(rule), "source": " "} for rule in POLICY.rules.values()]},
        {"rules": [{**vars(rule), "more": 1} for rule in POLICY.rules.values()]},
    ],
)
def test_data_that_breaks_a_rule_is_refused(broken: dict[str, object]) -> None:
    assert isinstance(read_policy(_data()), Policy)
    with pytest.raises(RetentionInvalid):
        read_policy({**_data(), **broken})
