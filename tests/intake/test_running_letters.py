"""What staff record, letters and emergencies, over a real broker with the frontends' own credentials."""

from datetime import timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis import links
from lotse_contracts import intake
from lotse_contracts.intake import ContactPoint, EnquiryContent, Letter, RecordEnquiry
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_intake.domain.retention import day_of
from tests import kit
from tests.conftest import ServiceRunner
from tests.intake.given import PIN, sealed_to
from tests.intake.test_running import enquiry, frontend, seal_key


async def test_an_emergency_is_answered_at_once_and_only_there(broker: kit.Broker, run_service: ServiceRunner) -> None:
    service = await run_service("intake")
    code, _ = links.new_code()
    async with frontend(broker, "web") as web, frontend(broker, "desk") as desk:
        raised = await desk.client.subscribe(f"lotse.{kit.ASSOCIATION}.evt.intake.emergency-raised.v1.*")
        order = enquiry(seal_key(service), code)
        text = EnquiryContent(text="чоловік б'є мене", contact=ContactPoint(kind="none"), pin=PIN)
        content = sealed_to(seal_key(service), text, intake.SubmitEnquiry, str(order.enquiry_id))
        answer = await web.order(order.model_copy(update={"content": content}))
        assert answer.accepted
        assert answer.warnings == ("emergency",)
        help_ = await web.ask(intake.AskEmergencyHelp(language="uk"))
        assert [line.number for line in help_.lines][:2] == ["110", "112"]
        fact = await raised.next_msg(timeout=20)
        assert "чоловік".encode() not in fact.data
        (waiting,) = (await desk.ask(intake.AskInbox())).entries
        assert waiting.urgency == "emergency"


async def test_a_phone_note_with_a_letter_reaches_the_desk_with_its_earliest_end(
    broker: kit.Broker, run_service: ServiceRunner
) -> None:
    service = await run_service("intake")
    today = day_of(service.now())
    letter = Letter(sender="court", dated=today.isoformat(), period="criminal_appeal")
    async with frontend(broker, "desk") as desk, frontend(broker, "web") as web:
        codes = await web.ask(intake.AskCodeList(list="periods", language="uk"))
        assert "criminal_appeal" in {one.code for one in codes.codes}
        enquiry_id = uuid4()
        text = EnquiryContent(text="Лист із суду", contact=ContactPoint(kind="none"))
        order = RecordEnquiry(
            enquiry_id=enquiry_id,
            channel="phone",
            language="uk",
            codes=("legal",),
            content=sealed_to(seal_key(service), text, RecordEnquiry, str(enquiry_id)),
            letter=letter,
            notice_version="2026-11",
        )
        answer = await desk.order(order)
        assert (answer.accepted, answer.warnings) == (True, ("no_way_to_answer",))
        (waiting,) = (await desk.ask(intake.AskInbox())).entries
        assert waiting.urgency == "urgent"
        assert waiting.deadline_on
        assert today < type(today).fromisoformat(waiting.deadline_on) <= today + timedelta(days=7)
        (deadline,) = (await desk.ask(intake.AskDeadlines())).deadlines
        assert (await desk.order(intake.ConfirmDeadline(deadline_id=deadline.deadline_id))).accepted
        reader = X25519PrivateKey.generate()
        question = intake.AskEnquiry(enquiry_id=enquiry_id, reply_key=encode(public_bytes(reader)), purpose="advice")
        sealed = (await desk.ask(question)).letter
        shown = open_sealed(sealed, reader, type_name=intake.AskEnquiry.type_name(), key=str(enquiry_id))
        assert not intake.LetterReading.model_validate_json(shown).to_be_confirmed


async def test_a_bad_date_is_refused_with_its_field_and_changes_nothing(
    broker: kit.Broker, run_service: ServiceRunner
) -> None:
    service = await run_service("intake")
    code, _ = links.new_code()
    async with frontend(broker, "web") as web:
        order = enquiry(seal_key(service), code)
        letter = Letter.model_construct(sender="court", dated="2026-02-30", period=None)
        answer = await web.order(order.model_copy(update={"letter": letter}))
        assert not answer.accepted
        assert answer.problem
        assert set(answer.problem.texts) == {"uk", "ru", "de", "en"}
        assert "2026-02-30" not in answer.model_dump_json()
        assert not (await web.ask(intake.AskEnquiryState(receipt_code=code))).known
