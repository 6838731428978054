"""What the next mails to the staff will say: numbers, and days of grants."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.ledger import DeadlineCleared, DeadlineNear
from lotse_notify.domain.staffmail import GrantDeadline, Note
from lotse_notify.store.tables import notification, office_mail
from lotse_notify.store.tables.desk import staff_count, staff_deadline

Digest = Literal["daily", "at_once"]
TURN_LOCK = 0x73746166  # "staf": of those who count something one does so at a time
DEADLINES_READ_MAX = 1_000


async def take_turn(tx: AsyncConnection) -> None:
    """Before anything of a note is written, so that two who note several things each never wait for each other.

    A mail takes no turn: who fires its timer waits for whoever has set it, and for nobody else.
    """
    await tx.execute(select(func.pg_advisory_xact_lock(TURN_LOCK)))


async def count(tx: AsyncConnection, kinds: Sequence[Digest], note: Note) -> None:
    """One more since the last mail of each of these kinds."""
    row = insert(staff_count).values([{"digest": digest, "note": note, "count": 1} for digest in kinds])
    more = row.on_conflict_do_update(index_elements=["digest", "note"], set_={"count": staff_count.c.count + 1})
    await tx.execute(more)


async def take(tx: AsyncConnection, digest: Digest) -> dict[Note, int]:
    """What was counted since the last mail of this kind; from now on it is counted anew."""
    mine = delete(staff_count).where(staff_count.c.digest == digest)
    gone = await tx.execute(mine.returning(staff_count.c.note, staff_count.c.count.label("number")))
    counted: dict[str, int] = {row.note: row.number for row in gone}
    return {note: counted[note] for note in get_args(Note) if note in counted}


async def note_deadline(tx: AsyncConnection, fact: DeadlineNear | DeadlineCleared, due_on: date) -> None:
    """What the ledger says of a day of a grant, in whichever order: what it said of a longer log holds.

    A day that is cleared is kept until it is over, since that it comes near may be heard later.
    """
    cleared = isinstance(fact, DeadlineCleared)
    row = insert(staff_deadline).values(
        grant_id=fact.grant_id,
        code=fact.deadline,
        due_on=due_on,
        fresh=not cleared,
        cleared=cleared,
        log_size=fact.log_size,
    )
    known, new = staff_deadline.c, row.excluded
    said = {
        "fresh": new.fresh & (known.fresh | known.cleared),
        "cleared": new.cleared,
        "log_size": new.log_size,
    }
    later = tuple_(known.log_size, known.cleared) < tuple_(new.log_size, new.cleared)
    key = ["grant_id", "code", "due_on"]
    await tx.execute(row.on_conflict_do_update(index_elements=key, set_=said, where=later))


async def deadlines(tx: AsyncConnection, today: date) -> Sequence[GrantDeadline]:
    """Those that are still to come and not cleared; what is over is forgotten."""
    await tx.execute(delete(staff_deadline).where(staff_deadline.c.due_on < today))
    open_ones = select(staff_deadline).where(~staff_deadline.c.cleared).order_by(staff_deadline.c.due_on)
    rows = await tx.execute(open_ones.limit(DEADLINES_READ_MAX))
    return [GrantDeadline(str(row.grant_id), row.code, row.due_on, row.fresh) for row in rows]


async def deadlines_told(tx: AsyncConnection) -> None:
    """A digest has named them."""
    await tx.execute(update(staff_deadline).where(staff_deadline.c.fresh).values(fresh=False))


async def failed_since(tx: AsyncConnection, moment: datetime) -> int:
    """Messages that ended with a definite no since then."""
    lost = (notification.c.state == "failed", notification.c.ended_at > moment)
    return await tx.scalar(select(func.count()).select_from(notification).where(*lost)) or 0


async def last_mailed(tx: AsyncConnection, template: str) -> datetime | None:
    """When the newest mail of this kind was written."""
    query = select(func.max(office_mail.c.created_at)).where(office_mail.c.template == template)
    found: datetime | None = await tx.scalar(query)
    return found
