"""What a decision looks at, read in the transaction that will enter it, while no other writer can."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.ledger import (
    ApprovePeriod,
    LedgerOrder,
    MoveCash,
    RecordDecision,
    RecordFinding,
    RecordRefund,
    RecordVoucher,
    ReportAppropriation,
    ReportFreeze,
    ReverseEntry,
    SettleVoucherQuestion,
    Standing,
    SubmitProof,
    VoucherPrivate,
)
from lotse_contracts.sealed import CannotOpen, open_sealed
from lotse_ledger.domain.booking.accounts import CASH
from lotse_ledger.domain.booking.approving import ANSWERED, CLOSE_ASKED, REOPEN_ASKED
from lotse_ledger.domain.booking.drafting import day
from lotse_ledger.domain.booking.known import Known, Reported
from lotse_ledger.domain.entries import ACTOR, Recorded
from lotse_ledger.domain.grants import grants_of, in_force
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.reading import decision, grants_named
from lotse_ledger.domain.scopes import named_in
from lotse_ledger.handlers import fingerprints
from lotse_ledger.handlers.house import House
from lotse_ledger.store import books, log, openings, vouchers, witness
from lotse_ledger.store.grants import balance_of, entries_about, lowest_from

APPROPRIATION, FREEZE = "appropriation_reported", "freeze_reported"


async def known_for(
    tx: AsyncConnection, context: Context, house: House, order: LedgerOrder, private: VoucherPrivate | None
) -> Known:
    """Everything that deciding on this order needs, and no more. Raises Refused if its private part cannot be read."""
    end = await log.hold(tx)
    target = await _target(tx, order)
    wanted = _grants(order, target)
    entries = [] if wanted == frozenset() else await entries_about(tx, wanted, without=_without(order))
    known = Known(
        today=day_of(context.now),
        actor=context.actor,
        grants={one.grant_id: one for one in grants_of(entries, context.association)},
        entries=entries,
        target=target,
        closed_until=end.closed_until,
        log_size=end.next_index,
        private=private,
    )
    return await _with_more(tx, house, order, known)


def private_of(order: LedgerOrder, house: House) -> VoucherPrivate | None:
    """The sealed part of a voucher, opened. Raises Refused."""
    if not isinstance(order, RecordVoucher) or order.private is None:
        return None
    if house.seal_key is None:
        raise Refused("private_unreadable", fields=("private",))
    try:
        plain = open_sealed(order.private, house.seal_key, type_name=RecordVoucher.type_name(), key=str(order.grant_id))
        return VoucherPrivate.model_validate_json(plain)
    except (CannotOpen, ValueError):  # a validation error would quote what was inside
        raise Refused("private_unreadable", fields=("private",)) from None


async def _with_more(tx: AsyncConnection, house: House, order: LedgerOrder, known: Known) -> Known:
    match order:
        case RecordDecision() | ReportAppropriation() | ReportFreeze():
            return await _with_the_city(tx, order.standing, known)
        case RecordVoucher():
            known = await _with_cash(tx, order, known) if order.paid_from == "cash" else known
            twins = await fingerprints.booked_before(tx, house, order, known.private)
            return replace(known, twins=twins, open_messages=await _open_messages(tx, order))
        case MoveCash():
            return await _with_cash(tx, order, known)
        case ReverseEntry() if known.target is not None:
            return await _with_what_comes_back(tx, known.target, known)
        case RecordRefund() if known.target is not None:
            ours = known.target.data["voucher_id"]
            refunds = [one for one in in_force(known.entries) if one.kind == "refund"]
            return replace(known, twins=[one for one in refunds if one.data["voucher_id"] == ours])
        case ApprovePeriod() if known.target is not None:
            return replace(known, first_person=await _actor(tx, house, known.target))
        case SettleVoucherQuestion():
            return replace(known, answered=await _answered(tx, house, order, known.entries))
        case SubmitProof():
            return replace(known, log_root=await _root(tx))
    return known


def _grants(order: LedgerOrder, target: Recorded | None) -> frozenset[UUID] | None:
    """Those that the order names, or that its target is about; None where all are needed."""
    match order:
        case ApprovePeriod():
            return None
        case RecordVoucher():
            return frozenset({order.grant_id, *(share.grant_id for share in order.shares)})
        case _:
            own: Iterable[UUID] = [order.grant_id] if hasattr(order, "grant_id") else []
            return frozenset({*own, *(_about(target) if target else ())})


def _about(target: Recorded) -> set[UUID]:
    """A reversal names the grants of a shared voucher by the accounts it posts to."""
    return {*grants_named(target), *named_in(target)}


def _without(order: LedgerOrder) -> frozenset[str]:
    """What a voucher alone does not look at is most of a grant's entries: those before it."""
    if isinstance(order, RecordVoucher) and order.commitment_id is None:
        return frozenset({"voucher", "income", "notice"})
    return frozenset()


