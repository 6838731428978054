"""What another service wants an office to be told."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.notify import TellOffice
from lotse_notify.domain.officemail import writable
from lotse_notify.store import offices
from lotse_notify.store.offices import OfficeMail


async def tell_office(
    order: TellOffice, context: Context, tx: AsyncConnection, *, known: Collection[str]
) -> list[Message]:
    """Once for ever under its key. Raises Refused for an office that no setting names, or for other arguments."""
    if order.office not in known:
        raise Refused("unknown_office", fields=("office",))
    arguments = {one.name: one.value for one in order.arguments}
    if not writable(order.template, order.language, arguments) or len(arguments) != len(order.arguments):
        raise Refused("wrong_arguments", fields=("arguments",))
    one = OfficeMail(order.dedupe_key, order.office, order.template, order.language, arguments, context.now)
    await offices.add(tx, one)
    return []
