"""What she says herself about being told: she ends one way or takes it up again, and what waits is decided anew."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.envelope import Message
from lotse_contracts.notify import OptedIn, OptedOut
from lotse_contracts.values import NoticeCategory, NoticeChannel
from lotse_notify.domain.contact import Choice
from lotse_notify.handlers.telling import release
from lotse_notify.store import addressindex, people, points
from lotse_notify.store.people import Person

Through = Literal["sms", "telegram", "blocked", "page", "one_click"]
"""By which way her word came here, as it stands in the evidence."""


async def end_way(
    tx: AsyncConnection, person: Person, channel: NoticeChannel, now: datetime, *, through: Through
) -> list[Message]:
    """Nothing more goes this way; intake hears it once. The person must be locked, not erased."""
    if (await points.stop_of(tx, person.person_id, channel)).stands:
        return []
    await points.note_stop(tx, person.person_id, channel, opted_out_at=now)
    await _keep(tx, person, "stop", channel, now, through=through)
    said = OptedOut(person_id=person.person_id, channel=channel, scope="channel")
    return [said, *await _decided_anew(tx, person, now)]


async def ended_before(tx: AsyncConnection, person_id: UUID, channel: NoticeChannel, at: datetime) -> list[Message]:
    """A STOP that came by SMS before we knew that the number is hers; intake hears it where it ends something."""
    stood = (await points.stop_of(tx, person_id, channel)).stands
    await points.note_stop(tx, person_id, channel, opted_out_at=at)
    if stood or not (await points.stop_of(tx, person_id, channel)).stands:
        return []
    await points.note_own_choice(tx, person_id, choice="stop", about=channel, through="sms", at=at)
    return [OptedOut(person_id=person_id, channel=channel, scope="channel")]


async def resume_way(
    tx: AsyncConnection, person: Person, channel: NoticeChannel, now: datetime, *, through: Through
) -> list[Message]:
    """What she ended herself is open again, as far as her consent holds; intake hears it once."""
    if not (await points.stop_of(tx, person.person_id, channel)).stands:
        return []
    await points.note_stop(tx, person.person_id, channel, opted_in_at=now)
    await _keep(tx, person, "start", channel, now, through=through)
    return [OptedIn(person_id=person.person_id, channel=channel), *await _decided_anew(tx, person, now)]


async def end_chat(tx: AsyncConnection, person: Person, now: datetime, *, through: Through) -> list[Message]:
    """Her /stop, or the bot blocked: the chat is forgotten, intake hears it. The person must be locked."""
    facts = await end_way(tx, person, "telegram", now, through=through)
    if await points.unlink(tx, person.person_id, "telegram"):
        await addressindex.keep_known(tx, person.person_id)
        facts += await _decided_anew(tx, person, now)
    return facts


async def choose(
    tx: AsyncConnection, person: Person, wanted: dict[NoticeCategory, Choice | None], now: datetime, through: Through
) -> list[Message]:
    """Which way comes first for these categories, or none where she can do without; None: her own order."""
    held = person.contact.choices if person.contact else {}
    changed = {category: choice for category, choice in wanted.items() if held.get(category) != choice}
    for category, choice in changed.items():
        await points.choose(tx, person.person_id, category, choice, now)
        await _keep(tx, person, choice or "own_order", category, now, through=through)
    return await _decided_anew(tx, person, now) if changed else []


async def _keep(
    tx: AsyncConnection, person: Person, choice: str, about: str, now: datetime, *, through: Through
) -> None:
    await points.note_own_choice(tx, person.person_id, choice=choice, about=about, through=through, at=now)


async def _decided_anew(tx: AsyncConnection, person: Person, now: datetime) -> list[Message]:
    return await release(tx, await people.locked(tx, person.person_id), now)
