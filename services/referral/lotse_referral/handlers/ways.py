"""What each way of delivery does when a referral leaves the house, and when it has ended."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_contracts.envelope import Sealed
from lotse_contracts.referral import ReferralInfoAnswered, ReferralOffered
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import asking_back, carrying
from lotse_referral.handlers.facts import tell_made


async def left(
    tx: AsyncConnection, context: Context, sent: Referral, fields: Sealed | None = None
) -> Sequence[Message]:
    """It has left the house: what goes to the office, and what she is told and asked, where that is safe."""
    await asking_back.begin(tx, sent, context)
    told = tell_made(sent) if await asking_back.tellable(tx, sent) else ()
    return (*_offered(sent, fields), *told, *await carrying.left(tx, context, sent))


async def supplemented(
    tx: AsyncConnection, context: Context, held: Referral, fields: Sealed, answers_version: int
) -> Sequence[Message]:
    """What the receiver asked back has been released."""
    del tx, context
    if held.mode != "connected" or held.partner is None:
        return ()
    return (
        ReferralInfoAnswered(
            to=held.partner,
            referral_id=held.referral_id,
            answer="given",
            answers_version=answers_version,
            fields=fields,
        ),
    )


async def consent_lost(tx: AsyncConnection, context: Context, held: Referral) -> Sequence[Message]:
    """The consent under which its fields left is withdrawn, also where the referral had ended before."""
    await carrying.consent_lost(tx, context, held)
    return ()


async def ended(tx: AsyncConnection, context: Context, held: Referral) -> Sequence[Message]:
    """The referral has ended, whichever way it went: she is asked no more, and no office reads any more."""
    await asking_back.stop(tx, held.referral_id)
    return await carrying.ended(tx, context, held)


def _offered(sent: Referral, fields: Sealed | None) -> tuple[ReferralOffered, ...]:
    if sent.mode != "connected" or fields is None:
        return ()
    return (
        ReferralOffered(
            to=cast(str, sent.partner),
            referral_id=sent.referral_id,
            service_id=cast(UUID, sent.service_id),
            codes=sent.codes,
            language=sent.language,
            urgency=sent.urgency,
            fields=fields,
        ),
    )
