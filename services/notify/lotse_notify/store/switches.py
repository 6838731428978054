"""The switches that hold messages back, and which days' caps were said to be reached."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import get_args

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.notify import CapName, SwitchName
from lotse_notify.store.tables import notification
from lotse_notify.store.tables.when import cap_alarm, switch

NAMES: tuple[SwitchName, ...] = get_args(SwitchName)
ALARMS_KEPT = timedelta(days=31)


@dataclass(frozen=True)
class Switch:
    """`off_since` and `by` (an actor's pseudonym) where it holds messages back."""

    name: SwitchName
    off_since: datetime | None
    by: str | None


async def off(tx: AsyncConnection) -> frozenset[str]:
    """The switches that hold messages back now."""
    rows = await tx.execute(select(switch.c.name).where(switch.c.off_since.is_not(None)))
    return frozenset(rows.scalars())


async def every(tx: AsyncConnection) -> list[Switch]:
    """All of them, `all` first."""
    rows = {row.name: Switch(row.name, row.off_since, row.by) for row in await tx.execute(select(switch))}
    return [rows[name] for name in NAMES]


async def turn_off(tx: AsyncConnection, name: SwitchName, by: str, now: datetime) -> bool:
    """Whether it was on before; who turned it off first stays written."""
    turned = update(switch).where(switch.c.name == name, switch.c.off_since.is_(None))
    return (await tx.execute(turned.values(off_since=now, by=by).returning(switch.c.name))).first() is not None


async def turn_on(tx: AsyncConnection, name: SwitchName) -> bool:
    """Whether it was off before."""
    turned = update(switch).where(switch.c.name == name, switch.c.off_since.is_not(None))
    return (await tx.execute(turned.values(off_since=None, by=None).returning(switch.c.name))).first() is not None


async def let_go(tx: AsyncConnection, now: datetime) -> int:
    """What waits for a switch is looked at again now; the policy decides afresh about each. Returns how many."""
    waiting = (notification.c.state == "held", notification.c.because == "kill_switch")
    again = update(notification).where(*waiting, notification.c.due_at > now).values(due_at=now)
    return len((await tx.execute(again.returning(notification.c.notification_id))).all())


async def waiting(tx: AsyncConnection) -> int:
    """How many notifications wait for a switch."""
    held = (notification.c.state == "held", notification.c.because == "kill_switch")
    return int((await tx.execute(select(func.count()).where(*held))).scalar_one())


async def first_alarm(tx: AsyncConnection, cap: CapName, day: date) -> bool:
    """Whether this day's cap is said to be reached for the first time; older days are forgotten."""
    said = insert(cap_alarm).values(cap=cap, day=day).on_conflict_do_nothing().returning(cap_alarm.c.cap)
    if (await tx.execute(said)).first() is None:
        return False
    await tx.execute(delete(cap_alarm).where(cap_alarm.c.day < day - ALARMS_KEPT))
    return True