async def _target(tx: AsyncConnection, order: LedgerOrder) -> Recorded | None:
    """The entry that an order is about, if it is in force."""
    match order:
        case ReverseEntry() | RecordFinding(log_index=int()):
            return None if order.log_index is None else await books.at(tx, order.log_index)
        case RecordRefund() | SettleVoucherQuestion():
            return await _one(tx, ("voucher",), "voucher_id", str(order.voucher_id))
        case ApprovePeriod():
            return await _one(tx, (CLOSE_ASKED, REOPEN_ASKED), "period_id", str(order.period_id))
    return None


async def _one(tx: AsyncConnection, kinds: Sequence[str], name: str, wanted: str) -> Recorded | None:
    for one in in_force(await books.entries_of_kinds(tx, kinds)):
        if one.data.get(name) == wanted:
            return one
    return None


async def _with_cash(tx: AsyncConnection, order: RecordVoucher | MoveCash, known: Known) -> Known:
    """The least that is in the box on the day that money is taken out, or later: it is below zero on no day."""
    on = day(order.paid_on, "paid_on") if isinstance(order, RecordVoucher) else day(order.moved_on, "moved_on")
    cash = await lowest_from(tx, CASH, day=on, currency=order.currency, standing=order.standing)
    return replace(known, cash=cash)


async def _with_what_comes_back(tx: AsyncConnection, target: Recorded, known: Known) -> Known:
    """What is in the cash box; where the reversal of a voucher is taken back, who else has its document or invoice."""
    cash = await balance_of(tx, CASH, currency="EUR", standing=target.standing)
    first = target
    while first.reverses is not None and (before := await books.at(tx, first.reverses)) is not None:
        first = before
    if first is target or first.kind != "voucher":
        return replace(known, cash=cash)
    alike = await vouchers.same_invoice(tx, first.log_index)
    booked = in_force(await books.entries_of_kinds(tx, ("voucher",)))
    return replace(known, cash=cash, twins=[one for one in booked if one.log_index in alike])


async def _with_the_city(tx: AsyncConnection, standing: Standing, known: Known) -> Known:
    """What documents report and what was awarded. A demonstration is judged among demonstrations, facts among facts."""
    kinds = (APPROPRIATION, FREEZE, "decision", "partner_award")
    demo = standing == "demo"
    found = [one for one in in_force(await books.entries_of_kinds(tx, kinds)) if one.is_demo == demo]
    return replace(known, reported=_reported(found), awarded=_awarded(found))


def _reported(entries: Sequence[Recorded]) -> Mapping[int, Reported]:
    sums: dict[int, Reported] = {}
    for one in entries:
        if one.kind not in (APPROPRIATION, FREEZE) or one.budget_year is None:
            continue
        before = sums.get(one.budget_year, Reported())
        for row in one.postings:
            if row.account.startswith("reported:city:appropriation:"):
                before = replace(before, appropriation=(before.appropriation or 0) - row.amount)
            elif row.account.startswith("reported:city:frozen:"):
                before = replace(before, frozen=before.frozen + row.amount)
        sums[one.budget_year] = before
    return sums


def _awarded(entries: Sequence[Recorded]) -> Mapping[int, int]:
    sums: dict[int, int] = {}
    for one in entries:
        if one.kind == "decision":
            parts = decision(one).years
        elif one.kind == "partner_award" and one.budget_year is not None:
            sign = -1 if one.data.get("type") == "revocation" else 1
            parts = ((one.budget_year, sign * int(one.data["amount"])),)
        else:
            continue
        for year, amount in parts:
            sums[year] = sums.get(year, 0) + amount
    return sums


async def _open_messages(tx: AsyncConnection, order: RecordVoucher) -> int:
    """What is committed for a provider's messages until the day its invoice covers, and not invoiced yet, cents."""
    if order.messages is None:
        return 0
    until = day(order.messages.until, "messages.until")
    open_cents = 0
    for one in in_force(await books.entries_of_kinds(tx, ("message_costs", "voucher"))):
        account = f"commitment:messages:{order.messages.provider}"
        if one.kind == "voucher" or one.valid_on <= until:
            open_cents += sum(row.amount for row in one.postings if row.account == account)
    return max(0, open_cents)


async def _answered(
    tx: AsyncConnection, house: House, order: SettleVoucherQuestion, entries: Sequence[Recorded]
) -> list[tuple[Recorded, str | None]]:
    ours = [
        one
        for one in in_force(entries)
        if one.kind == ANSWERED
        and (one.data["voucher_id"], one.data["partner"]) == (str(order.voucher_id), order.partner)
    ]
    return [(one, await _actor(tx, house, one)) for one in ours]


async def _actor(tx: AsyncConnection, house: House, entry: Recorded) -> str | None:
    """Who gave the order, as long as that can be opened."""
    found = (await openings.contents(tx, entry.log_index, keys=house.keys)).get(ACTOR)
    return found if isinstance(found, str) else None


async def _root(tx: AsyncConnection) -> str:
    """Of the whole log as it stands."""
    tree = await witness.frontier(tx)
    return tree.grown(await books.leaves(tx, tree.size)).root().hex()
