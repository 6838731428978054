"""The file of a case: goals, tasks with their reminders, and notes that are read by whom they are meant for."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake
from lotse_contracts.catalogue import questions_to
from lotse_contracts.envelope import Question, Sealed
from lotse_contracts.intake import NoteContent, PersonFields
from lotse_contracts.sealed import CannotOpen, encode, open_sealed, public_bytes
from lotse_contracts.values import COUNSELLORS
from lotse_intake.domain.tasks import marks_of
from lotse_intake.handlers.plans import TASK_TIMER
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, LINE, OTHERS, OWNER, SECRET, STRANGER, asked, content, given, owned
from tests.intake.given import Intake, kinds, only, registration, sealed_to

# Goals and tasks


async def test_a_goal_is_agreed_once_and_read_in_the_file_alone(here: Intake) -> None:
    case = await owned(here)
    order = casework.goal(here, case, target="2027-05-01")
    assert kinds(await given(here, order)) == ["evt intake.goal-set"]
    assert await given(here, order) == []
    (found,) = (await content(here, case)).goals
    assert (found.text, found.target, found.result) == (LINE, "2027-05-01", None)
    assert LINE.encode() not in here.whole_database()


async def test_a_goal_ends_once_and_a_dropped_one_says_why(here: Intake) -> None:
    case = await owned(here)
    order = casework.goal(here, case)
    await given(here, order)
    for wrong in (
        intake.EndGoal(goal_id=order.goal_id, result="dropped"),
        intake.EndGoal(goal_id=order.goal_id, result="reached", reason="her_wish"),
    ):
        with pytest.raises(Refused, match="reason_for_dropping"):
            await given(here, wrong)
    end = intake.EndGoal(goal_id=order.goal_id, result="dropped", reason="her_wish")
    assert only(await given(here, end), intake.GoalEnded).version == 2
    assert await given(here, end) == []
    with pytest.raises(Refused, match="already_ended"):
        await given(here, intake.EndGoal(goal_id=order.goal_id, result="reached"))


async def test_a_task_reminds_three_times_and_the_desk_hears_it(here: Intake) -> None:
    case = await owned(here)
    order = casework.task(here, case, due="2026-12-02", assignee=COLLEAGUE)
    assert only(await given(here, order), intake.TaskSet).assignee == COLLEAGUE
    said = []
    for mark, at in marks_of(date(2026, 12, 2)):
        assert waiting(here) == [(str(order.task_id), at, {"mark": mark})]
        here.now = at
        said += await fired(here)
    assert [(fact.mark, fact.assignee, fact.version) for fact in said] == [
        ("soon", COLLEAGUE, 2),
        ("due", COLLEAGUE, 3),
        ("overdue", COLLEAGUE, 4),
    ]
    assert waiting(here) == []


def waiting(here: Intake) -> list[tuple[Any, ...]]:
    return here.rows(f"SELECT key, due_at, payload FROM timer WHERE kind = '{TASK_TIMER}'")


async def fired(here: Intake) -> list[Any]:
    """What is said when the one timer is due; it is gone then, as the chassis has it."""
    ((key, at, payload),) = waiting(here)
    here.execute(f"DELETE FROM timer WHERE kind = '{TASK_TIMER}'")
    timer = Timer(TASK_TIMER, key, at, payload, uuid4())
    async with here.service.engine.begin() as tx:
        return list(await here.service.timer_handlers[TASK_TIMER](timer, here.context(), tx))


async def test_a_task_that_is_moved_is_reminded_of_on_its_new_day_and_one_that_is_done_is_not(here: Intake) -> None:
    case = await owned(here)
    order = casework.task(here, case, due="2026-12-02")
    await given(here, order)
    moved = only(
        await given(here, intake.MoveTask(task_id=order.task_id, due="2026-12-09", assignee=COLLEAGUE)),
        intake.TaskSet,
    )
    assert (moved.due, moved.assignee, moved.version) == ("2026-12-09", COLLEAGUE, 2)
    assert [row[1] for row in waiting(here)] == [marks_of(date(2026, 12, 9))[0][1]]
    done = intake.EndTask(task_id=order.task_id, result="done")
    assert only(await given(here, done, COLLEAGUE), intake.TaskEnded).result == "done"
    assert await given(here, done, COLLEAGUE) == []
    assert waiting(here) == []
    with pytest.raises(Refused, match="already_ended"):
        await given(here, intake.MoveTask(task_id=order.task_id, due="2026-12-10"))


async def test_a_timer_that_fires_after_the_end_says_nothing(here: Intake) -> None:
    case = await owned(here)
    order = casework.task(here, case)
    await given(here, order)
    late = waiting(here)[0]
    await given(here, intake.EndTask(task_id=order.task_id, result="dropped", reason="not_possible"))
    async with here.service.engine.begin() as tx:
        timer = Timer(TASK_TIMER, late[0], late[1], late[2], uuid4())
        assert await here.service.timer_handlers[TASK_TIMER](timer, here.context(), tx) == []
    assert waiting(here) == []


async def test_whoever_has_a_task_in_a_case_sees_it_as_long_as_the_task_is_open(here: Intake) -> None:
    await given(here, intake.EnrolStaff(actor=COLLEAGUE, teams=("south",)), CHIEF)
    await given(here, intake.EnrolStaff(actor=OWNER, teams=("north",)), CHIEF)
    case = await owned(here, team="north")
    assert (await asked(here, case, COLLEAGUE))[1] is None
    order = casework.task(here, case, assignee=COLLEAGUE)
    await given(here, order)
    assert (await content(here, case, COLLEAGUE)).tasks
    await given(here, intake.EndTask(task_id=order.task_id, result="done"), COLLEAGUE)
    assert (await asked(here, case, COLLEAGUE))[1] is None


async def test_a_task_is_not_given_to_somebody_with_a_conflict_nor_to_another_cases_goal(here: Intake) -> None:
    case, other = await owned(here), await owned(here)
    await given(here, intake.MarkConflict(case_id=case.case_id, actor=COLLEAGUE, reason="acquaintance"))
    with pytest.raises(Refused, match="conflict_of_interest"):
        await given(here, casework.task(here, case, assignee=COLLEAGUE))
    elsewhere = casework.goal(here, other)
    await given(here, elsewhere)
    with pytest.raises(Refused, match="unknown_goal"):
        await given(here, casework.task(here, case, goal_id=elsewhere.goal_id))


async def test_there_is_a_limit_to_what_is_open_in_a_case(here: Intake) -> None:
    case = await owned(here)
    for _ in range(20):
        await given(here, casework.goal(here, case))
    with pytest.raises(Refused, match="case_full"):
        await given(here, casework.goal(here, case))


async def test_ids_of_another_case_are_refused(here: Intake) -> None:
    case, other = await owned(here), await owned(here)
    goal, task, note = casework.goal(here, case), casework.task(here, case), casework.note(here, case)
    for order in (goal, task, note):
        await given(here, order)
    for wrong in (
        casework.goal(here, other, goal_id=goal.goal_id),
        casework.task(here, other, task_id=task.task_id),
        casework.note(here, other, id=note.note_id),
    ):
        with pytest.raises(Refused, match="id_taken"):
            await given(here, wrong)
    for unknown in (
        intake.EndGoal(goal_id=uuid4(), result="reached"),
        intake.EndTask(task_id=uuid4(), result="done"),
        intake.ShowNote(note_id=uuid4(), visibility="team"),
        casework.note(here, casework.Case(uuid4(), case.person_id, case.concern_id, case.enquiry_id)),
        casework.note(here, casework.Case(case.case_id, other.person_id, case.concern_id, case.enquiry_id)),
    ):
        with pytest.raises(Refused, match="unknown_"):
            await given(here, unknown)


# Notes


async def test_a_note_for_the_team_is_read_by_the_team_and_stands_nowhere_in_the_clear(here: Intake) -> None:
    case = await owned(here)
    order = casework.note(here, case, others=OTHERS)
    assert kinds(await given(here, order)) == ["evt intake.note-written"]
    assert await given(here, order) == []
    for reader in (OWNER, COLLEAGUE, CHIEF):
        (found,) = (await content(here, case, reader)).notes
        assert (found.text, found.about_others, found.author) == (SECRET, OTHERS, OWNER)
    whole = here.whole_database()
    assert SECRET.encode() not in whole
    assert OTHERS.encode() not in whole


async def test_a_note_for_oneself_is_read_by_its_author_alone_and_nothing_is_said_of_it(here: Intake) -> None:
    case = await owned(here)
    order = casework.note(here, case, visibility="self")
    assert await given(here, order) == []
    assert [one.text for one in (await content(here, case)).notes] == [SECRET]
    for reader in (COLLEAGUE, CHIEF):
        assert (await content(here, case, reader)).notes == ()
        for attempt in (
            intake.ShowNote(note_id=order.note_id, visibility="team"),
            intake.UseNoteAsSummary(note_id=order.note_id),
        ):
            with pytest.raises(Refused, match="unknown_note"):
                await given(here, attempt, reader)
    assert here.rows("SELECT count(*) FROM outbox WHERE claim_name LIKE '%note%'") == [(0,)]


async def test_its_author_opens_a_note_to_others_and_closes_it_again(here: Intake) -> None:
    case = await owned(here)
    order = casework.note(here, case, visibility="self")
    await given(here, order)
    shown = await given(here, intake.ShowNote(note_id=order.note_id, visibility="team"))
    assert only(shown, intake.NoteWritten).visibility == "team"
    assert (await content(here, case, COLLEAGUE)).notes
    with pytest.raises(Refused, match="note_not_yours"):
        await given(here, intake.ShowNote(note_id=order.note_id, visibility="referral"), COLLEAGUE)
    assert await given(here, intake.ShowNote(note_id=order.note_id, visibility="self")) == []
    assert (await content(here, case, CHIEF)).notes == ()


async def test_a_note_becomes_a_summary_by_explicit_choice_alone_and_without_third_persons(here: Intake) -> None:
    case = await owned(here)
    order = casework.note(here, case, visibility="team", others=OTHERS)
    await given(here, order)
    with pytest.raises(Refused, match="note_not_for_referral"):
        await given(here, intake.UseNoteAsSummary(note_id=order.note_id))
    await given(here, intake.ShowNote(note_id=order.note_id, visibility="referral"))
    assert (await content(here, case)).fields.need_summary is None
    use = intake.UseNoteAsSummary(note_id=order.note_id)
    assert kinds(await given(here, use)) == ["evt intake.person-registered"]
    assert await given(here, use) == []
    assert (await content(here, case)).fields.need_summary == SECRET
    assert OTHERS.encode() not in (await content(here, case)).fields.model_dump_json().encode()


async def test_a_summary_of_a_note_leaves_her_other_fields_as_they_were(here: Intake) -> None:
    case = await owned(here)
    await given(here, registration(here, case.person_id, PersonFields(health="Asthma", need_summary="alt")))
    order = casework.note(here, case, visibility="referral")
    await given(here, order)
    await given(here, intake.UseNoteAsSummary(note_id=order.note_id))
    fields = (await content(here, case)).fields
    assert (fields.health, fields.need_summary) == ("Asthma", SECRET)


async def test_a_note_that_is_sealed_to_another_person_or_is_empty_is_refused(here: Intake) -> None:
    case, other = await owned(here), await owned(here)
    sealed = sealed_to(here.seal_key, NoteContent(text="x"), intake.WriteNote, str(other.person_id))
    wrong = casework.note(here, case).model_copy(update={"content": sealed})
    with pytest.raises(Refused, match="cannot_open"):
        await given(here, wrong)
    assert here.counts()["note"] == 0


async def test_a_service_without_a_member_of_staff_writes_and_reads_no_notes(here: Intake) -> None:
    case = await owned(here)
    with pytest.raises(Refused, match="token_missing"):
        await here.hear(casework.note(here, case), actor=None)
    with pytest.raises(Refused, match="token_missing"):
        await here.ask(intake.AskCase(case_id=case.case_id, reply_key="A" * 43), actor=None)


async def test_the_file_comes_page_by_page_and_shows_everything_once(here: Intake) -> None:
    case = await owned(here)
    wanted = set()
    for number in range(60):
        here.now += timedelta(minutes=1)
        order = casework.note(here, case, text="ї" * 3_000 + str(number))
        wanted.add(order.note_id)
        await given(here, order)
    goal = casework.goal(here, case)
    await given(here, goal)
    seen: list[UUID] = []
    cursor, pages = None, 0
    while True:
        answer, page = await asked(here, case, cursor=cursor)
        assert [one.goal_id for one in page.goals] == [goal.goal_id]
        seen += [one.note_id for one in page.notes]
        cursor, pages = answer.cursor, pages + 1
        assert len(answer.model_dump_json()) < 262_144
        if cursor is None:
            break
    assert (len(seen), set(seen)) == (60, wanted)
    assert pages == 3


async def test_every_reading_of_a_file_is_in_the_access_log_with_its_purpose(here: Intake) -> None:
    case = await owned(here)
    await asked(here, case, COLLEAGUE)
    found = here.rows("SELECT actor, action, object_kind, object_id, purpose FROM access_log ORDER BY id DESC LIMIT 1")
    assert found == [(COLLEAGUE, "read", "case", str(case.case_id), "counselling")]


# No path leaks a note that is its author's alone


def question_of(kind: type[Question], case: casework.Case, reply_key: str) -> Question | None:
    """The question about this person and this case, with whatever fields it has; None where it needs a secret."""
    known: dict[str, Any] = {
        "case_id": case.case_id,
        "person_id": case.person_id,
        "concern_id": case.concern_id,
        "enquiry_id": case.enquiry_id,
        "reply_key": reply_key,
        "on": "2026-11-25",
        "purpose": "counselling",
        "which": "open",
        "kind": "disclosure",
        "language": "de",
        "name": "concerns",
    }
    fields = {name: known[name] for name in kind.model_fields if name in known}
    try:
        return kind.model_validate(fields)
    except ValueError:
        return None


def opened_with(answer: Any, reader: X25519PrivateKey, kind: type[Question], keys: list[str]) -> bytes:
    """Everything that an answer says, and everything in it that the asker's key opens."""
    said = answer.model_dump_json().encode()
    waiting, found = [answer.model_dump()], [said]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict) and thing.keys() == Sealed.model_fields.keys():
            for key in keys:
                try:
                    found.append(open_sealed(Sealed(**thing), reader, type_name=kind.type_name(), key=key))
                except CannotOpen:
                    continue
        elif isinstance(thing, dict):
            waiting += thing.values()
        elif isinstance(thing, (list, tuple)):
            waiting += thing
    return b"|".join(found)


