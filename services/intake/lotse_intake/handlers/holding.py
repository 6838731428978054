"""Whose receipt code and PIN they are: for the person's page at referral, which never holds either."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis import pins as hashing
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AskHolder, HolderAnswer, HolderContent
from lotse_intake.handlers import people, pins
from lotse_intake.providers.content import opened
from lotse_intake.providers.office import Office
from lotse_intake.store import merges

LOOK_ALIKE = frozenset({"unknown_enquiry", "person_erased", "no_pin", "wrong_pin", "pin_locked"})
"""Whoever guesses learns nothing from the answer; that a lock is there is only said to all alike."""
NOBODY = HolderAnswer(known=False)

_SALT = bytes(hashing.SALT_BYTES)


async def ask_holder(office: Office, question: AskHolder, context: Context, tx: AsyncConnection) -> HolderAnswer:
    """Her records, once her PIN has proved that it is she. Raises Refused if the content cannot be opened."""
    key = str(question.attempt_id)
    content = opened(office, question.content, HolderContent, type_name=AskHolder.type_name(), key=key)
    try:
        enquiry = await people.open_enquiry_of_code(tx, content.receipt_code)
        await pins.require_pin(office, context, enquiry, content.pin)
    except Refused as fault:
        if fault.code not in LOOK_ALIKE:
            raise
        if fault.code != "wrong_pin":  # as much work as for a PIN that is wrong, so that the time says nothing either
            await asyncio.to_thread(hashing.hashed, content.pin, _SALT)
        return NOBODY
    object_id = str(enquiry.person_id)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=object_id, purpose="own_page")
    others = [one for one in await merges.group_of(tx, enquiry.person_id) if one != enquiry.person_id]
    return HolderAnswer(known=True, person_ids=(enquiry.person_id, *others), language=enquiry.language)
