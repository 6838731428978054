"""Every sealed plaintext that intake opens: what must be there first, how it is said, and how it is read back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from lotse_chassis import links
from lotse_contracts import intake, referral
from lotse_contracts.envelope import Message, Sealed
from lotse_contracts.sealed import encode, public_bytes, seal
from tests.intake import casework
from tests.intake.given import PARTNER, PIN, Intake, enquiry, known_person
from tests.intake.handing import NOW, asked, with_open_case
from tests.intake.test_persons import person_data
from tests.intake.writing import recorded, seen

Plain = dict[str, Any]
Read = Callable[[], Awaitable[Any]]


MORE = "referral.referral-info-answered.v1.fields"


@dataclass
class Turn:
    """One sealed plaintext on its way: the order to give, and how what it said is read back."""

    order: Message
    actor: str | None
    back: Callable[[], Awaitable[Any]]


Scene = Callable[[Intake, Any, bytes], Awaitable[Turn]]
"""From the stage that was set and the bytes of a plaintext to the order that holds them, sealed."""


def sealed(here: Intake, plaintext: bytes, kind: type[Message], key: object) -> Sealed:
    return seal(plaintext, here.seal_key, type_name=kind.type_name(), key=str(key))


async def nothing_yet(here: Intake) -> None:
    """A stage without anybody."""


async def of_enquiry(here: Intake, enquiry_id: UUID) -> Plain:
    """Text, name and contact as a counsellor reads them."""
    ((person_id,),) = here.rows(f"SELECT person_id FROM enquiry WHERE enquiry_id = '{enquiry_id}'")
    _, texts, _ = await seen(here, enquiry_id)
    fields = await fields_of(here, person_id)
    name = fields.get("identity", {}).get("name", "")
    return {"text": texts[-1] if texts else "", "name": name, "contact": fields.get("contact", {})}


async def fields_of(here: Intake, person_id: UUID) -> Plain:
    found: Plain = (await person_data(here, person_id))["person"][0].get("fields", {})
    return found


async def submitted(here: Intake, stage: None, plaintext: bytes) -> Turn:
    order = enquiry(here)
    content = sealed(here, plaintext, intake.SubmitEnquiry, order.enquiry_id)
    order = order.model_copy(update={"content": content})
    return Turn(order, None, lambda: of_enquiry(here, order.enquiry_id))


async def written_down(here: Intake, stage: None, plaintext: bytes) -> Turn:
    order = recorded(here)
    content = sealed(here, plaintext, intake.RecordEnquiry, order.enquiry_id)
    order = order.model_copy(update={"content": content})
    return Turn(order, "w-1", lambda: of_enquiry(here, order.enquiry_id))


async def an_enquiry(here: Intake) -> tuple[UUID, str]:
    """The enquiry and its receipt code."""
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    await here.hear(order, actor=None)
    return order.enquiry_id, links.digest_of(code)


def last_text(here: Intake, enquiry_id: UUID) -> Read:
    async def read() -> Plain:
        return {"text": (await seen(here, enquiry_id))[1][-1]}

    return read


async def added(here: Intake, stage: tuple[UUID, str], plaintext: bytes) -> Turn:
    enquiry_id, digest = stage
    content = sealed(here, plaintext, intake.AddToEnquiry, digest)
    order = intake.AddToEnquiry(frontend="web", receipt_sha256=digest, content=content)
    return Turn(order, None, last_text(here, enquiry_id))


async def added_at_the_desk(here: Intake, stage: tuple[UUID, str], plaintext: bytes) -> Turn:
    content = sealed(here, plaintext, intake.RecordAddition, stage[0])
    return Turn(intake.RecordAddition(enquiry_id=stage[0], content=content), "w-1", last_text(here, stage[0]))


async def answered(here: Intake, stage: tuple[UUID, str], plaintext: bytes) -> Turn:
    content = sealed(here, plaintext, intake.AnswerEnquiry, stage[0])
    return Turn(intake.AnswerEnquiry(enquiry_id=stage[0], content=content), "w-1", last_text(here, stage[0]))


async def only_a_pin(here: Intake) -> Plain:
    """Nothing of it is ever read back."""
    return {}


async def withdrawn(here: Intake, stage: tuple[UUID, str], plaintext: bytes) -> Turn:
    content = sealed(here, plaintext, intake.WithdrawEnquiry, stage[1])
    order = intake.WithdrawEnquiry(frontend="web", receipt_sha256=stage[1], content=content)
    return Turn(order, None, lambda: only_a_pin(here))


async def consent_withdrawn(here: Intake, stage: tuple[UUID, str], plaintext: bytes) -> Turn:
    content = sealed(here, plaintext, intake.WithdrawOwnConsent, stage[1])
    given: Plain = {"frontend": "web", "receipt_sha256": stage[1], "consent_id": uuid4()}
    return Turn(intake.WithdrawOwnConsent(**given, content=content), None, lambda: only_a_pin(here))


async def receipt_given(here: Intake, stage: tuple[UUID, str], plaintext: bytes) -> Turn:
    content = sealed(here, plaintext, intake.GiveReceipt, stage[0])
    order = intake.GiveReceipt(enquiry_id=stage[0], receipt_sha256=stage[1], content=content)
    return Turn(order, "w-1", lambda: only_a_pin(here))


async def asked_about_handover(here: Intake) -> str:
    here.now = NOW
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    return links.digest_of(code)


async def handover_answered(here: Intake, digest: str, plaintext: bytes) -> Turn:
    content = sealed(here, plaintext, intake.AnswerHandover, digest)
    order = intake.AnswerHandover(frontend="web", receipt_sha256=digest, content=content)
    return Turn(order, None, lambda: only_a_pin(here))


async def registered(here: Intake, person_id: UUID, plaintext: bytes) -> Turn:
    fields = sealed(here, plaintext, intake.RegisterPerson, person_id)
    order = intake.RegisterPerson(person_id=person_id, languages=("uk",), fields=fields)
    return Turn(order, "w-1", lambda: fields_of(here, person_id))


async def rectified(here: Intake, person_id: UUID, plaintext: bytes) -> Turn:
    fields = sealed(here, plaintext, intake.RectifyPerson, person_id)
    order = intake.RectifyPerson(person_id=person_id, reason="told_by_her", fields=fields)
    return Turn(order, "w-1", lambda: fields_of(here, person_id))


async def received(here: Intake, stage: None, plaintext: bytes) -> Turn:
    referral_id = uuid4()
    fields = sealed(here, plaintext, referral.ReferralOffered, referral_id)
    given: Plain = {"referral_id": referral_id, "sender": PARTNER, "language": "uk", "codes": ("housing",)}

    async def back() -> Plain:
        ((person_id,),) = here.rows(f"SELECT person_id FROM person WHERE referral_id = '{referral_id}'")
        return await fields_of(here, person_id)

    return Turn(intake.ReceivePerson(**given, fields=fields), None, back)


async def received_more(here: Intake, stage: UUID, plaintext: bytes) -> Turn:
    fields = sealed(here, plaintext, referral.ReferralOffered, stage)

    async def back() -> Plain:
        ((person_id,),) = here.rows(f"SELECT person_id FROM person WHERE referral_id = '{stage}'")
        return await fields_of(here, person_id)

    return Turn(intake.ReceiveMoreFields(referral_id=stage, sender=PARTNER, fields=fields), None, back)


async def came_by_referral(here: Intake) -> UUID:
    """Somebody of whom more may come."""
    turn = await received(here, None, b'{"contact": {"kind": "email"}}')
    assert isinstance(turn.order, intake.ReceivePerson)
    await here.hear(turn.order)
    return turn.order.referral_id


async def searched(here: Intake, stage: None, plaintext: bytes) -> Turn:
    search_id = uuid4()
    question = intake.AskFindPersons(
        search_id=search_id,
        query=sealed(here, plaintext, intake.AskFindPersons, search_id),
        reply_key=encode(public_bytes(here.partner)),
        purpose="counselling",
    )
    return Turn(question, "w-1", lambda: only_a_pin(here))


async def holder_asked(here: Intake, stage: None, plaintext: bytes) -> Turn:
    attempt_id = uuid4()
    content = sealed(here, plaintext, intake.AskHolder, attempt_id)
    return Turn(intake.AskHolder(attempt_id=attempt_id, content=content), None, lambda: only_a_pin(here))


def of_case(kind: Any, id_name: str, group: str, **more: Any) -> Scene:
    """A line of a case, read back from its file."""

    async def scene(here: Intake, case: casework.Case, plaintext: bytes) -> Turn:
        own = uuid4()
        content = sealed(here, plaintext, kind, case.person_id)
        order = kind(**{id_name: own}, case_id=case.case_id, person_id=case.person_id, content=content, **more)

        async def back() -> Plain:
            lines = getattr(await casework.content(here, case), group)
            (found,) = [line for line in lines if getattr(line, id_name) == own]
            here.execute(f"DELETE FROM {group.removesuffix('s')}")  # so that the case is never full
            shown: Plain = found.model_dump()
            return shown

        return Turn(order, casework.OWNER, back)

    return scene


SCENES: dict[str, tuple[Callable[[Intake], Awaitable[Any]], Scene, Plain]] = {
    "intake.submit-enquiry.v1.content": (nothing_yet, submitted, {"contact": {"kind": "email"}}),
    "intake.record-enquiry.v1.content": (nothing_yet, written_down, {"contact": {"kind": "email"}}),
    "intake.add-to-enquiry.v1.content": (an_enquiry, added, {"text": "x", "pin": PIN}),
    "intake.record-addition.v1.content": (an_enquiry, added_at_the_desk, {"text": "x"}),
    "intake.answer-enquiry.v1.content": (an_enquiry, answered, {"text": "x"}),
    "intake.withdraw-enquiry.v1.content": (an_enquiry, withdrawn, {"pin": PIN}),
    "intake.withdraw-own-consent.v1.content": (an_enquiry, consent_withdrawn, {"pin": PIN}),
    "intake.give-receipt.v1.content": (an_enquiry, receipt_given, {"pin": PIN}),
    "intake.answer-handover.v1.content": (
        asked_about_handover,
        handover_answered,
        {"answer": "take_me", "field_groups": ["identity"], "pin": PIN, "language": "uk"},
    ),
    "intake.register-person.v1.fields": (known_person, registered, {"contact": {"kind": "email"}}),
    "intake.rectify-person.v1.fields": (known_person, rectified, {"contact": {"kind": "email"}}),
    "referral.referral-offered.v1.fields": (nothing_yet, received, {"contact": {"kind": "email"}}),
    MORE: (came_by_referral, received_more, {"contact": {"kind": "email"}}),
    "intake.find-persons.v1.query": (nothing_yet, searched, {"name": "Олена"}),
    "intake.holder.v1.content": (nothing_yet, holder_asked, {"receipt_code": "A" * 26, "pin": PIN}),
    "intake.write-note.v1.content": (
        casework.owned,
        of_case(intake.WriteNote, "note_id", "notes", visibility="team"),
        {"text": "x"},
    ),
    "intake.set-goal.v1.content": (casework.owned, of_case(intake.SetGoal, "goal_id", "goals"), {"text": "x"}),
    "intake.add-task.v1.content": (
        casework.owned,
        of_case(intake.AddTask, "task_id", "tasks", due="2026-12-02"),
        {"text": "x"},
    ),
}
"""Each plaintext that intake opens: what must be there first, how it is said, and the least that it holds."""
