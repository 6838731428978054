"""The pure rules of cases: phases, sight, reminders, kin, pages."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.calendar import ZONE, is_working_day
from lotse_contracts.intake.cases import CasePhase
from lotse_contracts.intake.kin import LinkKind
from lotse_contracts.intake.plans import TaskMark
from lotse_intake.domain import kin, paging, phases, sight, tasks
from lotse_intake.domain.kin import Link
from lotse_intake.domain.sight import Carried, Viewer
from lotse_intake.providers.kinds import SHIPPED, KindsInvalid, read_kinds

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
KINDS = read_kinds()

PHASES = """
from,intake,assessment,planning,steering,evaluation,closed
intake,,x,,,,x
assessment,,,x,,,x
planning,,x,,x,,x
steering,,x,x,,x,x
evaluation,,x,x,x,,x
closed,,x,,,,
"""


def test_every_step_between_phases_is_as_written_down() -> None:
    rows = list(csv.DictReader(io.StringIO(PHASES.strip())))
    assert {row["from"] for row in rows} == set(phases.PHASES)
    for row in rows:
        for wanted in phases.PHASES:
            assert phases.may_enter(row["from"], wanted) == (row[wanted] == "x"), (row["from"], wanted)  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(phases.PHASES), max_size=30))
def test_no_walk_skips_a_phase_on_the_way_forward(wanted: list[CasePhase]) -> None:
    phase: CasePhase = "intake"
    reached = {phase}
    for name in wanted:
        if phases.may_enter(phase, name):
            phase = name
            reached.add(name)
    forward = phases.OPEN_PHASES
    came = [name for name in forward if name in reached]
    if came and "closed" not in reached:
        assert came == list(forward[: len(came)])


@given(st.sampled_from(phases.PHASES), st.integers(0, 3), st.booleans())
def test_a_case_is_closed_only_when_its_concerns_have_ended_or_an_exception_is_named(
    phase: CasePhase, concerns_open: int, has_exception: bool
) -> None:
    may = phases.may_close(phase, concerns_open=concerns_open, has_exception=has_exception)
    assert may == (phase != "closed" and (concerns_open == 0 or has_exception))


@given(st.sampled_from(phases.PHASES), st.none() | st.integers(0, 200))
def test_only_a_closed_case_is_reopened_and_within_ninety_days(phase: CasePhase, days: int | None) -> None:
    closed_at = None if days is None else NOW - timedelta(days=days)
    expected = phase == "closed" and days is not None and days <= 90
    assert phases.may_reopen(phase, closed_at, NOW) == expected


# Sight

ACTORS = ("anna", "boris", "clara", "dana")
VIEWERS = st.builds(
    Viewer,
    actor=st.sampled_from(ACTORS),
    role=st.sampled_from(["counsellor", "coordinator"]),
    teams=st.frozensets(st.sampled_from(["north", "south"])),
    stands_in_for=st.frozensets(st.sampled_from(ACTORS), max_size=2),
)
CARRIED = st.builds(
    Carried,
    owner=st.none() | st.sampled_from(ACTORS),
    team=st.none() | st.sampled_from(["north", "south"]),
    assignees=st.frozensets(st.sampled_from(ACTORS)),
    conflicted=st.frozensets(st.sampled_from(ACTORS)),
)


@given(VIEWERS, CARRIED, st.sampled_from(ACTORS))
def test_a_note_for_its_author_alone_is_read_by_nobody_else_whatever_she_is(
    viewer: Viewer, carried: Carried, author: str
) -> None:
    may = sight.reads_note(viewer, carried, author=author, visibility="self")
    assert not may or viewer.actor == author


@given(VIEWERS, CARRIED, st.sampled_from(ACTORS), st.sampled_from(["self", "team", "referral"]))
def test_nobody_reads_a_note_of_a_case_that_she_does_not_see(
    viewer: Viewer, carried: Carried, author: str, visibility: str
) -> None:
    may = sight.reads_note(viewer, carried, author=author, visibility=visibility)
    assert not may or sight.sees(viewer, carried)
    if visibility != "self":
        assert may == sight.sees(viewer, carried)


@given(VIEWERS, CARRIED)
def test_whoever_decides_about_a_case_sees_it(viewer: Viewer, carried: Carried) -> None:
    assert not sight.decides(viewer, carried) or sight.sees(viewer, carried)


@given(VIEWERS, CARRIED)
def test_a_marked_conflict_closes_a_case_to_everybody_but_its_owner(viewer: Viewer, carried: Carried) -> None:
    if viewer.actor in carried.conflicted and viewer.actor != carried.owner:
        assert not sight.sees(viewer, carried)


@given(VIEWERS, CARRIED)
def test_a_case_of_another_team_is_seen_by_its_own_people_and_coordinators_alone(
    viewer: Viewer, carried: Carried
) -> None:
    strange = replace(viewer, teams=frozenset({"south"}), stands_in_for=frozenset())
    theirs = replace(carried, team="north")
    if strange.role == "counsellor" and strange.actor not in {theirs.owner, *theirs.assignees}:
        assert not sight.sees(strange, theirs)


@given(CARRIED, st.none() | st.sampled_from(ACTORS))
def test_four_eyes_are_needed_where_a_conflict_is_marked_and_nowhere_else(carried: Carried, owner: str | None) -> None:
    expected = owner is not None and owner in carried.conflicted and owner != carried.owner
    assert sight.needs_second_person(carried, owner) == expected


@given(VIEWERS, st.sampled_from(ACTORS), st.sampled_from(ACTORS))
def test_the_second_pair_of_eyes_belongs_to_another_coordinator(viewer: Viewer, first: str, owner: str) -> None:
    if sight.may_approve(viewer, proposed_by=first, proposed_owner=owner):
        assert viewer.role == "coordinator"
        assert viewer.actor not in {first, owner}


@given(VIEWERS, CARRIED, st.sampled_from(ACTORS), st.sampled_from(ACTORS))
def test_nobody_takes_back_a_mark_of_her_own(viewer: Viewer, carried: Carried, actor: str, marked_by: str) -> None:
    if sight.may_lift(viewer, actor=actor, marked_by=marked_by):
        assert viewer.actor != actor
        assert viewer.role == "coordinator" or viewer.actor == marked_by
    assert sight.may_mark(viewer, carried, viewer.actor)


# Reminders

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(DAYS)
def test_reminders_come_on_three_working_days_around_the_due_one(due: date) -> None:
    marks = tasks.marks_of(due)
    days = [at.astimezone(ZONE).date() for _, at in marks]
    assert [mark for mark, _ in marks] == ["soon", "due", "overdue"]
    assert all(is_working_day(day) for day in days)
    assert days[0] < days[1] <= due < days[2]
    assert days[1] == due or not is_working_day(due)
    assert all(at.astimezone(ZONE).hour == 9 for _, at in marks)


@given(DAYS, st.integers(-40, 40))
def test_each_reminder_comes_once_and_the_walk_ends(due: date, days: int) -> None:
    now = datetime.combine(due, datetime.min.time(), tzinfo=UTC) + timedelta(days=days)
    seen: list[str] = []
    mark: TaskMark | None = None
    while (coming := tasks.next_mark(due, now, mark)) is not None:
        mark, at = coming
        assert at >= now or mark == "overdue"
        now = max(now, at)
        seen.append(mark)
        assert len(seen) <= 3
    assert len(set(seen)) == len(seen)
    assert seen[-1:] == ["overdue"]


@given(DAYS, st.integers(-10, 40), st.sampled_from(tasks.MARKS))
def test_after_an_outage_the_last_reminder_that_is_due_is_said(due: date, days: int, set_for: TaskMark) -> None:
    now = datetime.combine(due, datetime.min.time(), tzinfo=UTC) + timedelta(days=days, hours=12)
    said = tasks.mark_now(due, now, set_for)
    assert tasks.MARKS.index(said) >= tasks.MARKS.index(set_for)
    later = [
        mark for mark, at in tasks.marks_of(due) if at <= now and tasks.MARKS.index(mark) > tasks.MARKS.index(said)
    ]
    assert later == []


# Kin

IDS = [UUID(int=number) for number in range(1, 6)]
TOLD = st.tuples(st.sampled_from(IDS), st.sampled_from(sorted(KINDS)), st.sampled_from(IDS)).filter(
    lambda told: told[0] != told[2]
)


@given(TOLD)
def test_a_link_is_kept_the_same_from_whichever_side_it_is_told(told: tuple[UUID, LinkKind, UUID]) -> None:
    person_id, kind, other_id = told
    link = kin.kept_link(KINDS, person_id, kind, other_id)
    assert link == kin.kept_link(KINDS, other_id, KINDS[kind].inverse, person_id)
    assert kin.seen_from(KINDS, link, person_id) == kind
    assert kin.seen_from(KINDS, link, other_id) == KINDS[kind].inverse
    assert KINDS[link.kind].kept


@given(st.lists(TOLD, max_size=12))
def test_links_that_are_kept_never_contradict_each_other(many: list[tuple[UUID, LinkKind, UUID]]) -> None:
    held: list[Link] = []
    for person_id, kind, other_id in many:
        link = kin.kept_link(KINDS, person_id, kind, other_id)
        if link not in held and not kin.contradicts(KINDS, link, held):
            held.append(link)
    for one, other in product(held, repeat=2):
        turned = one.person_id == other.other_id and one.other_id == other.person_id
        assert not (turned and {one.kind, other.kind} <= {"parent_of", "guardian_of"})
        if {one.person_id, one.other_id} == {other.person_id, other.other_id} and one.kind == "parent_of":
            assert other.kind in {"parent_of", "guardian_of", "household"}


def test_a_parent_may_be_the_guardian_too_and_live_with_her_child() -> None:
    mother, child, _, _, _ = IDS
    parent = Link(mother, "parent_of", child)
    assert not kin.contradicts(KINDS, Link(mother, "guardian_of", child), [parent])
    assert not kin.contradicts(KINDS, Link(mother, "household", child), [parent])
    assert kin.contradicts(KINDS, Link(child, "guardian_of", mother), [parent])
    assert kin.contradicts(KINDS, Link(child, "parent_of", mother), [parent])


@given(st.lists(TOLD, max_size=12), st.sampled_from(IDS))
def test_a_household_is_the_same_for_everybody_in_it(many: list[tuple[UUID, LinkKind, UUID]], person_id: UUID) -> None:
    links = [kin.kept_link(KINDS, *told) for told in many]
    home = kin.household_of(links, person_id)
    assert person_id in home
    for member in home:
        assert kin.household_of(links, member) == home


# Pages

ITEMS = st.lists(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 500)), max_size=15),
    min_size=1,
    max_size=4,
)


@given(ITEMS, st.integers(1, 6), st.integers(1, 1_500))
def test_page_after_page_shows_everything_once_and_newest_first(
    given_lists: list[list[tuple[int, int]]], limit: int, bytes_max: int
) -> None:
    everything = [
        sorted(
            (paging.Item(NOW + timedelta(hours=hour), uuid4(), size, size) for hour, size in one),
            key=lambda item: (item.at, item.id),
            reverse=True,
        )
        for one in given_lists
    ]
    seen: list[UUID] = []
    before: tuple[datetime, UUID] | None = None
    for _ in range(100):
        lists = [[item for item in one if before is None or (item.at, item.id) < before][:limit] for one in everything]
        shown, after = paging.newest(lists, limit=limit, bytes_max=bytes_max)
        seen += [item.id for item in shown]
        assert len(shown) <= 1 or sum(item.size_bytes for item in shown) <= bytes_max
        if after is None:
            break
        before = (after.at, after.id)
    ordered = sorted((item for one in everything for item in one), key=lambda item: (item.at, item.id), reverse=True)
    assert seen == [item.id for item in ordered]


WRONG_KINDS: tuple[tuple[str, str, Any], ...] = (
    ("child_of", "inverse", "spouse"),
    ("sibling", "kept", False),
    ("household", "code", "flat"),
    ("spouse", "names", {"en": "spouse"}),
    ("ward_of", "kept", True),
)


@pytest.mark.parametrize(("code", "field", "value"), WRONG_KINDS)
def test_kinds_that_do_not_fit_the_contract_end_the_start(code: str, field: str, value: Any, tmp_path: Path) -> None:
    whole = json.loads(SHIPPED.read_text(encoding="utf-8"))
    (row,) = [one for one in whole["kinds"] if one["code"] == code]
    row[field] = value
    path = tmp_path / "kinds.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(KindsInvalid):
        read_kinds(path)
