"""What the other association says: somebody is referred to us, or must not be any longer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import PersonRegistered, ReceivePerson
from lotse_contracts.referral import (
    ConsentWithdrawalAcknowledged,
    ConsentWithdrawnNotice,
    ErasureNotice,
    ReferralAnswered,
    ReferralArrived,
    ReferralOffered,
    ReferralTakenBack,
    ReferralWithdrawalAcknowledged,
    ReferralWithdrawnNotice,
)
from lotse_contracts.values import EndReason
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import moving
from lotse_referral.handlers.moving import Move
from lotse_referral.store import alive, directory, referrals

UNKNOWN_LANGUAGE = "und"  # BCP 47 for undetermined
CONSENT_WITHDRAWN: EndReason = "consent_withdrawn"
UNDECIDED = ("delivered", "info_requested")


async def offered(transfer: ReferralOffered, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Keep it, say so, and hand the sealed fields to our intake, which alone can open them."""
    sender = context.sender_association
    if await alive.erased(tx, transfer.referral_id):
        return ()
    held = await referrals.load(tx, transfer.referral_id)
    if held is not None:
        _must_be_the_sender(held, context)
        return ()
    if await directory.association_of(tx, transfer.service_id) != context.association:
        referral_id = transfer.referral_id
        return (ReferralAnswered(to=sender, referral_id=referral_id, answer="declined", reason="wrong_service"),)
    arrived, said = await moving.moved(tx, context, _arriving(transfer, context), Move("deliver", "system"))
    return (
        *said,
        ReferralArrived(
            referral_id=arrived.referral_id, sender=sender, codes=transfer.codes, language=transfer.language
        ),
        ReferralAnswered(to=sender, referral_id=arrived.referral_id, answer="delivered", version=arrived.version),
        ReceivePerson(
            referral_id=arrived.referral_id,
            sender=sender,
            language=transfer.language,
            urgency=transfer.urgency,
            codes=transfer.codes,
            fields=transfer.fields,
        ),
    )


async def person_registered(fact: PersonRegistered, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Our intake knows her now: the referral that brought her gets her id here."""
    if fact.referral_id is None or await alive.erased(tx, fact.person_id):
        return ()
    held = await referrals.load(tx, fact.referral_id)
    if held is not None and held.direction == "in" and held.person_id is None:
        await referrals.save(tx, replace(held, person_id=fact.person_id, changed_at=context.now))
    return ()


async def consent_withdrawn_notice(
    transfer: ConsentWithdrawnNotice, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Stop and say so. The notice may overtake the offer, which then finds the referral already closed."""
    stopped = ConsentWithdrawalAcknowledged(to=context.sender_association, referral_id=transfer.referral_id)
    return (stopped, *await _taken_back(tx, context, transfer.referral_id, CONSENT_WITHDRAWN))


async def withdrawn_notice(
    transfer: ReferralWithdrawnNotice, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """It has ended at the sender's: nothing more is to be done here, and we say that we stop."""
    stopped = ReferralWithdrawalAcknowledged(to=context.sender_association, referral_id=transfer.referral_id)
    return (stopped, *await _taken_back(tx, context, transfer.referral_id, transfer.reason))


async def erasure_notice(transfer: ErasureNotice, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She was erased there. Whom we have accepted is ours to answer for; an offer still undecided ends."""
    if await alive.erased(tx, transfer.referral_id):
        return ()
    held = await referrals.load(tx, transfer.referral_id)
    if held is None:
        await alive.bury(tx, (transfer.referral_id,), context.now)
        return ()
    _must_be_the_sender(held, context)
    if held.sender_erased_at is not None:
        return ()
    noted = replace(held, sender_erased_at=context.now)
    await referrals.save(tx, noted)
    return await _withdrawn(tx, context, noted, "erased_at_sender") if noted.state in UNDECIDED else ()


async def _taken_back(tx: AsyncConnection, context: Context, referral_id: UUID, reason: EndReason) -> Sequence[Message]:
    if await alive.erased(tx, referral_id):
        return ()
    held = await referrals.load(tx, referral_id)
    if held is None:
        await referrals.save(tx, _closed_before_it_came(referral_id, reason, context))
        return ()
    _must_be_the_sender(held, context)
    if held.open or reason != CONSENT_WITHDRAWN:
        return await _withdrawn(tx, context, held, reason)
    return await _taken_back_after_end(tx, context, held)


async def _taken_back_after_end(tx: AsyncConnection, context: Context, held: Referral) -> Sequence[Message]:
    """The end stays; that her fields are not to be used any longer, the desk hears once."""
    if held.reason == CONSENT_WITHDRAWN or held.withdrawal_acknowledged_at is not None:
        return ()
    await referrals.save(tx, replace(held, withdrawal_acknowledged_at=context.now))
    return (ReferralTakenBack(referral_id=held.referral_id, sender=cast(str, held.partner), reason=CONSENT_WITHDRAWN),)


async def _withdrawn(tx: AsyncConnection, context: Context, held: Referral, reason: EndReason) -> Sequence[Message]:
    """In the person's name, who may always; our desk hears of it."""
    if not held.open:
        return ()
    closed, said = await moving.moved(tx, context, held, Move("withdraw", "person", Given(reason=reason), quietly=True))
    heard = ReferralTakenBack(referral_id=closed.referral_id, sender=cast(str, closed.partner), reason=reason)
    return (*said, heard)


def _arriving(transfer: ReferralOffered, context: Context) -> Referral:
    return Referral(
        referral_id=transfer.referral_id,
        direction="in",
        mode="connected",
        service_id=transfer.service_id,
        language=transfer.language,
        urgency=transfer.urgency,
        created_at=context.now,
        changed_at=context.now,
        state="sent",
        entered_at=context.now,
        codes=transfer.codes,
        partner=context.sender_association,
    )


def _closed_before_it_came(referral_id: UUID, reason: EndReason, context: Context) -> Referral:
    return Referral(
        referral_id=referral_id,
        direction="in",
        mode="connected",
        service_id=None,
        language=UNKNOWN_LANGUAGE,
        urgency="normal",
        created_at=context.now,
        changed_at=context.now,
        state="withdrawn",
        version=1,
        partner=context.sender_association,
        reason=reason,
        entered_at=context.now,
    )


def _must_be_the_sender(held: Referral, context: Context) -> None:
    if held.direction != "in" or held.partner != context.sender_association:
        raise Refused("not_the_sender", fields=("referral_id",))
