"""Reading and writing by receipt code needs the PIN that the person chose; guessing gets slower and slower."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from lotse_chassis import pins
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_intake.providers.content import decrypted, pin_of
from lotse_intake.providers.office import Office
from lotse_intake.store import guesses


async def require_pin(office: Office, context: Context, enquiry: Row[Any], pin: str) -> None:
    """Raises Refused if there is no PIN, it is wrong, or too many were.

    The try is counted and committed before the PIN is looked at, in a transaction of its own: what the caller's
    transaction becomes does not forget it, and a hundred tries at once are a hundred tries. A message that comes again
    is the same try only with the same PIN, since whoever sends it chooses its id.
    """
    if enquiry.pin_hash is None:
        raise Refused("no_pin", fields=("pin",))
    receipt: str = enquiry.receipt_sha256
    failures = await _counted(office, receipt, office.pepper.attempt(context.id, pin))
    kept = decrypted(office.keys, enquiry.person_id, pin_of(enquiry.enquiry_id), enquiry.pin_hash)
    if await asyncio.to_thread(pins.fits, pin, kept):
        async with office.own_transaction() as own:
            await guesses.forgive(own, receipt)
        return
    if lock := pins.lock_after(failures):
        async with office.own_transaction() as own:
            await guesses.lock(own, receipt, office.now() + lock)
    raise Refused("wrong_pin", fields=("pin",))


async def _counted(office: Office, receipt: str, attempt_id: UUID) -> int:
    async with office.own_transaction() as own:
        row = await guesses.count(own, receipt, attempt_id, office.now())
    if row is None:
        raise Refused("pin_locked", fields=("pin",))
    return int(row.failures)