OF_THE_PERSON_HERSELF = {"person-data", "subject-access"}
"""What is drawn up for her: she has a right to every note about her (Art. 15), so these are in it."""


async def test_no_question_that_there_is_gives_a_note_to_anybody_but_its_author(here: Intake) -> None:
    case = await owned(here)
    await given(here, casework.note(here, case, visibility="self"))
    reader = X25519PrivateKey.generate()
    keys = [str(case.case_id), str(case.person_id), str(case.enquiry_id), str(case.concern_id)]
    tried, seen_by_author = [], b""
    for kind in questions_to("intake"):
        question = question_of(kind, case, encode(public_bytes(reader)))
        if question is None or kind.NAME in OF_THE_PERSON_HERSELF or not kind.ROLES & COUNSELLORS:
            continue
        for actor in (COLLEAGUE, CHIEF, OWNER):
            try:
                answer = await here.ask(question, actor=actor)
            except Refused:
                continue
            found = opened_with(answer, reader, kind, keys)
            tried.append(kind.NAME)
            if actor == OWNER:
                seen_by_author += found
            else:
                assert SECRET.encode() not in found, kind.NAME
                assert json.dumps(SECRET).encode() not in found, kind.NAME
    assert SECRET.encode() in seen_by_author, "the attack could have seen it"
    assert {"case", "cases", "enquiry", "inbox", "allowed-actions", "contacts-of-day"} <= set(tried)


