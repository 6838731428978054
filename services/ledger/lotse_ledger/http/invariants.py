"""What auditors see of the nightly check: each invariant, whether it holds, and where it does not."""

from datetime import datetime

from fastapi import Request

from lotse_ledger.domain.invariants.books import State
from lotse_ledger.http.answers import Shape
from lotse_ledger.http.dates import Books
from lotse_ledger.http.exchange import may_change, router
from lotse_ledger.store import replays

routes = router()


class VerdictShape(Shape):
    """`looked_at` things were checked, `broken` of them do not hold; `places` are the first such entries."""

    code: str
    state: State
    looked_at: int
    broken: int
    places: tuple[int, ...]


class InvariantsShape(Shape):
    """As of the last check; `run_at` is null before the first."""

    run_at: datetime | None
    size: int
    verdicts: tuple[VerdictShape, ...]


@routes.get("/invariants")
async def invariants(request: Request, at: Books) -> InvariantsShape:
    """I1 to I18 over all of the books."""
    may_change(request)
    found = await replays.latest(at.tx)
    if found is None:
        return InvariantsShape(run_at=None, size=0, verdicts=())
    verdicts = tuple(VerdictShape(**vars(one)) for one in found.verdicts)
    return InvariantsShape(run_at=found.run_at, size=found.size, verdicts=verdicts)
