"""What falls between two parts of intake: merged records, marked conflicts, erasures that meet something else."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.exc import OperationalError

from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify
from lotse_contracts.intake import PersonFields
from lotse_contracts.sealed import encode, public_bytes
from tests.intake import casework, papers
from tests.intake.given import MAIL, PIN, Intake, enquiry, kinds, known_person, only, sealed_to
from tests.intake.test_conversations import addition, answer
from tests.intake.test_files import upload
from tests.intake.test_merges import merge, unmerge
from tests.intake.test_retention import night

CONFLICTED = "c-9"


async def test_an_unsafe_contact_of_one_record_is_told_of_by_no_other_record_of_hers(here: Intake) -> None:
    first = enquiry(here)
    one = only(await here.hear(first, actor=None), intake.PersonRegistered).person_id
    other = await known_person(here, flags=("violence",))
    said = await here.hear(merge(other, one))
    change = only(said, notify.ChangeContact)
    assert (change.person_id, change.safe) == (one, False)
    assert only(said, intake.ContactSafetyChanged).person_id == one
    assert "cmd notify.tell" not in kinds(await here.hear(answer(here, first.enquiry_id)))


async def test_words_of_violence_in_one_record_silence_the_others_of_hers(here: Intake) -> None:
    code = "7ZKWCGJDPFWP6ZTZ5BCEJHA735"
    first, second = enquiry(here), enquiry(here, code=code)
    one, other = [
        only(await here.hear(each, actor=None), intake.PersonRegistered).person_id for each in (first, second)
    ]
    await here.hear(made := merge(other, one))
    said = await here.hear(addition(here, code, text="чоловік б'є мене"), actor=None)
    assert {each.person_id for each in said if isinstance(each, notify.ChangeContact)} == {one, other}
    assert "cmd notify.tell" not in kinds(await here.hear(answer(here, first.enquiry_id)))
    await here.hear(unmerge(made))
    assert here.rows("SELECT DISTINCT contact_safe FROM person") == [(False,)], "until somebody has asked"


async def test_who_has_a_conflict_does_not_read_what_she_wrote(here: Intake) -> None:
    async with here.http() as client:
        file = (await upload(client, papers.jpeg(), "image/jpeg")).json()
    claim = intake.AttachmentClaim(attachment_id=UUID(file["attachment_id"]), claim=file["claim"])
    here.now = here.service.now()
    case = await casework.opened(here, attachments=(claim,))
    await here.hear(intake.MarkConflict(case_id=case.case_id, actor=CONFLICTED, reason="relative"), actor="co-1")
    key = encode(public_bytes(X25519PrivateKey.generate()))
    question = intake.AskEnquiry(enquiry_id=case.enquiry_id, reply_key=key, purpose="counselling")
    with pytest.raises(Refused) as refused:
        await here.ask(question, actor=CONFLICTED)
    assert refused.value.code == "not_your_case"
    async with here.http() as client:
        url, mine = f"/attachments/{claim.attachment_id}", here.token(actor=CONFLICTED)
        assert (await client.get(url, headers={"Authorization": f"Bearer {mine}"})).status_code != 200
        assert (await client.get(url, headers={"Authorization": f"Bearer {here.token()}"})).status_code == 200
    assert (await here.ask(question)).enquiry_id == case.enquiry_id


@pytest.mark.parametrize("worked", ["note", "goal", "task", "link", "deadline"])
async def test_a_code_alone_erases_no_work_of_a_counsellor(here: Intake, worked: str) -> None:
    code = "7ZKWCGJDPFWP6ZTZ5BCEJHA735"
    case = await casework.opened(here, code=code, name="")
    if worked == "note":
        await here.hear(casework.note(here, case))
    elif worked == "goal":
        await here.hear(casework.goal(here, case))
    elif worked == "task":
        await here.hear(casework.task(here, case))
    elif worked == "deadline":
        await here.hear(
            intake.RegisterDeadline(
                deadline_id=uuid4(), concern_id=case.concern_id, on="2026-12-09", kind="objection_1_month"
            )
        )
    else:
        other = await known_person(here)
        await here.hear(intake.LinkPersons(link_id=uuid4(), person_id=case.person_id, other_id=other, kind="household"))
    async with here.http() as client:
        response = await client.post(f"/enquiries/{code}/erasure", json={"pin": PIN})
    assert (response.status_code, response.json()["begun"]) == (202, False)


async def test_a_file_is_not_given_out_once_her_erasure_has_begun(here: Intake) -> None:
    async with here.http() as client:
        file = (await upload(client, papers.jpeg(), "image/jpeg")).json()
    claim = intake.AttachmentClaim(attachment_id=UUID(file["attachment_id"]), claim=file["claim"])
    here.now = here.service.now()
    case = await casework.opened(here, attachments=(claim,))
    await here.hear(intake.BeginErasure(person_id=case.person_id, identity="known_in_person"), actor="co-1")
    async with here.http() as client:
        got = await client.get(
            f"/attachments/{claim.attachment_id}", headers={"Authorization": f"Bearer {here.token()}"}
        )
    assert got.status_code in (404, 410)


async def test_many_pins_under_one_envelope_id_are_many_tries(here: Intake) -> None:
    """Whoever asks chooses the envelope's id: it must not let her try as often as she likes."""
    code, one_id = "7ZKWCGJDPFWP6ZTZ5BCEJHA735", uuid4()
    await here.hear(enquiry(here, code=code), actor=None)
    told = []
    for number in range(8):
        with pytest.raises(Refused) as refused:
            await here.hear(addition(here, code, f"1029384{number}"), actor=None, id=one_id)
        told.append(refused.value.code)
    assert told == ["wrong_pin"] * 5 + ["pin_locked"] * 3


