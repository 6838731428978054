"""An order that is repeated changes nothing: under its own envelope id, and the same content under another."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify, referral
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, PersonFields, PinContent, TextContent
from tests.intake import casework
from tests.intake.consenting import consent
from tests.intake.given import NAME, PARTNER, PIN, Intake, enquiry, kinds, known_person, only, registration, sealed_to
from tests.intake.handing import NOW, asked, own_answer, with_open_case
from tests.intake.hostile import is_told, nothing_changes
from tests.intake.test_conversations import addition, answer
from tests.intake.test_persons import person_data
from tests.intake.test_rights_of_persons import hold, rectification, restriction
from tests.intake.writing import recorded

Given = Callable[[Intake], Awaitable[tuple[Message, str | None]]]


async def _enquiry(here: Intake) -> tuple[Message, str | None]:
    return enquiry(here), None


async def _recorded(here: Intake) -> tuple[Message, str | None]:
    return recorded(here), "w-1"


async def _addition(here: Intake) -> tuple[Message, str | None]:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    return addition(here, code), None


async def _recorded_addition(here: Intake) -> tuple[Message, str | None]:
    order = enquiry(here)
    await here.hear(order, actor=None)
    text = sealed_to(here.seal_key, TextContent(text="Ще"), intake.RecordAddition, str(order.enquiry_id))
    return intake.RecordAddition(enquiry_id=order.enquiry_id, content=text), "w-1"


async def _answer(here: Intake) -> tuple[Message, str | None]:
    order = enquiry(here)
    await here.hear(order, actor=None)
    return answer(here, order.enquiry_id), "w-1"


async def _receipt(here: Intake) -> tuple[Message, str | None]:
    order = enquiry(here)
    await here.hear(order, actor=None)
    return receipt(here, order), "w-1"


def receipt(here: Intake, order: intake.SubmitEnquiry) -> intake.GiveReceipt:
    pin = sealed_to(here.seal_key, PinContent(pin=PIN), intake.GiveReceipt, str(order.enquiry_id))
    digest = links.digest_of(links.new_code()[0])
    return intake.GiveReceipt(enquiry_id=order.enquiry_id, receipt_sha256=digest, content=pin)


async def _registration(here: Intake) -> tuple[Message, str | None]:
    return registration(here, uuid4(), PersonFields(identity={"name": NAME})), "w-1"


async def _rectification(here: Intake) -> tuple[Message, str | None]:
    return rectification(here, await known_person(here), PersonFields(need_summary="Wohnung")), "w-1"


async def _received(here: Intake) -> tuple[Message, str | None]:
    referral_id = uuid4()
    fields = PersonFields(identity={"name": NAME}, need_summary="Wohnung")
    sealed = sealed_to(here.seal_key, fields, referral.ReferralOffered, str(referral_id))
    order = intake.ReceivePerson(
        referral_id=referral_id, sender=PARTNER, language="uk", codes=("housing",), fields=sealed
    )
    return order, None


async def _note(here: Intake) -> tuple[Message, str | None]:
    return casework.note(here, await casework.owned(here)), casework.OWNER


async def _goal(here: Intake) -> tuple[Message, str | None]:
    return casework.goal(here, await casework.owned(here)), casework.OWNER


async def _task(here: Intake) -> tuple[Message, str | None]:
    return casework.task(here, await casework.owned(here)), casework.OWNER


async def _closed(here: Intake) -> tuple[Message, str | None]:
    case = await casework.owned(here)
    casework.concern_is(here, case, "resolved")
    return casework.close(here, case), casework.OWNER


async def _contact(here: Intake) -> tuple[Message, str | None]:
    return casework.contact(here), "w-1"


async def _consent(here: Intake) -> tuple[Message, str | None]:
    return consent(await known_person(here)), "w-1"


async def _withdrawn(here: Intake) -> tuple[Message, str | None]:
    given = consent(await known_person(here))
    await here.hear(given)
    return intake.WithdrawConsent(person_id=given.person_id, consent_id=given.consent_id), "w-1"


async def _handover(here: Intake) -> tuple[Message, str | None]:
    here.now = NOW
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    content = intake.HandoverAnswerContent(answer="my_papers", pin=PIN, language="uk")
    return own_answer(here, code, content), None


async def _merge(here: Intake) -> tuple[Message, str | None]:
    kept, joined = await known_person(here), await known_person(here)
    return intake.MergePersons(merge_id=uuid4(), kept_id=kept, person_id=joined, reason="told_by_person"), "w-1"


async def _restriction(here: Intake) -> tuple[Message, str | None]:
    return restriction(await known_person(here)), "w-1"


async def _hold(here: Intake) -> tuple[Message, str | None]:
    return hold(here, await known_person(here)), "co-1"


async def _accepted(here: Intake) -> tuple[Message, str | None]:
    raised = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    return intake.AcceptConcern(concern_id=raised.concern_id), "w-1"


async def _erasure(here: Intake) -> tuple[Message, str | None]:
    return intake.BeginErasure(person_id=await known_person(here)), "w-1"


ORDERS: Sequence[Given] = (
    _enquiry, _recorded, _addition, _recorded_addition, _answer, _receipt, _registration, _rectification, _received,
    _note, _goal, _task, _closed, _contact, _consent, _withdrawn, _handover, _merge, _restriction, _hold, _accepted,
    _erasure,
)  # fmt: skip


@pytest.mark.parametrize("made", ORDERS, ids=lambda made: made.__name__.strip("_"))
async def test_the_same_under_another_envelope_id_changes_nothing(here: Intake, made: Given) -> None:
    order, actor = await made(here)
    await here.hear(order, actor=actor)
    async with nothing_changes(here):
        try:
            assert await here.hear(order, actor=actor) == []
        except Refused as fault:
            is_told(here.service.problems.problem(fault.code, fault.fields, fault.allowed))


def at(value: str) -> PersonFields:
    return PersonFields(contact=ContactPoint(kind="email", value=value))


async def test_an_old_order_that_is_said_again_puts_nothing_back(here: Intake) -> None:
    person_id = await known_person(here)
    old: list[Any] = [
        registration(here, person_id, at("first@example.org")),
        rectification(here, person_id, at("second@example.org")),
    ]
    for order in (*old, registration(here, person_id, at("newest@example.org"))):
        assert only(await here.hear(order), notify.ChangeContact).person_id == person_id
    async with nothing_changes(here):
        for order in old:
            assert await here.hear(order) == []
    held = await person_data(here, person_id)
    assert held["person"][0]["fields"]["contact"]["value"] == "newest@example.org"


async def test_an_old_receipt_code_and_an_old_answer_stay_what_they_were(here: Intake) -> None:
    order = enquiry(here)
    await here.hear(order, actor=None)
    first, second = receipt(here, order), receipt(here, order)
    await here.hear(first)
    await here.hear(second)
    async with nothing_changes(here):
        assert await here.hear(first) == []
    assert here.rows("SELECT receipt_sha256 FROM enquiry") == [(second.receipt_sha256,)]


async def test_an_answer_to_the_handover_that_was_changed_is_not_put_back(here: Intake) -> None:
    here.now = NOW
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    papers, close = (
        own_answer(here, code, intake.HandoverAnswerContent(answer=one, pin=PIN, language="uk"))
        for one in ("my_papers", "close")
    )
    await here.hear(papers, actor=None)
    await here.hear(close, actor=None)
    async with nothing_changes(here):
        assert await here.hear(papers, actor=None) == []


async def test_whoever_says_the_same_anew_is_heard_again(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    for _ in range(2):
        assert "evt intake.enquiry-added" in kinds(await here.hear(addition(here, code, text="Дякую!"), actor=None))
    assert here.counts()["entry"] == 3
