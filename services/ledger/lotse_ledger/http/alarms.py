"""What auditors see of the watch over the logs: which checkpoints were not countersigned, and what was seen last."""

from datetime import datetime

from lotse_ledger.http.answers import Shape
from lotse_ledger.http.evidence import Log
from lotse_ledger.http.exchange import router
from lotse_ledger.store import alarms as kept
from lotse_ledger.store import heads

routes = router()


class AlarmShape(Shape):
    """A checkpoint that was not countersigned. `reporter` is the association, or `http`; `note` is the evidence."""

    raised_at: datetime
    origin: str
    reporter: str
    code: str
    size: int
    latest_size: int
    note: str


class AlarmsShape(Shape):
    """Newest first."""

    alarms: tuple[AlarmShape, ...]


class SeenShape(Shape):
    """The largest checkpoint of another log that our witness countersigned."""

    origin: str
    size: int
    root_sha256: str
    seen_at: datetime


class WitnessedShape(Shape):
    """By the name of the log."""

    logs: tuple[SeenShape, ...]


@routes.get("/alarms")
async def alarms(tx: Log) -> AlarmsShape:
    """Ours that a partner refused, and others' that we refused."""
    rows = await kept.alarms(tx)
    return AlarmsShape(alarms=tuple(AlarmShape(raised_at=one.raised_at, **vars(one.alarm)) for one in rows))


@routes.get("/witnessed")
async def witnessed(tx: Log) -> WitnessedShape:
    """Which other logs our witness watches, and how far it saw them."""
    rows = await heads.all_seen(tx)
    found = (
        SeenShape(origin=one.head.origin, size=one.head.size, root_sha256=one.head.root.hex(), seen_at=one.seen_at)
        for one in rows
    )
    return WitnessedShape(logs=tuple(found))
