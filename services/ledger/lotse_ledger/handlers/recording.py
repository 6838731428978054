"""Facts of others that touch money: each becomes one entry, once."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import AwardTold
from lotse_contracts.notify import CostIncurred
from lotse_ledger.domain.booking.heard import MESSAGE_COSTS, CostTold, award_told, message_costs
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import in_force
from lotse_ledger.domain.instants import day_of
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.house import House
from lotse_ledger.store import books, log


async def commit_message_costs(
    fact: CostIncurred, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """What messages cost is a commitment until the provider's invoice comes."""
    told = CostTold(fact, context.id, context.time, house.books_standing)
    await log.hold(tx)
    before, until = _of_provider(fact, in_force(await books.entries_of_kinds(tx, (MESSAGE_COSTS, "voucher"))))
    done = await enter(tx, context, house, partial(message_costs, told, before, invoiced_until=until))
    return [] if done.repeated else await after_entry(tx, context, house, log_index=done.log_index)


async def note_partner_award(told: AwardTold, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """What a partner reports of her award, and of what was taken back of it."""
    day = day_of(context.time)
    sender = context.sender_association
    drafted = partial(award_told, told, told_id=context.id, sender=sender, valid_on=day)
    done = await enter(tx, context, house, drafted)
    return [] if done.repeated else await after_entry(tx, context, house, log_index=done.log_index)


def _of_provider(fact: CostIncurred, entries: Sequence[Recorded]) -> tuple[list[Recorded], date | None]:
    """What was told of this provider's day before, and until when it has invoiced."""
    before = [
        one
        for one in entries
        if one.kind == MESSAGE_COSTS
        and one.data["provider"] == fact.provider
        and one.data.get("refers_to_valid_on", one.valid_on.isoformat()) == fact.day
    ]
    invoices = [one.data["message_costs"] for one in entries if one.kind == "voucher" and "message_costs" in one.data]
    until = [date.fromisoformat(one["until"]) for one in invoices if one["provider"] == fact.provider]
    return before, max(until, default=None)
