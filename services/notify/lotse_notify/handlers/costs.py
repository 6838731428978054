"""What a day's messages cost, said to the ledger when the day is over."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import telemetry
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer, set_timer
from lotse_contracts.envelope import Message
from lotse_contracts.notify import CostIncurred
from lotse_notify.domain.reminders import LOCAL
from lotse_notify.store import submissions

COST = "cost"
AFTER_MIDNIGHT = timedelta(minutes=10)  # a message of the last second is counted by then


async def count_sent(tx: AsyncConnection, provider: str, now: datetime) -> None:
    """Count one message and see to it that its day is told."""
    day = now.astimezone(LOCAL).date()
    if not await submissions.count_sent(tx, provider, day):
        return
    payload = {"provider": provider, "day": day.isoformat()}
    with telemetry.extracted(None):  # a day's sum belongs to nobody, also not to the first who was told something
        await set_timer(tx, kind=COST, key=f"{provider}-{day.isoformat()}", due_at=_told_at(day), payload=payload)


async def tell_cost(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """The whole day; 0 where a provider charges nothing a message."""
    del context
    provider, day = timer.payload["provider"], date.fromisoformat(timer.payload["day"])
    messages, amount_e4 = await submissions.sent_on(tx, provider, day)
    return [CostIncurred(provider=provider, day=day.isoformat(), messages=messages, amount_e4=amount_e4)]


def _told_at(day: date) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=LOCAL)
    return midnight.astimezone(UTC) + AFTER_MIDNIGHT
