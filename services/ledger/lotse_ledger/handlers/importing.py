"""A whole voucher list in one transaction: each row the same order that a treasurer gives by message, one by one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message, Sealed
from lotse_contracts.ledger import RecordVoucher
from lotse_contracts.sealed import seal
from lotse_ledger.domain.evidence_files import Evidence
from lotse_ledger.domain.voucher_list.columns import BY_NAME
from lotse_ledger.domain.voucher_list.orders import Target, order_of, private_of, voucher_id
from lotse_ledger.domain.voucher_list.rows import Fault, Voucher
from lotse_ledger.store import log

Order = Callable[[RecordVoucher, Context, AsyncConnection], Awaitable[Sequence[Message]]]
"""What hears the order when it comes as a message; it is given the order here just the same."""

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


async def enter_list(
    tx: AsyncConnection, given: List, order: Order, *, context: Callable[[], Context], seal_key: bytes | None
) -> Outcome:
    """Give each row's order. A refused one leaves nothing behind, and the others are tried all the same."""
    outcome = Outcome()
    for voucher in given.vouchers:
        sealed = _sealed(voucher, given, seal_key)
        try:
            async with tx.begin_nested():
                before = await log.has_key(tx, _key(given.target.grant_id, voucher))
                wanted = order_of(voucher, given.target, given.evidence, sealed)
                outcome.said += await order(wanted, context(), tx)
        except Refused as fault:
            outcome.refused.append(_fault(voucher.line_number, fault))
        else:
            (outcome.entered if before is None else outcome.repeated).append(voucher.line_number)
    return outcome


def _key(grant_id: UUID, voucher: Voucher) -> str:
    return f"voucher:{voucher_id(grant_id, voucher.number)}"


def _sealed(voucher: Voucher, given: List, seal_key: bytes | None) -> Sealed | None:
    """To the ledger's own key, as any other sender does it. Raises Refused without one where something is private."""
    private = private_of(voucher, given.evidence)
    if not private.payee and not private.files:
        return None
    if seal_key is None:
        raise Refused("sealing_key_missing")
    content = private.model_dump_json().encode()
    return seal(content, seal_key, type_name=RecordVoucher.type_name(), key=str(given.target.grant_id))


def _fault(line: int, fault: Refused) -> Fault:
    columns = [_COLUMNS[name] for name in fault.fields if name in _COLUMNS]
    return Fault(line, BY_NAME[columns[0]].heading if columns else "", fault.code)
