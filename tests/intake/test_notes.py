"""Notes are read by whom they are meant for, and become a summary by choice alone; a file comes page by page."""

from datetime import timedelta
from uuid import UUID

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.envelope import MESSAGE_BYTES_MAX
from lotse_contracts.intake import NoteContent, PersonFields
from lotse_contracts.intake.plans import LINE_CHARACTERS_MAX
from lotse_intake.handlers.goals import GOALS_OPEN_MAX
from lotse_intake.handlers.tasks import TASKS_OPEN_MAX
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, OTHERS, OWNER, SECRET, asked, content, given, owned
from tests.intake.given import Intake, kinds, only, registration, sealed_to


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


async def test_a_file_with_as_much_open_as_there_may_be_still_fits_an_answer(here: Intake) -> None:
    case = await owned(here)
    long = "ї" * 10_000
    await given(here, registration(here, case.person_id, PersonFields(health=long, need_summary=long)))
    for _ in range(GOALS_OPEN_MAX):
        await given(here, casework.goal(here, case, text="ї" * LINE_CHARACTERS_MAX))
    for _ in range(TASKS_OPEN_MAX):
        await given(here, casework.task(here, case, text="ї" * LINE_CHARACTERS_MAX))
    await given(here, casework.note(here, case, text=long, others="ї" * 4_000))
    answer, shown = await asked(here, case)
    assert (len(shown.goals), len(shown.tasks), len(shown.notes)) == (GOALS_OPEN_MAX, TASKS_OPEN_MAX, 1)
    assert len(answer.model_dump_json(exclude_none=True)) < MESSAGE_BYTES_MAX
