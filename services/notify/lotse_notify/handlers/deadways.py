"""A number or an address that is proved dead: nothing goes there any more, and the digest of the staff counts it.

Intake hears it once no way is left to her.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.envelope import Message
from lotse_notify.handlers import choices
from lotse_notify.handlers.digests import note
from lotse_notify.handlers.telling import release, unreachable
from lotse_notify.store import applying, people, points
from lotse_notify.store.attempts import Attempt

BLOCKED = "blocked"
"""What the provider of a messenger says where she has shut the chat."""


async def dead(tx: AsyncConnection, of: Attempt, because: str, now: datetime) -> list[Message]:
    """The way that this attempt went, until a counsellor writes it down again; what waits for her is decided anew.

    Her person must be locked. A way that intake has named since is another one, of which nothing is proved. A bot that
    she has blocked is her no to this channel.
    """
    if because == BLOCKED:
        return await choices.end_chat(tx, await people.locked(tx, of.notification.person_id), now, through="blocked")
    point_id = await applying.point_of(tx, of.attempt_id)
    if point_id is None or not await points.note_dead(tx, point_id, because, now):
        return []
    await note(tx, "contact_unreachable", now)
    person = await people.locked(tx, of.notification.person_id)
    facts = await release(tx, person, now)
    if person.contact is not None and not person.contact.usable:
        facts += await unreachable(tx, person.person_id, because)
    return facts
