"""Did the partner book the same invoice? Asked by fingerprint; of two bookings the later one waits for two people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import (
    RecordVoucher,
    VoucherFingerprintAnswered,
    VoucherFingerprintAsked,
    VoucherPrivate,
    VoucherQuestionRaised,
)
from lotse_ledger.domain.booking.approving import question
from lotse_ledger.domain.booking.drafting import day
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.fingerprints import fingerprint, invoice_fingerprint
from lotse_ledger.domain.grants import in_force
from lotse_ledger.domain.instants import day_of
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.house import House
from lotse_ledger.store import books
from lotse_ledger.store import fingerprints as kept
from lotse_ledger.store.fingerprints import OURSELVES


def fingerprints_of(key: bytes, order: RecordVoucher, private: VoucherPrivate | None) -> tuple[str, ...]:
    """Of the document, and of the invoice where supplier, number and date are known; a pay slip is no invoice."""
    found = [fingerprint(key, order.document_sha256)]
    if private is not None and order.kind != "payroll" and order.invoiced_on is not None:
        invoice = invoice_fingerprint(
            key,
            supplier=private.payee,
            number=order.number,
            invoiced_on=day(order.invoiced_on, "invoiced_on"),
            gross=order.amount if order.gross is None else order.gross,
        )
        found += [] if invoice is None else [invoice]
    return tuple(found)


async def keep_and_ask(
    tx: AsyncConnection, house: House, order: RecordVoucher, private: VoucherPrivate | None, log_index: int
) -> list[Message]:
    """Keep the fingerprints under which we and each partner would ask, and ask the partners under theirs."""
    await kept.add(tx, OURSELVES, fingerprints_of(house.own_fingerprint_key, order, private), log_index)
    asked: list[Message] = []
    for name, key in house.fingerprint_keys.items():
        found = fingerprints_of(key, order, private)
        await kept.add(tx, name, found, log_index)
        asked += [VoucherFingerprintAsked(to=name, fingerprint=one) for one in found]
    return asked


async def booked_before(
    tx: AsyncConnection, house: House, order: RecordVoucher, private: VoucherPrivate | None
) -> Sequence[Recorded]:
    """Our vouchers in force with the same document or invoice."""
    return await _in_force(tx, OURSELVES, fingerprints_of(house.own_fingerprint_key, order, private))


async def answer_fingerprint(asked: VoucherFingerprintAsked, context: Context, tx: AsyncConnection) -> list[Message]:
    """Known here or not, and since when: the later of two bookings is the one in question."""
    partner = context.sender_association
    found = await _in_force(tx, partner, (asked.fingerprint,))
    return [
        VoucherFingerprintAnswered(
            to=partner,
            fingerprint=asked.fingerprint,
            known=bool(found),
            recorded_at=min((one.recorded_at for one in found), default=None),
        )
    ]


async def keep_answer(
    answer: VoucherFingerprintAnswered, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """What the partner says; a question where she booked it and was not later than we."""
    partner = context.sender_association
    await kept.add_answer(tx, partner=partner, asked=answer.fingerprint, known=answer.known, at=context.now)
    if not answer.known:
        return []
    said: list[Message] = []
    for voucher in await _in_force(tx, partner, (answer.fingerprint,)):
        if _is_later(voucher.recorded_at, answer.recorded_at, context.association, partner):
            said += await _raise_question(tx, context, house, voucher, partner)
    return said


def _is_later(ours: datetime, theirs: datetime | None, association: str, partner: str) -> bool:
    """Of one instant the names decide, so that exactly one of the two raises the question."""
    return theirs is None or (ours, association) > (theirs, partner)


async def _raise_question(
    tx: AsyncConnection, context: Context, house: House, voucher: Recorded, partner: str
) -> list[Message]:
    done = await enter(tx, context, house, lambda: question(voucher, partner, day_of(context.now)))
    if done.repeated or voucher.grant_id is None:
        return []
    raised = VoucherQuestionRaised(
        grant_id=voucher.grant_id,
        recorded_at=done.recorded_at,
        standing=voucher.standing,
        voucher_id=voucher.data["voucher_id"],
        partner=partner,
    )
    return [raised, *await after_entry(tx, context, house, log_index=done.log_index)]


async def _in_force(tx: AsyncConnection, partner: str, fingerprints: Sequence[str]) -> list[Recorded]:
    wanted = await kept.entries_with(tx, partner, fingerprints)
    if not wanted:
        return []
    return [one for one in in_force(await books.entries_of_kinds(tx, ("voucher",))) if one.log_index in set(wanted)]
