"""Counts for Prometheus what the database says: also what an administrator's command or another process did.

With several processes each counts all of it, so that one of them is to be looked at, not their sum.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lotse_chassis.calendar import ZONE
from lotse_chassis.faults import Away
from lotse_contracts.notify import SwitchName
from lotse_contracts.values import TemplateName
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.store import countings
from lotse_notify.store.countings import Standing
from lotse_notify.workers.post import Units

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
SECONDS = (1.0, 5.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0, 43_200.0, 259_200.0)
"""300 is the mark of a good service: 90 of 100 within it. Source: GOV.UK Notify, 2026-08-20. The last is 72 hours."""
AWAY = (DBAPIError, PoolTimeoutError, Away, OSError)


class DeskMeters:
    """Labels are codes: of templates, states, reasons, languages, providers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.asked = _counter("asked", "messages asked for", ["category"], registry)
        self.decided = _counter("decided", "decisions about messages", ["decision", "because"], registry)
        self.waiting = _gauge("waiting", "messages that wait", ["state", "because"], registry)
        self.due_lag = _gauge("due_lag_seconds", "since when the oldest due message waits", [], registry)
        self.oldest = _gauge("unresolved_oldest_seconds", "age of the oldest doubtful message", [], registry)
        self.off = _gauge("switched_off", "1: an administrator holds it back", ["name"], registry)
        self.cost = _gauge("cost_e4", "cost of today in 1/10,000 EUR", ["provider"], registry)
        self.taken = _seconds("to_provider", "from when it was due until a provider had it", registry)
        self.arrival = _seconds("arrival", "from the hand-over until a provider says that it arrived", registry)


async def run(stopping: asyncio.Event, *, units: Units, meters: DeskMeters, look_seconds: float = LOOK_SECONDS) -> None:
    """Until stopped; while the database is away the numbers stay."""
    after: int | None = None
    while not stopping.is_set():
        try:
            after = await look(units, meters, after)
        except AWAY as fault:
            log.warning("counting waits for the database: %s", type(fault).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), look_seconds)


async def look(units: Units, meters: DeskMeters, after: int | None) -> int:
    """One look; returns the last decision that is counted."""
    async with units() as unit:
        now = unit.context.now
        if after is None:
            after = await countings.last_decision(unit.tx)
        decided = await countings.decided(unit.tx, after, now)
        last = max((row.last for row in decided), default=after)
        arrived = await countings.arrival_seconds(unit.tx, after, last) if last > after else []
        taken = await countings.taken_seconds(unit.tx, after, last) if last > after else []
        standing = await countings.standing(unit.tx, now, now.astimezone(ZONE).date())
    _count(meters, decided)
    for one in arrived:
        meters.arrival.observe(one)
    for one in taken:
        meters.taken.observe(one)
    _show(meters, standing)
    return last


def _count(meters: DeskMeters, decided: Sequence[Row[Any]]) -> None:
    for row in decided:
        meters.decided.labels(row.decision, row.because).inc(row.number)
        if row.asked and row.template in get_args(TemplateName):
            meters.asked.labels(CATALOGUE[row.template].category).inc(row.asked)


def _show(meters: DeskMeters, standing: Standing) -> None:
    meters.waiting.clear()  # a reason that holds nothing any more is not shown at its last number
    for row in standing.waiting:
        meters.waiting.labels(row.state, row.because).set(row.number)
    meters.due_lag.set(standing.due_lag)
    meters.oldest.set(standing.unresolved_oldest)
    for name in get_args(SwitchName):
        meters.off.labels(name).set(int(name in standing.off))
    for row in standing.costs:
        meters.cost.labels(row.provider).set(row.amount_e4)


def _counter(name: str, what: str, labels: Sequence[str], registry: CollectorRegistry) -> Counter:
    return Counter(f"lotse_notify_{name}", what, labels, registry=registry)


def _seconds(name: str, what: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(f"lotse_notify_{name}_seconds", what, buckets=SECONDS, registry=registry)


def _gauge(name: str, what: str, labels: Sequence[str], registry: CollectorRegistry) -> Gauge:
    return Gauge(f"lotse_notify_{name}", what, labels, registry=registry)
