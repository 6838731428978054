"""What commitments stand for, shown to tokens with the scope `vouchers`; what was erased is named and not shown."""

from dataclasses import dataclass, field

from fastapi import Request

from lotse_ledger.domain.entries import ACTOR, Recorded
from lotse_ledger.http.access import gate_of
from lotse_ledger.http.dates import Reading
from lotse_ledger.http.exchange import shows_openings
from lotse_ledger.store import openings


@dataclass(frozen=True)
class Private:
    """`opened` by part; `erased` are parts that the leaf commits to and nobody can open any more."""

    opened: dict[str, object] = field(default_factory=dict, repr=False)
    erased: tuple[str, ...] = ()


async def opened(request: Request, at: Reading, found: Recorded) -> Private:
    """The private parts of an entry that this token may see. Who gave an order is nobody's but the association's."""
    if not at.reach.vouchers or not found.commitments:
        return Private()
    shows_openings(request)
    contents = await openings.contents(at.tx, found.log_index, keys=gate_of(request).keys)
    gone = tuple(sorted(found.commitments.keys() - contents.keys() - {ACTOR}))
    return Private({part: value for part, value in contents.items() if part != ACTOR}, gone)
