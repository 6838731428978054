"""The anonymous figures of a month: counted once it is over, published once, the same ever after."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import CountedCell, PublishStatistics, StatisticsPublished
from lotse_statistics.suppression import suppressed
from lotse_intake.store import figures

YEAR_MIN = 2025  # the project's first year


async def publish_statistics(order: PublishStatistics, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Raises Refused while the month runs: figures of the same month at two times would tell who came in between."""
    start, end = month_of(order.period)
    if end > context.now:
        raise Refused("period_not_over", fields=("period",))
    known = await figures.published(tx, order.period)
    if known is None:
        by_channel = await figures.enquiries_by_channel(tx, start, end)
        by_code = await figures.concerns_by_code(tx, start, end)
        known = {"by_channel": suppressed(by_channel), "by_code": suppressed(by_code)}
        await figures.publish(tx, order.period, known, context.now)
    return [
        StatisticsPublished(
            period=order.period,
            enquiries_by_channel=_cells(known["by_channel"]),
            concerns_by_code=_cells(known["by_code"]),
        )
    ]


def month_of(period: str) -> tuple[datetime, datetime]:
    """The month in Dresden's time, as [start, end). Raises Refused if there is no such month."""
    year, month = int(period[:4]), int(period[5:])
    if not 1 <= month <= 12 or year < YEAR_MIN:
        raise Refused("unknown_period", fields=("period",))
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=ZONE), datetime(*following, 1, tzinfo=ZONE)


def _cells(counts: dict[str, int | None]) -> tuple[CountedCell, ...]:
    return tuple(CountedCell(name=name, count=count) for name, count in sorted(counts.items()))
