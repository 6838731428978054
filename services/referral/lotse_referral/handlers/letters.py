"""A covering letter for an office, printed by the desk: each printing makes a fresh code and ends the one before."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_referral.domain.office_links import LINK_LIFE
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import delivering
from lotse_referral.handlers.finding import ours
from lotse_referral.pages.letters import Letter
from lotse_referral.providers.offices import Offices
from lotse_referral.store import directory


async def printed(
    offices: Offices, tx: AsyncConnection, context: Context, referral_id: UUID
) -> tuple[Letter, Sequence[Message]]:
    """The letter with what is released, and what follows. Raises Refused where the office answers otherwise."""
    sent = await ours(tx, referral_id)
    code, link = await delivering.made(tx, sent, "letter", context.now)
    letter = await _letter(offices, tx, context, sent, code)
    return letter, (delivering.said_of(link),)


async def copied(offices: Offices, tx: AsyncConnection, context: Context, referral_id: UUID) -> Letter:
    """The same for the person herself; her copy has no code, and none is made."""
    sent = await ours(tx, referral_id)
    if not delivering.may_be_linked(sent):
        raise Refused("action_not_allowed", fields=("referral_id",))
    return await _letter(offices, tx, context, sent, "")


async def _letter(offices: Offices, tx: AsyncConnection, context: Context, sent: Referral, code: str) -> Letter:
    service = None if sent.service_id is None else await directory.one(tx, sent.service_id)
    if service is None:
        raise Refused("unknown_service", fields=("referral_id",))
    fields = None if offices.vault is None else await delivering.readable_for(offices.vault, tx, sent)
    key = str(sent.person_id)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=key, purpose="letter")
    return Letter(
        referral=sent,
        service=service,
        sender=offices.sender,
        at=context.now,
        until=context.now + LINK_LIFE,
        url=offices.url(code),
        code=code,
        fields=fields,
    )
