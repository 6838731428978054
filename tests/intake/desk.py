"""What the desk's tests stand on: concerns that are raised, staff that is enrolled, and steps that are taken."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake, referral
from lotse_contracts.envelope import Message
from tests.intake.given import Intake, enquiry, kinds, only, sealed_to

COORDINATOR = "co-1"
DANGER = ("danger",)


async def raised(here: Intake, **changed: Any) -> UUID:
    return only(await here.hear(enquiry(here, **changed), actor=None), intake.ConcernRaised).concern_id


async def enrol(here: Intake, *actors: str, **changed: Any) -> None:
    for actor in actors:
        order = intake.EnrolStaff(**{"actor": actor, "languages": ("uk",), "teams": ("north",), **changed})
        assert kinds(await here.hear(order, actor=COORDINATOR)) == ["evt intake.staff-enrolled"]


async def act(here: Intake, concern_id: UUID, action: str, *, actor: str = "w-1", **given: Any) -> list[Message]:
    order = intake.ActOnConcern.model_validate({"concern_id": concern_id, "action": action, **given})
    return await here.hear(order, actor=actor)


async def refused(here: Intake, concern_id: UUID, action: str, *, actor: str = "w-1", **given: Any) -> Refused:
    before = here.counts(), held(here, concern_id)
    with pytest.raises(Refused) as caught:
        await act(here, concern_id, action, actor=actor, **given)
    assert (here.counts(), held(here, concern_id)) == before
    return caught.value


def held(here: Intake, concern_id: UUID) -> tuple[Any, ...]:
    (row,) = here.rows(
        f"SELECT state, assignee, offered_to, clock, version, outcome FROM concern WHERE concern_id = '{concern_id}'"
    )
    return row


def state(here: Intake, concern_id: UUID) -> str:
    return str(held(here, concern_id)[0])


def timers(here: Intake, concern_id: UUID) -> list[tuple[Any, ...]]:
    return here.rows(f"SELECT payload->>'clock', payload->>'step' FROM timer WHERE key = '{concern_id}'")


async def answer(here: Intake, concern_id: UUID, *, actor: str = "w-1") -> list[Message]:
    ((enquiry_id,),) = here.rows(f"SELECT enquiry_id FROM concern WHERE concern_id = '{concern_id}'")
    content = sealed_to(here.seal_key, intake.TextContent(text="Так."), intake.AnswerEnquiry, str(enquiry_id))
    return await here.hear(intake.AnswerEnquiry(enquiry_id=enquiry_id, content=content), actor=actor)


def sent(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralSent:
    return referral.ReferralSent(**_about(concern, referral_id), service_id=uuid4(), mode="self")


def completed(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralCompleted:
    return referral.ReferralCompleted(**_about(concern, referral_id), outcome="need_met", confirmed_by="client")


def declined(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralDeclined:
    return referral.ReferralDeclined(**_about(concern, referral_id), reason="no_capacity")


def _about(concern: intake.ConcernRaised, referral_id: UUID) -> dict[str, Any]:
    ids = {"person_id": concern.person_id, "concern_id": concern.concern_id}
    return {"referral_id": referral_id, "version": 2, **ids}
