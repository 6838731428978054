"""Act four: one person goes, with her consent, to the other association, and what becomes of it comes back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from lotse_contracts.answers import OrderAnswer
from lotse_contracts.envelope import Order
from lotse_contracts.intake import AskInbox, PersonFields, RegisterPerson
from lotse_contracts.referral import (
    AnswerReferral,
    AskOpenReferrals,
    AskReferralActions,
    FixAppointment,
    OpenReferral,
    SendReferral,
)
from lotse_contracts.sealed import seal
from lotse_contracts.values import FieldGroup
from lotse_local.demo.agreeing import Scope, agreed
from lotse_local.demo.arriving import reference
from lotse_local.demo.frontend import Frontend
from lotse_local.demo.referring import candidates, note, reached, reasons
from lotse_local.demo.scene import FOLLOWS_SECONDS, Scene

APPOINT = "fix_appointment"
GROUPS: tuple[FieldGroup, ...] = ("identity", "contact", "need_summary")
SUMMARY = "Frau T., 67, sucht Gesellschaft und Deutschpraxis, singt gern. Spricht Ukrainisch, wenig Deutsch."
APPOINTMENT_AFTER = timedelta(days=6)
APPOINTMENT_HOUR = 9  # UTC, 10 o'clock in Dresden's winter
APPOINTMENT_LASTS = timedelta(minutes=45)
PAGES_MAX = 50


async def refer_to_partner(scene: Scene) -> None:
    """Summary, consent, referral; then the partner's desk takes it, fixes a time, and says what came of it."""
    referral_id = await _send(scene)
    await _arrived(scene, referral_id)
    await _accepted(scene, referral_id)
    await _appointment(scene, referral_id)
    await _completed(scene, referral_id)


async def own_appointment(scene: Scene) -> None:
    """Our own desk fixes a time for somebody who goes with a card."""
    case = scene.appointment_case
    made = next(made for made in scene.figures.referrals if made["concern_id"] == str(case.first.concern_id))
    order = _fixing(UUID(made["referral_id"]))
    _expect_accepted(scene, order, await scene.desk.order(order))
    scene.say(f"{scene.home.name}: an appointment is fixed for {reference(case)}")
    scene.step()


async def _send(scene: Scene) -> UUID:
    case = scene.connected_case
    entry = case.first
    found = await candidates(scene, entry)
    chosen = next((one for one in found if one.association == scene.partner.name and "connected" in one.modes), None)
    if chosen is None:
        raise LookupError("the directory has no service of the partner for this concern")
    referral_id, consent_id = uuid4(), uuid4()
    summary = PersonFields(need_summary=SUMMARY).model_dump_json(exclude_none=True).encode()
    key = str(entry.person_id)
    sealed = seal(summary, scene.seal_key, type_name=RegisterPerson.type_name(), key=key)
    await _order(scene, RegisterPerson(person_id=entry.person_id, fields=sealed))
    sent = SendReferral(
        referral_id=referral_id,
        concern_id=entry.concern_id,
        person_id=entry.person_id,
        service_id=chosen.service_id,
        mode="connected",
        consent_id=consent_id,
        field_groups=GROUPS,
    )
    await _order(scene, sent)
    scope = Scope(scene.partner.name, (entry.code,), GROUPS)
    await _order(scene, await agreed(scene.desk, entry, scope, consent_id))
    note(scene, entry, chosen, referral_id=referral_id, mode="connected")
    scene.say(f"desk: {reference(case)} consents to {', '.join(GROUPS)} going to {scene.partner.name}, and is referred")
    scene.say(f"      {chosen.name} ({chosen.score} points: {reasons(chosen)})")
    return referral_id


async def _arrived(scene: Scene, referral_id: UUID) -> None:
    await reached(scene.partner_desk, referral_id, "delivered")
    await reached(scene.desk, referral_id, "delivered")
    referral = await _open_referral(scene.partner_desk, referral_id)
    sender = referral.sender if referral else None
    scene.checks.expect("the partner knows who sent it", sender == scene.home.name)
    scene.say(f"{scene.partner.name}: the referral arrived over the federated link, sealed all the way")
    scene.step()


async def _accepted(scene: Scene, referral_id: UUID) -> None:
    await _order(scene, AnswerReferral(referral_id=referral_id, answer="accepted"), at=scene.partner_desk)
    await reached(scene.desk, referral_id, "accepted")
    scene.say(f"{scene.partner.name}: the desk accepts, and {scene.home.name} hears of it")
    scene.step()


async def _known_there(scene: Scene, referral_id: UUID) -> None:
    """The partner's intake has opened the fields and knows her under an id of its own."""

    async def look() -> bool:
        answer = await scene.partner_desk.ask(AskReferralActions(referral_id=referral_id))
        return APPOINT in answer.actions

    await scene.partner_desk.until(look, FOLLOWS_SECONDS, "a person whom the partner knows")
    newest = await scene.partner_desk.ask(AskInbox(newest_first=True, size=1))
    own_id = bool(newest.entries) and newest.entries[0].person_id != scene.connected_case.person_id
    scene.checks.expect("the partner knows her under an id of its own", own_id)
    scene.checks.expect("she came by a partner", newest.entries and newest.entries[0].channel == "partner")


async def _appointment(scene: Scene, referral_id: UUID) -> None:
    await _known_there(scene, referral_id)
    await _order(scene, _fixing(referral_id), at=scene.partner_desk)
    scene.say(f"{scene.partner.name}: an appointment is fixed")
    scene.step()


def _fixing(referral_id: UUID) -> FixAppointment:
    day = datetime.now(UTC) + APPOINTMENT_AFTER
    starts_at = day.replace(hour=APPOINTMENT_HOUR, minute=0, second=0, microsecond=0)
    return FixAppointment(
        referral_id=referral_id,
        appointment_id=uuid4(),
        starts_at=starts_at,
        ends_at=starts_at + APPOINTMENT_LASTS,
    )


async def _completed(scene: Scene, referral_id: UUID) -> None:
    done = AnswerReferral(referral_id=referral_id, answer="completed", outcome="need_met")
    await _order(scene, done, at=scene.partner_desk)
    await reached(scene.desk, referral_id, "completed")
    made = next(one for one in scene.figures.referrals if one["referral_id"] == str(referral_id))
    made["state"] = "completed"
    scene.say(f"{scene.partner.name}: completed; the loop is closed")
    scene.step()


async def _open_referral(desk: Frontend, referral_id: UUID) -> OpenReferral | None:
    cursor = None
    for _ in range(PAGES_MAX):
        page = await desk.ask(AskOpenReferrals(cursor=cursor))
        for referral in page.referrals:
            if referral.referral_id == referral_id:
                found: OpenReferral = referral
                return found
        cursor = page.cursor
        if cursor is None:
            break
    return None


async def _order(scene: Scene, order: Order, *, at: Frontend | None = None) -> None:
    """Each order about her is a step of the trace that her enquiry began."""
    desk = at or scene.desk
    with scene.trail.step(f"{desk.association}/desk", f"publish {order.NAME}") as traceparent:
        answer = await desk.order(order, traceparent=traceparent)
    _expect_accepted(scene, order, answer)


def _expect_accepted(scene: Scene, order: Order, answer: OrderAnswer) -> None:
    code = answer.problem.code if answer.problem else ""
    scene.checks.expect(f"{order.NAME} is accepted {code}".strip(), answer.accepted)
