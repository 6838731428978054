"""What is said after the first enquiry: by code and PIN, by a counsellor, and never readable to the database."""

import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify
from lotse_contracts.intake import AdditionContent, TextContent
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from tests.intake.casework import CHIEF, OWNER, Case, assign, close, given
from tests.intake.desk import completed, declined, sent, state
from tests.intake.given import CANARIES, NAME, PIN, TEXT, Intake, enquiry, kinds, only, sealed_to

WRONG_PIN = "0000"


def answer(here: Intake, enquiry_id: UUID, text: str = "Ми чекаємо на Вас. Canary-answer") -> intake.AnswerEnquiry:
    content = sealed_to(here.seal_key, TextContent(text=text), intake.AnswerEnquiry, str(enquiry_id))
    return intake.AnswerEnquiry(enquiry_id=enquiry_id, content=content)


def addition(here: Intake, code: str, pin: str = PIN, text: str = "Ще одне. Canary-addition") -> intake.AddToEnquiry:
    digest = hashlib.sha256(code.encode()).hexdigest()
    content = sealed_to(here.seal_key, AdditionContent(text=text, pin=pin), intake.AddToEnquiry, digest)
    return intake.AddToEnquiry(frontend="web", receipt_sha256=digest, content=content)


async def read(here: Intake, code: str, pin: str = PIN) -> list[tuple[str, str]]:
    """Who said what, as the person reads it."""
    reader = X25519PrivateKey.generate()
    question = intake.AskConversation(receipt_code=code, pin=pin, reply_key=encode(public_bytes(reader)))
    found = await here.ask(question, actor=None)
    type_name, key = intake.AskConversation.type_name(), str(found.enquiry_id)
    return [(one.by, open_sealed(one.content, reader, type_name=type_name, key=key).decode()) for one in found.entries]


