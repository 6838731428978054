"""A counsellor has asked whether messages to a person's contact are safe for her."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactSafetyChanged, MarkContactSafe
from lotse_intake.handlers import people, telling
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import persons


async def mark_contact_safe(
    office: Office, order: MarkContactSafe, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Notify hears of it; marking her as what she is changes nothing but the access log."""
    row = await people.living(tx, order.person_id)
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(order.person_id), purpose="contact_safety"
    )
    if row.contact_safe == order.safe:
        return []
    changed = await persons.change(tx, order.person_id, contact_changed=True, contact_safe=order.safe)
    fact = ContactSafetyChanged(person_id=order.person_id, version=changed.version, safe=order.safe)
    fields = decrypted_fields(office.keys, order.person_id, changed.fields)
    return [fact, *await telling.contact_changed(office, context, tx, changed, fields)]
