"""The figures of a period: counted once it is over, published once, the same ever after."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import (
    AskReferralReport,
    PublishReferralReport,
    ReferralReportAnswer,
    ReferralReportPublished,
    StaleService,
)
from lotse_contracts.referral.reports import STALE_MAX
from lotse_contracts.values import ReferralReportPart
from lotse_referral.domain.reports import Counted, Wanted, report_of
from lotse_referral.providers.report_rules import report_rules
from lotse_referral.store import figures, publications
from lotse_referral.store.figures import Stretch
from lotse_statistics.reports import canonical, sha256_of
from lotse_statistics.spans import Span, SpanUnknown, bounds, span_of


@dataclass(frozen=True)
class Made:
    """A report as it was, or would be, published."""

    report: Mapping[str, Any]
    content: bytes
    sha256: str


async def publish(order: PublishReferralReport, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Counts, closes the months, and keeps what may be said beside everything that was said before.

    The same again says the same. Raises Refused while the period runs: figures of one period at two times would tell
    who came in between.
    """
    span, part = _span_of(order.span), order.part
    stretch = _stretch_of(span)
    if stretch.end > context.now:
        raise Refused("period_not_over", fields=("span",))
    await figures.lock(tx)
    if (known := await publications.published(tx, part, span.name)) is not None:
        return [ReferralReportPublished(span=span.name, part=part, sha256=known.sha256)]
    counts = await _counts(tx, part, stretch)
    closed = await publications.closed(tx, part, stretch.months)
    new = {month: counts[month] for month in stretch.months if month not in closed}
    await publications.close(tx, part, new, context.now)
    made = await _made(Wanted(context.association, part, span), counts, context, tx)
    await publications.publish(tx, made.report, made.content, made.sha256, context.now)
    return [ReferralReportPublished(span=span.name, part=part, sha256=made.sha256)]


async def report(question: AskReferralReport, context: Context, tx: AsyncConnection) -> ReferralReportAnswer:
    """A report that is published, or as it would be published now. Raises Refused before its period has begun."""
    span, part = _span_of(question.span), question.part
    stretch = _stretch_of(span)
    stale = await _stale(tx, context)
    if (known := await publications.published(tx, part, span.name)) is not None:
        return ReferralReportAnswer(
            span=span.name,
            part=part,
            state="published",
            report=known.content.decode(),
            sha256=known.sha256,
            published_at=known.published_at,
            stale=stale,
        )
    if stretch.start > context.now:
        raise Refused("period_not_over", fields=("span",))
    await figures.lock(tx)
    made = await _made(Wanted(context.association, part, span), await _counts(tx, part, stretch), context, tx)
    return ReferralReportAnswer(
        span=span.name, part=part, state="draft", report=made.content.decode(), sha256=made.sha256, stale=stale
    )


async def _counts(tx: AsyncConnection, part: ReferralReportPart, stretch: Stretch) -> dict[str, dict[str, Any]]:
    """The counts of the stretch's months and of all that any published report covers; closed ones as they were."""
    earlier = await publications.all_published(tx, part)
    covered = sorted({month for one in earlier for month in one["months"]})
    counted = await figures.counts_by_month(tx, part, stretch)
    return {**counted, **await publications.closed(tx, part, [*covered, *stretch.months])}


async def _made(wanted: Wanted, counts: Mapping[str, Any], context: Context, tx: AsyncConnection) -> Made:
    stretch, of_referrals = _stretch_of(wanted.span), wanted.part == "referrals"
    counted = Counted(
        months={month: one["families"] for month, one in counts.items()},
        persons=await figures.persons_behind(tx, wanted.part, stretch),
        meetings={month: one["meetings"] for month, one in counts.items()},
        medians=await figures.medians(tx, stretch) if of_referrals else {},
        stale=await figures.services(tx, _today(context)) if of_referrals else (0, 0),
    )
    earlier = await publications.all_published(tx, wanted.part)
    made = await asyncio.to_thread(report_of, wanted, counted, earlier, report_rules())
    content = canonical(made)
    return Made(made, content, sha256_of(content))


async def _stale(tx: AsyncConnection, context: Context) -> tuple[StaleService, ...]:
    found = await figures.stale(tx, _today(context), STALE_MAX)
    return tuple(
        StaleService(service_id=one.service_id, name=one.name, next_check_due=one.due.isoformat()) for one in found
    )


def _today(context: Context) -> date:
    return context.now.astimezone(ZONE).date()


def _span_of(name: str) -> Span:
    """Raises Refused if there is no such period."""
    try:
        return span_of(name)
    except SpanUnknown:
        raise Refused("unknown_period", fields=("span",)) from None


def _stretch_of(span: Span) -> Stretch:
    """The period in Dresden's time."""
    return Stretch(span.months, *bounds(span.months, ZONE))