async def test_she_reads_what_she_wrote_and_what_a_counsellor_answered(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    await here.hear(order, actor=None)
    said = await here.hear(answer(here, order.enquiry_id))
    assert kinds(said) == ["evt intake.enquiry-answered", "evt intake.concern-moved", "cmd notify.tell"]
    assert only(said, notify.Tell).template == "answer_waits"
    await here.hear(addition(here, code), actor=None)
    assert [by for by, _ in await read(here, code)] == ["person", "association", "person"]
    assert (await read(here, code))[0] == ("person", TEXT)


async def test_a_second_answer_supersedes_the_notice_of_the_first(here: Intake) -> None:
    order = enquiry(here)
    await here.hear(order, actor=None)
    first = only(await here.hear(answer(here, order.enquiry_id)), notify.Tell)
    second = only(await here.hear(answer(here, order.enquiry_id)), notify.Tell)
    assert second.supersedes == first.dedupe_key


async def test_an_answer_is_not_pushed_to_an_unsafe_contact(here: Intake) -> None:
    order = enquiry(here, flags=("violence",))
    await here.hear(order, actor=None)
    assert kinds(await here.hear(answer(here, order.enquiry_id))) == [
        "evt intake.enquiry-answered",
        "evt intake.concern-moved",
    ]


async def test_state_by_receipt_code_says_the_state_only(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    question = intake.AskEnquiryState(receipt_code=code)
    assert not (await here.ask(question, actor=None)).known
    await here.hear(order, actor=None)
    assert (await here.ask(question, actor=None)).state == "received"
    await here.hear(answer(here, order.enquiry_id))
    found = await here.ask(question, actor=None)
    assert (found.state, found.answers) == ("answered", 1)
    assert set(found.model_dump()) == {"known", "state", "answers", "updated_at"}


async def test_a_wrong_pin_reads_nothing_and_five_lock(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    here.service.now = lambda: here.now  # type: ignore[method-assign]
    for _ in range(5):
        with pytest.raises(Refused, match="wrong_pin"):
            await read(here, code, WRONG_PIN)
    with pytest.raises(Refused, match="pin_locked"):
        await read(here, code)


async def test_failures_are_forgotten_once_the_pin_is_right(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    for _ in range(3):
        with pytest.raises(Refused, match="wrong_pin"):
            await read(here, code, WRONG_PIN)
        assert await read(here, code)
    assert here.counts()["pin_guess"] == 0


async def test_a_wrong_pin_counts_although_its_message_is_rolled_back_and_once_for_each_message(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    message_id = uuid4()
    for _ in range(4):
        with pytest.raises(Refused, match="wrong_pin"):
            await here.hear(addition(here, code, WRONG_PIN), actor=None, id=message_id)
    assert here.rows("SELECT failures FROM pin_guess") == [(1,)]
    assert here.counts()["entry"] == 1


async def test_without_a_pin_nobody_reads_by_code(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code, pin=None), actor=None)
    with pytest.raises(Refused, match="no_pin"):
        await read(here, code)


async def test_whoever_writes_again_is_back_in_the_inbox(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    await here.hear(order, actor=None)
    await here.hear(answer(here, order.enquiry_id))
    assert (await here.ask(intake.AskInbox())).waiting == 0
    here.now += timedelta(days=1)
    await here.hear(addition(here, code, text="мене виселяють, терміново"), actor=None)
    inbox = await here.ask(intake.AskInbox())
    assert [one.enquiry_id for one in inbox.entries] == [order.enquiry_id]


async def test_what_she_writes_after_the_end_begins_anew_in_a_case_that_is_carried_on(here: Intake) -> None:
    code, _ = links.new_code()
    concern = only(await here.hear(enquiry(here, code=code), actor=None), intake.ConcernRaised)
    case = Case(concern.case_id, concern.person_id, concern.concern_id, concern.enquiry_id)
    await here.hear(completed(concern, uuid4()), actor=None)
    await assign(here, case, OWNER, by=CHIEF)
    await given(here, close(here, case))
    said = await here.hear(addition(here, code), actor=None)
    assert state(here, concern.concern_id) == "received"
    assert only(said, intake.CaseReopened).case_id == concern.case_id
    second = uuid4()
    await here.hear(sent(concern, second), actor=None)
    await here.hear(declined(concern, second), actor=None)
    assert state(here, concern.concern_id) == "accepted"


async def test_an_addition_that_is_more_urgent_comes_earlier_and_thanks_do_not_lower_it(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    await here.hear(addition(here, code, text="мене виселяють"), actor=None)
    (entry,) = (await here.ask(intake.AskInbox())).entries
    assert (entry.urgency, entry.due_at < here.now + timedelta(hours=25)) == ("urgent", True)
    await here.hear(addition(here, code, text="дякую"), actor=None)
    assert (await here.ask(intake.AskInbox())).entries[0].due_at == entry.due_at


async def test_whoever_tells_of_violence_later_has_an_unsafe_contact_from_then_on(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    await here.hear(order, actor=None)
    said = await here.hear(addition(here, code, text="чоловік б'є мене"), actor=None)
    change = only(said, notify.ChangeContact)
    assert (change.safe, change.version) == (False, 2)
    assert kinds(await here.hear(answer(here, order.enquiry_id))) == [
        "evt intake.enquiry-answered",
        "evt intake.concern-moved",
    ]


async def test_a_counsellor_reads_for_a_purpose_and_that_is_logged(here: Intake) -> None:
    order = enquiry(here)
    await here.hear(order, actor=None)
    reader = X25519PrivateKey.generate()
    question = intake.AskEnquiry(
        enquiry_id=order.enquiry_id, reply_key=encode(public_bytes(reader)), purpose="counselling"
    )
    found = await here.ask(question)
    (entry,) = found.entries
    text = open_sealed(
        entry.content, reader, type_name=intake.AskEnquiry.type_name(), key=str(order.enquiry_id)
    ).decode()
    assert text == TEXT
    logged = here.rows("SELECT actor, role, action, purpose FROM access_log ORDER BY id")
    assert logged[-1] == ("w-1", "counsellor", "read", "counselling")


async def test_an_answer_sealed_to_a_wrong_reply_key_is_refused(here: Intake) -> None:
    order = enquiry(here)
    await here.hear(order, actor=None)
    with pytest.raises(Refused, match="bad_reply_key"):
        await here.ask(intake.AskEnquiry(enquiry_id=order.enquiry_id, reply_key="AAAA", purpose="counselling"))


async def test_an_order_about_an_unknown_enquiry_is_refused_and_changes_nothing(here: Intake) -> None:
    before = here.counts()
    for order in (answer(here, uuid4()), addition(here, links.new_code()[0])):
        with pytest.raises(Refused, match="unknown_enquiry"):
            await here.hear(order)
    assert here.counts() == before


async def test_a_very_long_conversation_still_fits_into_one_answer(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    await here.hear(order, actor=None)
    for number in range(20):
        await here.hear(answer(here, order.enquiry_id, text=f"{number} " + "ї" * 9_990))
    reader = X25519PrivateKey.generate()
    question = intake.AskEnquiry(
        enquiry_id=order.enquiry_id, reply_key=encode(public_bytes(reader)), purpose="counselling"
    )
    assert len((await here.ask(question)).model_dump_json()) < 250_000
    assert (await read(here, code))[-1][1].startswith("19 ")


async def test_nothing_that_was_said_stands_in_the_database(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    await here.hear(order, actor=None)
    await here.hear(answer(here, order.enquiry_id))
    await here.hear(addition(here, code), actor=None)
    whole = here.whole_database()
    assert NAME.encode() not in whole
    assert not [one for one in (*CANARIES, "Canary-answer", "Canary-addition", code) if one.encode() in whole]
