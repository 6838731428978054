"""Who has seen her data: for herself and for her, by role and day; a member of staff only after an incident, by two."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

import lotse_intake
from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.identity import Staff
from lotse_contracts import intake
from lotse_contracts.catalogue import questions_to
from lotse_intake.handlers.incidents import REASONS, Incident, looked_up
from tests.intake.consenting import consent
from tests.intake.given import PIN, Intake, enquiry, known_person
from tests.intake.test_conversations import WRONG_PIN, answer

ASKING, AGREEING = Staff("admin-1", "administrator"), Staff("k-1", "coordinator")


async def looked_at(here: Intake) -> tuple[str, intake.SubmitEnquiry]:
    """Somebody whose enquiry was read and answered by two members of staff."""
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    await here.hear(order, actor=None)
    await here.hear(answer(here, order.enquiry_id), actor="w-1")
    await here.hear(answer(here, order.enquiry_id), actor="w-2")
    return code, order


async def test_she_sees_roles_days_and_purposes_and_never_who(here: Intake) -> None:
    code, order = await looked_at(here)
    found = await here.ask(intake.AskOwnSeenBy(receipt_code=code, pin=PIN), actor=None)
    said = {(one.day, one.role, one.action, one.purpose, one.times) for one in found.entries}
    assert [times for day, role, action, purpose, times in said if purpose == "answer" and times >= 2]
    assert ("2026-11-25", "service", "write", "intake", 1) in said
    assert "w-1" not in found.model_dump_json()
    assert "w-2" not in found.model_dump_json()
    assert str(order.enquiry_id) not in found.model_dump_json()


async def test_she_reads_it_over_http_with_code_and_pin_and_nobody_without(here: Intake) -> None:
    code, _ = await looked_at(here)
    async with here.http() as client:
        read = await client.post(f"/enquiries/{code}/seen-by", json={"pin": PIN})
        wrong = await client.post(f"/enquiries/{code}/seen-by", json={"pin": WRONG_PIN})
    assert read.status_code == 200
    assert {one["role"] for one in read.json()["entries"]} == {"counsellor", "service"}
    assert wrong.status_code == 403


async def test_staff_asks_for_her_and_the_asking_is_a_look_too(here: Intake) -> None:
    person_id = await known_person(here)
    await here.ask(intake.AskSeenBy(person_id=person_id))
    found = await here.ask(intake.AskSeenBy(person_id=person_id))
    assert ("seen_by", 2) in {(one.purpose, one.times) for one in found.entries}
    assert not (await here.ask(intake.AskSeenBy(person_id=uuid4()))).known


async def test_looks_at_whatever_hangs_on_her_are_hers_and_nobody_elses(here: Intake) -> None:
    person_id, other = await known_person(here), await known_person(here)
    await here.hear(consent(person_id))
    await here.hear(consent(other))
    found = await here.ask(intake.AskSeenBy(person_id=person_id))
    assert [one.times for one in found.entries if one.purpose == "consent"] == [1]


async def test_a_day_is_a_day_in_dresden(here: Intake) -> None:
    here.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    person_id = await known_person(here)
    found = await here.ask(intake.AskSeenBy(person_id=person_id))
    assert {one.day for one in found.entries} == {"2026-11-25"}


def test_no_question_asks_about_a_member_of_staff() -> None:
    for question in questions_to("intake"):
        answered = str(question.ANSWER.model_json_schema())
        if "seen" in question.NAME:
            assert "actor" not in question.model_fields
            assert "actor" not in answered


def test_the_access_log_is_asked_by_actor_in_one_place_alone() -> None:
    """Whoever adds a second way must come by here."""
    folder = Path(lotse_intake.__file__).parent
    by_actor, calls = [], []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "actor" and "access_log" in ast.unparse(node):
                by_actor.append(path.name)
            if isinstance(node, ast.Attribute) and node.attr == "of_incident":
                calls.append(path.name)
    assert by_actor == ["looks.py"]
    assert calls == ["incidents.py"]


def incident(**changed: object) -> Incident:
    given = {"reason": "unauthorised_access", "actor": "w-1", "first": date(2026, 11, 25), "last": date(2026, 11, 25)}
    return Incident(**{**given, **changed})  # type: ignore[arg-type]


async def test_after_an_incident_two_look_together_and_that_is_kept_for_good(here: Intake) -> None:
    _, order = await looked_at(here)
    async with here.service.engine.begin() as tx:
        found = await looked_up(incident(), ASKING, AGREEING, here.context(), tx)
    assert {row.actor for row in found} == {"w-1"}
    assert ("write", str(order.enquiry_id), "answer") in {(row.action, row.object_id, row.purpose) for row in found}
    kept = here.rows("SELECT asked_by, approved_by, reason, subject_actor, found FROM incident_lookup")
    assert kept == [("admin-1", "k-1", "unauthorised_access", "w-1", len(found))]


@pytest.mark.parametrize(
    ("asking", "agreeing", "changed", "code"),
    [
        (ASKING, ASKING, {}, "second_person_needed"),
        (ASKING, Staff("admin-1", "coordinator"), {}, "second_person_needed"),
        (Staff("w-1", "administrator"), AGREEING, {}, "second_person_needed"),
        (ASKING, Staff("w-1", "coordinator"), {}, "second_person_needed"),
        (ASKING, Staff("c-9", "counsellor"), {}, "role_not_allowed"),
        (Staff("t-1", "treasurer"), AGREEING, {}, "role_not_allowed"),
        (ASKING, AGREEING, {"reason": "curiosity"}, "malformed"),
        (ASKING, AGREEING, {"last": date(2026, 12, 26)}, "malformed"),
        (ASKING, AGREEING, {"last": date(2026, 11, 24)}, "malformed"),
    ],
)
async def test_nobody_looks_alone_at_herself_without_a_reason_or_for_long(
    here: Intake, asking: Staff, agreeing: Staff, changed: dict[str, object], code: str
) -> None:
    await looked_at(here)
    async with here.service.engine.begin() as tx:
        with pytest.raises(Refused, match=code):
            await looked_up(incident(**changed), asking, agreeing, here.context(), tx)
    assert here.counts()["incident_lookup"] == 0


def test_reasons_are_few() -> None:
    assert len(REASONS) == 4


async def test_everything_that_was_seen_stays_countable_after_many_days(here: Intake) -> None:
    person_id = await known_person(here)
    for _ in range(3):
        await here.ask(intake.AskSeenBy(person_id=person_id))
        here.now += timedelta(days=1)
    found = await here.ask(intake.AskSeenBy(person_id=person_id))
    days = [one.day for one in found.entries if one.purpose == "seen_by"]
    assert days == sorted(days, reverse=True)
    assert len(days) == 4