READERS = (OWNER, COLLEAGUE, STRANGER, CHIEF)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(
    steps=st.lists(
        st.tuples(
            st.sampled_from(READERS),
            st.sampled_from(["write", "show", "assign", "task", "conflict"]),
            st.sampled_from(["self", "team", "referral"]),
            st.integers(0, 5),
        ),
        max_size=8,
    )
)
async def test_whatever_happens_to_a_case_a_note_is_read_as_its_author_last_said(
    here: Intake, steps: list[tuple[str, str, Any, int]]
) -> None:
    case = await owned(here)
    written: list[list[Any]] = []  # note, author, visibility, text
    for number, (actor, what, visibility, which) in enumerate(steps):
        try:
            if what == "write":
                order = casework.note(here, case, visibility=visibility, text=f"Canary-{number}-{actor}")
                await given(here, order, actor)
                written.append([order.note_id, actor, visibility, f"Canary-{number}-{actor}"])
            elif what == "show" and written:
                note = written[which % len(written)]
                await given(here, intake.ShowNote(note_id=note[0], visibility=visibility), actor)
                note[2] = visibility
            elif what == "assign":
                await casework.assign(here, case, READERS[which % 4], by=actor)
            elif what == "task":
                await given(here, casework.task(here, case, assignee=READERS[which % 4]), actor)
            elif what == "conflict":
                mark = intake.MarkConflict(case_id=case.case_id, actor=READERS[which % 4], reason="relative")
                await given(here, mark, actor)
        except Refused:
            continue
    for reader in READERS:
        _, inside = await asked(here, case, reader)
        if inside is None:
            continue
        expected = {text for _, author, visibility, text in written if visibility != "self" or author == reader}
        assert {note.text for note in inside.notes} == expected


async def test_her_own_document_has_every_note_about_her_but_what_is_about_others(here: Intake) -> None:
    case = await owned(here)
    await given(here, casework.note(here, case, visibility="self", others=OTHERS))
    await given(here, casework.goal(here, case))
    reader = X25519PrivateKey.generate()
    question = intake.AskPersonData(person_id=case.person_id, reply_key=encode(public_bytes(reader)))
    answer = await here.ask(question, actor=CHIEF)
    plaintext = open_sealed(
        answer.content, reader, type_name=intake.AskPersonData.type_name(), key=str(case.person_id)
    ).decode()
    assert SECRET in plaintext
    assert LINE in plaintext
    assert OTHERS not in plaintext
    assert OWNER not in plaintext, "who wrote it is no data of hers"
    whole = json.loads(plaintext)
    assert whole["note"][0]["about_others"] == {"withheld": "third_person"}
