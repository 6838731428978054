"""A whole voucher list in one transaction: each row the same order that a treasurer gives by message, one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import VoucherPrivate
from lotse_ledger.domain.evidence_files import Evidence
from lotse_ledger.domain.voucher_list.columns import BY_NAME
from lotse_ledger.domain.voucher_list.orders import Target, order_of, private_of, voucher_id
from lotse_ledger.domain.voucher_list.rows import Fault, Voucher
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import log

_COLUMNS = {
    "line": "line",
    "paid_on": "paid_on",
    "amount": "paid",
    "gross": "gross",
    "eligible": "eligible",
    "shares": "share",
    "ordered_on": "ordered_on",
    "invoiced_on": "invoiced_on",
    "document_sha256": "document",
    "number": "number",
    "reason": "reason",
}
"""Which column a field of the order comes from."""


@dataclass(frozen=True)
class List:
    """The rows of a file that make sense, for one grant, with the evidence that they name by file name."""

    target: Target
    vouchers: Sequence[Voucher]
    evidence: Mapping[str, Evidence]


@dataclass
class Outcome:
    """Lines of the file: `entered` now, `repeated` from before, and what the books refused. `said` is to be staged."""

    entered: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)


async def enter_list(tx: AsyncConnection, given: List, context: Callable[[], Context], *, house: House) -> Outcome:
    """Give each row's order. A refused one leaves nothing behind, and the others are tried all the same."""
    outcome = Outcome()
    for voucher in given.vouchers:
        try:
            async with tx.begin_nested():
                before = await log.has_key(tx, _key(given.target.grant_id, voucher))
                order = order_of(voucher, given.target, given.evidence)
                outcome.said += await take(order, context(), tx, house=house, private=_private(voucher, given))
        except Refused as fault:
            outcome.refused.append(_fault(voucher.line_number, fault))
        else:
            (outcome.entered if before is None else outcome.repeated).append(voucher.line_number)
    return outcome


def _key(grant_id: UUID, voucher: Voucher) -> str:
    return f"voucher:{voucher_id(grant_id, voucher.number)}"


def _private(voucher: Voucher, given: List) -> VoucherPrivate | None:
    """It does not travel, so it is not sealed."""
    private = private_of(voucher, given.evidence)
    return private if private.payee or private.files else None


def _fault(line: int, fault: Refused) -> Fault:
    columns = [_COLUMNS[name] for name in fault.fields if name in _COLUMNS]
    return Fault(line, BY_NAME[columns[0]].heading if columns else "", fault.code)
