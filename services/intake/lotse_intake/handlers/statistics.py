"""The anonymous figures of a period: counted once it is over, published once, the same ever after."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    AskReport,
    CountedCell,
    HandInReport,
    PublishStatistics,
    ReportAnswer,
    ReportHandedIn,
    StatisticsPublished,
)
from lotse_contracts.values import Channel
from lotse_intake.domain.reports import Counted, one_dimension, report_of
from lotse_intake.providers.report_rules import report_rules
from lotse_intake.store import codelists, figures, handed_in
from lotse_intake.store.figures import Stretch
from lotse_statistics.reports import canonical, sha256_of
from lotse_statistics.spans import Span, SpanUnknown, bounds, span_of


@dataclass(frozen=True)
class Kept:
    """A report as it was, or would be, published."""

    report: Mapping[str, Any]
    content: bytes
    sha256: str


async def publish_statistics(order: PublishStatistics, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Counts, closes the months, and keeps what may be said beside everything that was said before.

    Raises Refused while the period runs: figures of one period at two times would tell who came in between.
    """
    stretch = _stretch_of(order.period)
    if stretch.end > context.now:
        raise Refused("period_not_over", fields=("period",))
    await figures.lock(tx)
    known = await figures.published(tx, order.period)
    if known is not None:
        return [await _told(tx, known.figures, known.sha256)]
    if (thin := await figures.published_thin(tx, order.period)) is not None:
        by_channel, by_code = _cells(thin["by_channel"]), _cells(thin["by_code"])
        return [StatisticsPublished(period=order.period, enquiries_by_channel=by_channel, concerns_by_code=by_code)]
    counts = await _counts(tx, stretch)
    closed = await figures.closed(tx, stretch.months)
    await figures.close(tx, {month: counts[month] for month in stretch.months if month not in closed}, context.now)
    made = await _made(context.association, order.period, counts, tx)
    await figures.publish(tx, made.report, made.content, made.sha256, context.now)
    return [await _told(tx, made.report, made.sha256)]


async def hand_in_report(order: HandInReport, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Freezes the bytes of a published report. Raises Refused unless it was published, and if the id is taken."""
    _span_of(order.period)
    known = await figures.published(tx, order.period)
    if known is None:
        raise Refused("report_not_published", fields=("period",))
    if order.corrects is not None and await handed_in.get(tx, order.corrects) is None:
        raise Refused("unknown_report", fields=("corrects",))
    row = {
        "report_id": order.report_id,
        "period": order.period,
        "recipient": order.recipient,
        "corrects": order.corrects,
        "content": known.content,
        "sha256": known.sha256,
        "handed_in_at": context.now,
        "handed_in_by": context.actor or context.sender,
    }
    if not await handed_in.add(tx, row):
        raise Refused("report_id_taken", fields=("report_id",))
    said = ReportHandedIn(report_id=order.report_id, period=order.period, sha256=known.sha256, corrects=order.corrects)
    return [said]


async def report(question: AskReport, context: Context, tx: AsyncConnection) -> ReportAnswer:
    """A report that was handed in, that is published, or as it would be published now."""
    if (question.report_id is None) == (question.period is None):
        raise Refused("unknown_report", fields=("period", "report_id"))
    if question.report_id is not None:
        return await _handed_in(question.report_id, tx)
    period = str(question.period)
    stretch = _stretch_of(period)
    if (known := await figures.published(tx, period)) is not None:
        return ReportAnswer(
            period=period,
            state="published",
            report=known.content.decode(),
            sha256=known.sha256,
            published_at=known.published_at,
        )
    if stretch.start > context.now:
        raise Refused("period_not_over", fields=("period",))
    await figures.lock(tx)
    made = await _made(context.association, period, await _counts(tx, stretch), tx)
    return ReportAnswer(period=period, state="draft", report=made.content.decode(), sha256=made.sha256)


async def _handed_in(report_id: UUID, tx: AsyncConnection) -> ReportAnswer:
    row = await handed_in.get(tx, report_id)
    if row is None:
        raise Refused("unknown_report", fields=("report_id",))
    return ReportAnswer(
        period=row.period,
        state="handed_in",
        report=row.content.decode(),
        sha256=row.sha256,
        published_at=row.handed_in_at,
        report_id=row.report_id,
        corrects=row.corrects,
        corrected_by=await handed_in.corrected_by(tx, row.report_id),
    )


async def _counts(tx: AsyncConnection, stretch: Stretch) -> dict[str, dict[str, Any]]:
    """The counts of the stretch's months and of all that any published report covers; closed ones as they were."""
    reports = await figures.all_published(tx)
    covered = sorted({month for report in reports for month in report["months"]})
    return {**await figures.counts_by_month(tx, stretch), **await figures.closed(tx, [*covered, *stretch.months])}


async def _made(association: str, period: str, counts: Mapping[str, Any], tx: AsyncConnection) -> Kept:
    stretch = _stretch_of(period)
    counted = Counted(
        months={month: one["families"] for month, one in counts.items()},
        persons=await figures.persons_behind(tx, stretch),
        sums={month: one["sums"] for month, one in counts.items()},
        continuing=await figures.continuing(tx, stretch),
        medians=await figures.medians(tx, stretch),
    )
    earlier = await figures.all_published(tx)
    made = await asyncio.to_thread(report_of, association, span_of(period), counted, earlier, report_rules())
    content = canonical(made)
    return Kept(made, content, sha256_of(content))


async def _told(tx: AsyncConnection, report: Mapping[str, Any], sha256: str) -> StatisticsPublished:
    codes = (await codelists.newest(tx, "concerns")).codes
    return StatisticsPublished(
        period=report["period"],
        enquiries_by_channel=_cells(one_dimension(report, "enquiries", "channel", get_args(Channel))),
        concerns_by_code=_cells(one_dimension(report, "concerns", "code", codes)),
        sha256=sha256,
    )


def _span_of(period: str) -> Span:
    try:
        return span_of(period)
    except SpanUnknown:
        raise Refused("unknown_period", fields=("period",)) from None


def _stretch_of(period: str) -> Stretch:
    """The period in Dresden's time. Raises Refused if there is none of this name."""
    months = _span_of(period).months
    return Stretch(months, *bounds(months, ZONE))


def _cells(counts: Mapping[str, int | None]) -> tuple[CountedCell, ...]:
    return tuple(CountedCell(name=name, count=count) for name, count in sorted(counts.items()))
