"""Orders of the treasurer, and facts that touch money: each becomes one entry, once."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import (
    AwardTold,
    DecisionRecorded,
    DrawdownRequested,
    PlanSubmitted,
    RecordDecision,
    RecordVoucher,
    RequestDrawdown,
    SubmitPlan,
    VoucherBooked,
)
from lotse_contracts.notify import CostIncurred
from lotse_ledger.domain import bookings
from lotse_ledger.domain.instants import day_of
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.deadlines import remind_of
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.fingerprints import ask_partners
from lotse_ledger.handlers.house import House


async def record_decision(
    order: RecordDecision, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """Book the award, set its deadlines, tell the partners whose share the rest is."""
    done = await enter(tx, context, house, partial(bookings.decision, order))
    if done.repeated:
        return []
    await remind_of(tx, context, order.grant_id)
    fact = DecisionRecorded(
        grant_id=order.grant_id,
        recorded_at=done.recorded_at,
        standing=order.standing,
        decision_id=order.decision_id,
        type=order.type,
    )
    return [fact, *_told(order, house), *await after_entry(tx, context, house, log_index=done.log_index)]


async def submit_plan(order: SubmitPlan, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """Keep a version of the plan."""
    done = await enter(tx, context, house, partial(bookings.plan, order))
    if done.repeated:
        return []
    fact = PlanSubmitted(
        grant_id=order.grant_id,
        recorded_at=done.recorded_at,
        standing=order.standing,
        plan_id=order.plan_id,
        version=order.version,
    )
    return [fact, *await after_entry(tx, context, house, log_index=done.log_index)]


async def record_voucher(order: RecordVoucher, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """Book the expense, and ask the partners whether they booked the same document."""
    done = await enter(tx, context, house, partial(bookings.voucher, order))
    if done.repeated:
        return []
    fact = VoucherBooked(
        grant_id=order.grant_id,
        recorded_at=done.recorded_at,
        standing=order.standing,
        voucher_id=order.voucher_id,
    )
    asked = await ask_partners(tx, house, document_sha256=order.document_sha256, log_index=done.log_index)
    return [fact, *asked, *await after_entry(tx, context, house, log_index=done.log_index)]


async def request_drawdown(
    order: RequestDrawdown, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """Book what is asked for."""
    done = await enter(tx, context, house, partial(bookings.drawdown, order))
    if done.repeated:
        return []
    fact = DrawdownRequested(
        grant_id=order.grant_id,
        recorded_at=done.recorded_at,
        standing=order.standing,
        drawdown_id=order.drawdown_id,
    )
    return [fact, *await after_entry(tx, context, house, log_index=done.log_index)]


async def commit_message_costs(
    fact: CostIncurred, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """What messages cost is a commitment until the provider's invoice comes."""
    drafted = partial(bookings.message_costs, fact, fact_id=context.id, standing=house.books_standing)
    done = await enter(tx, context, house, drafted)
    return [] if done.repeated else await after_entry(tx, context, house, log_index=done.log_index)


async def note_partner_award(told: AwardTold, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """What a partner reports of her award."""
    day = day_of(context.time)
    sender = context.sender_association
    drafted = partial(bookings.award_told, told, told_id=context.id, sender=sender, valid_on=day)
    done = await enter(tx, context, house, drafted)
    return [] if done.repeated else await after_entry(tx, context, house, log_index=done.log_index)


def _told(order: RecordDecision, house: House) -> list[AwardTold]:
    if order.type == "revocation":
        return []
    return [
        AwardTold(
            to=partner,
            grant_id=order.grant_id,
            budget_year=order.budget_year,
            amount=order.amount,
            currency=order.currency,
            standing=order.standing,
        )
        for partner in house.partners
    ]
