"""What the desks of both sides do with a referral, as several tests begin."""

from typing import Any
from uuid import UUID

from lotse_contracts import Message
from lotse_contracts.referral import ActOnReferral, ReferralAnswered
from tests.referral.connected import under_way
from tests.referral.desk import Desk, Person, only


def act(person: Person, action: str, **given: Any) -> ActOnReferral:
    return ActOnReferral.model_validate({"referral_id": person.referral_id, "action": action} | given)


async def arrived(desk: Desk, partner: Desk, person: Person) -> None:
    """The partner's desk has it, and ours knows."""
    said = await partner.hears(await under_way(desk, person), "auslaenderrat")
    await desk.hears(only(ReferralAnswered, said), "plattform")


async def answered(desk: Desk, partner: Desk, order: Message) -> list[Message]:
    """The partner's desk orders something, and ours hears what it answers."""
    return await desk.hears(only(ReferralAnswered, await partner.hears(order)), "plattform")


async def jobcenter(desk: Desk, person: Person) -> UUID:
    return (await desk.suggested(person.concern_id, "Jobcenter")).service_id
