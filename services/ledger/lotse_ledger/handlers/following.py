"""What follows from an order that was entered: its fact, its timers, what the partners are told and asked."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import (
    AwardTold,
    DecisionRecorded,
    DrawdownRequested,
    EntryRecorded,
    PlanSubmitted,
    VoucherBooked,
)
from lotse_ledger.domain.booking.money import expired
from lotse_ledger.domain.booking.vouchers import warnings_on
from lotse_ledger.domain.grants import grants_of
from lotse_ledger.domain.instants import day_of, end_of_day
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.fingerprints import keep_and_ask
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.taking import Done
from lotse_ledger.store.grants import entries_about

EXPIRY_TIMER = "drawdown-expiry"


async def entry_said(tx: AsyncConnection, context: Context, house: House, done: Done) -> Sequence[Message]:
    """The fact of whatever has none of its own."""
    del tx, context, house
    return [
        EntryRecorded(
            kind=done.draft.kind,
            log_index=done.at.log_index,
            recorded_at=done.at.recorded_at,
            grant_id=done.draft.grant_id,
            standing=done.draft.standing,
        )
    ]


async def decision_said(tx: AsyncConnection, context: Context, house: House, done: Done) -> Sequence[Message]:
    """The partners whose share the rest is are told."""
    del tx, context
    order = done.order
    fact = DecisionRecorded(
        grant_id=order.grant_id,
        recorded_at=done.at.recorded_at,
        standing=order.standing,
        decision_id=order.decision_id,
        type=order.type,
    )
    years = {one.budget_year: one.amount for one in order.years} or {order.budget_year: order.amount}
    told = [
        AwardTold(
            to=partner,
            grant_id=order.grant_id,
            budget_year=year,
            amount=amount,
            currency=order.currency,
            standing=order.standing,
            type=order.type,
        )
        for partner in house.partners
        for year, amount in years.items()
    ]
    return [fact, *told]


async def plan_said(tx: AsyncConnection, context: Context, house: House, done: Done) -> Sequence[Message]:
    """A version is in the books."""
    del tx, context, house
    return [
        PlanSubmitted(
            grant_id=done.order.grant_id,
            recorded_at=done.at.recorded_at,
            standing=done.order.standing,
            plan_id=done.order.plan_id,
            version=done.order.version,
        )
    ]


async def voucher_said(tx: AsyncConnection, context: Context, house: House, done: Done) -> Sequence[Message]:
    """Each partner is asked whether she booked the same invoice; until she answers the voucher is provisional."""
    del context
    order = done.order
    fact = VoucherBooked(
        grant_id=order.grant_id,
        recorded_at=done.at.recorded_at,
        standing=order.standing,
        voucher_id=order.voucher_id,
        warnings=warnings_on(order, done.known),
    )
    return [fact, *await keep_and_ask(tx, house, order, done.known.private, done.at.log_index)]


async def drawdown_said(tx: AsyncConnection, context: Context, house: House, done: Done) -> Sequence[Message]:
    """With what is to be warned of; and a timer for the day after its last."""
    del house
    order, last = done.order, date.fromisoformat(done.draft.data["expires_on"])
    payload = {"grant_id": str(order.grant_id), "drawdown_id": str(order.drawdown_id)}
    due_at = max(end_of_day(last), context.now)
    await timers.set_timer(tx, kind=EXPIRY_TIMER, key=str(order.drawdown_id), due_at=due_at, payload=payload)
    return [
        DrawdownRequested(
            grant_id=order.grant_id,
            recorded_at=done.at.recorded_at,
            standing=order.standing,
            drawdown_id=order.drawdown_id,
            warnings=tuple(done.draft.data.get("warnings", ())),
        )
    ]


async def drawdown_expires(timer: Timer, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """What of a request has not arrived when its last day is over is asked for no more."""
    grant_id, drawdown_id = UUID(timer.payload["grant_id"]), UUID(timer.payload["drawdown_id"])
    today = day_of(context.now)
    for grant in grants_of(await entries_about(tx, {grant_id}), context.association):
        for asked in grant.drawdowns:
            if grant.grant_id == grant_id and asked.drawdown_id == drawdown_id and asked.open_amount:
                done = await enter(tx, context, house, lambda g=grant, a=asked: expired(g, a, today))  # type: ignore[misc]
                fact = EntryRecorded(
                    kind="drawdown_expired",
                    log_index=done.log_index,
                    recorded_at=done.recorded_at,
                    grant_id=grant_id,
                    standing=grant.standing,
                )
                return [fact, *await after_entry(tx, context, house, log_index=done.log_index)]
    return []
