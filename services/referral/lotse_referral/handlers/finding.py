"""Finds the referral that a message is about."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_referral.domain.referral import Referral
from lotse_referral.store import alive, referrals


async def ours(tx: AsyncConnection, referral_id: UUID) -> Referral:
    """The referral, locked. Raises Refused if there is none, or if its person was erased."""
    held = await referrals.load(tx, referral_id)
    if held is not None:
        return held
    if await alive.erased(tx, referral_id):
        raise Refused("person_erased", fields=("referral_id",))
    raise Refused("unknown_referral", fields=("referral_id",))


async def ours_in_turn(tx: AsyncConnection, referral_id: UUID) -> Referral:
    """The same under its person's lock, taken first as everywhere: what follows may touch all that is hers."""
    person_id = await referrals.person_of(tx, referral_id)
    if person_id is not None:
        await alive.locked(tx, person_id)
    return await ours(tx, referral_id)


async def known_or_erased(tx: AsyncConnection, referral_id: UUID) -> Referral | None:
    """The referral, locked; None if its person was erased, so that late news changes nothing.

    Raises Refused if there never was one.
    """
    held = await referrals.load(tx, referral_id)
    if held is None and not await alive.erased(tx, referral_id):
        raise Refused("unknown_referral", fields=("referral_id",))
    return held