@pytest.mark.parametrize("open_still", ["task", "goal", "deadline"])
async def test_what_somebody_still_has_to_do_for_her_keeps_an_answered_enquiry(here: Intake, open_still: str) -> None:
    case = await casework.opened(here, name="")
    await here.hear(answer(here, case.enquiry_id))
    day, deadline_id = "2026-12-20", uuid4()
    if open_still == "task":
        await here.hear(casework.task(here, case, due=day))
    elif open_still == "goal":
        await here.hear(casework.goal(here, case))
    else:
        order = intake.RegisterDeadline(
            deadline_id=deadline_id, concern_id=case.concern_id, on=day, kind="objection_1_month"
        )
        await here.hear(order)
    here.now += timedelta(days=15)
    assert only(await night(here), intake.RetentionRun).counts == (intake.RetentionCount(rule="free_text", count=2),), (
        "she stays, and what was said goes"
    )
    if open_still == "deadline":
        await here.hear(intake.SettleDeadline(deadline_id=deadline_id, settlement="met"))
        here.now += timedelta(days=1)
        assert "intake.erasure-begun" in "".join(kinds(await night(here)))


async def test_a_correction_of_an_unsafe_contact_is_no_asking(here: Intake) -> None:
    person_id = await known_person(here, flags=("violence",))
    fields = sealed_to(
        here.seal_key,
        PersonFields(contact=intake.ContactPoint(kind="email", value=MAIL)),
        intake.RectifyPerson,
        str(person_id),
    )
    order = intake.RectifyPerson(person_id=person_id, fields=fields, reason="told_by_her")
    said = await here.hear(order, actor="co-1")
    assert only(said, notify.ChangeContact).safe is False


async def test_a_record_that_joins_hers_while_she_is_forgotten_is_forgotten_too_or_stays_apart(here: Intake) -> None:
    for _ in range(15):
        one, two, late = [await known_person(here) for _ in range(3)]
        await here.hear(merge(two, one))
        order = intake.BeginErasure(person_id=one, identity="known_in_person")
        told = await asyncio.gather(here.hear(order, actor="co-1"), here.hear(merge(late, two)), return_exceptions=True)
        if isinstance(told[0], OperationalError):  # both waited for the other; the order comes again
            await here.hear(order, actor="co-1")
        joined = here.rows(f"SELECT 1 FROM person_merge WHERE merged_id = '{late}'")
        ((frozen,),) = here.rows(f"SELECT frozen FROM person WHERE person_id = '{late}'")
        assert not joined or frozen
