"""What commitments stand for, shown to tokens with the scope `vouchers`; what was erased is named and not shown."""

from dataclasses import dataclass, field

from fastapi import Request

from lotse_ledger.domain.entries import Recorded
from lotse_ledger.http.access import gate_of
from lotse_ledger.http.dates import Reading
from lotse_ledger.http.exchange import shows_openings
from lotse_ledger.store import openings

OF_AUDITORS = "auditor_"


@dataclass(frozen=True)
class Private:
    """`opened` by part; `erased` are parts that the leaf commits to and nobody can open any more."""

    opened: dict[str, object] = field(default_factory=dict, repr=False)
    erased: tuple[str, ...] = ()


async def opened(request: Request, at: Reading, found: Recorded) -> Private:
    """The private parts of an entry that this token may see: not who else holds a token."""
    if not at.reach.vouchers or not found.commitments or found.kind.startswith(OF_AUDITORS):
        return Private()
    shows_openings(request)
    contents = await openings.contents(at.tx, found.log_index, keys=gate_of(request).keys)
    return Private(contents, tuple(sorted(found.commitments.keys() - contents.keys())))
