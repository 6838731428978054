"""What a day's messages cost, said to the ledger when the day is over, and again when it is known better."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import telemetry, timers
from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.notify import CostIncurred
from lotse_notify.store import tallies

COST = "cost"
SETTLES = timedelta(minutes=10)
"""After midnight, so that a message of the last second is counted; and after a late change, so that many are one."""


async def count_taken(tx: AsyncConnection, attempt_ids: Sequence[UUID], now: datetime) -> None:
    """Count tries that a provider took, each once and on its own day, and see to it that the day is told.

    Of a try that was counted at another price only the difference is counted.
    """
    for one in await tallies.count(tx, attempt_ids):
        await _see_to_it(tx, one, now)


async def tell_cost(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """The whole day, in place of what was said of it before; 0 where a provider charges nothing a message."""
    del context
    one = await tallies.of_day(tx, timer.payload["provider"], date.fromisoformat(timer.payload["day"]))
    return [
        CostIncurred(
            provider=one.provider,
            day=one.day.isoformat(),
            messages=one.messages,
            segments=one.segments,
            amount_e4=max(0, one.amount_e4),
        )
    ]


async def _see_to_it(tx: AsyncConnection, one: tallies.Day, now: datetime) -> None:
    """The timer is set with the day's first messages; after it has told the day, each change sets it again."""
    key, payload = f"{one.provider}-{one.day.isoformat()}", {"provider": one.provider, "day": one.day.isoformat()}
    is_over = now >= _told_at(one.day)
    if not is_over and not one.first:  # it cannot fire before tomorrow
        return
    due_at = now + SETTLES if is_over else _told_at(one.day)
    with telemetry.extracted(None):  # a day's sum belongs to nobody, also not to the first who was told something
        await timers.set_at_latest(tx, kind=COST, key=key, due_at=due_at, payload=payload)


def _told_at(day: date) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=ZONE)
    return midnight.astimezone(UTC) + SETTLES
