"""How long notify looks for what is due among a million notifications, and how much memory a hundred thousand take.

Run: `python -m benchmarks.notify_due [--notifications N] [--scheduled N]`. It starts a PostgreSQL of its own, fsync on.
Nine of ten notifications have ended; of the rest most are for later or held, and at each look 64 others, drawn
from all, are due. What was found is for later again then, so that pages, dead rows and the index change as in life.

"due" is the statement that finds those that wait longest and locks them with their persons, until its rows are read,
with the BEGIN before it. "claimed" is that and the statement after it that reads how these persons may be told, until
all of it is there as the policy gets it; nothing is decrypted, decided or written in it. The first looks, in which the
server gets to know the statements, are not counted. Beside both, in the same transactions of the same run: what one
round trip takes, and the same order by the same index without a lock. Where those are slow the machine is.

Memory is that of a process that runs the sender beside so many that are scheduled: they wait in the database, not in
the process.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import psycopg
from prometheus_client import CollectorRegistry
from sqlalchemy import DateTime, Integer, Row, Select, bindparam, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.store import sending
from lotse_notify.store.notices import WAITS
from lotse_notify.store.tables import notification
from lotse_notify.workers import sender
from lotse_notify.workers.living import Living
from tests import kit
from tests.notify.given import House, house_on

NOTIFICATIONS = 1_000_000
SCHEDULED = 100_000
LOOKS = 500
FIRST_LOOKS = 20
RUN_SECONDS = 5
ROWS = 64
LIMIT_MS, LIMIT_MIB = 20.0, 200.0
LIMITED = ("due", "claimed")
MIB = 1024 * 1024

_PEOPLE = "INSERT INTO person (person_id) SELECT gen_random_uuid() FROM generate_series(1, %(people)s)"
_CONTACTS = (
    "INSERT INTO contact (person_id, version, said_at, languages, consented, safe, unreachable_said)"
    " SELECT person_id, 1, now(), '{uk}', true, true, false FROM person"
)
_POINTS = (
    "INSERT INTO contact_point (point_id, person_id, channel, position, by_person, address, detail, shared, hours,"
    " said_at, checked) SELECT gen_random_uuid(), person_id, 'email', 0, false, decode(repeat('00', 48), 'hex'),"
    " 'neutral', false, '[]', now(), true FROM person"
)
_NOTIFICATIONS = (
    "INSERT INTO notification (notification_id, person_id, dedupe_sha256, template, arguments, asked_at, useful_by,"
    " state, because, due_at, tries, channel, created_at, ended_at)"
    " SELECT gen_random_uuid(), p.person_id, md5(n::text || p.person_id), 'receipt', '{}', now(),"
    " now() + interval '30 days', CASE WHEN n %% 10 > 0 THEN 'handed_over' WHEN n %% 3 = 0 THEN 'held'"
    " ELSE 'scheduled' END, 'due', CASE WHEN n %% 10 > 0 THEN now() - interval '40 days' * random()"
    " ELSE now() + interval '1 hour' + interval '20 days' * random() END, 0, 'email', now() - interval '40 days', now()"
    " FROM person p, generate_series(1, %(each)s) AS n"
)
_WAITING = "SELECT notification_id FROM notification WHERE state = 'scheduled'"
_DUE = "UPDATE notification SET due_at = now() - interval '1 minute' * random() WHERE notification_id = ANY(%s)"
_LATER = (
    "UPDATE notification SET due_at = now() + interval '1 hour' + interval '20 days' * random()"
    " WHERE notification_id = ANY(%s)"
)
ROUND_TRIP: Select[Any] = select(literal_column("1"))
NO_LOCK: Select[Any] = (
    select(notification.c.notification_id)
    .where(WAITS, notification.c.due_at <= bindparam("now", type_=DateTime(timezone=True)))
    .order_by(notification.c.due_at)
    .limit(bindparam("rows_max", type_=Integer))
)
ASKED: dict[str, Select[Any]] = {"due": sending.DUE, "round trip": ROUND_TRIP, "no lock": NO_LOCK}


def fill(house: House, count: int, each: int = 100) -> None:
    """So many notifications of as many people as it takes, each with `each`."""
    with psycopg.connect(house.database.owner_url, autocommit=True) as owner:
        for statement in (_PEOPLE, _CONTACTS, _POINTS, _NOTIFICATIONS):
            owner.execute(statement.encode(), {"people": max(1, count // each), "each": each})
        owner.execute("VACUUM ANALYZE")


async def looks(house: House) -> dict[str, list[float]]:
    """Milliseconds of each look, by what was asked."""
    took: dict[str, list[float]] = defaultdict(list)
    with psycopg.connect(house.database.owner_url, autocommit=True) as owner:
        for number, chosen in enumerate(_some(owner)):
            owner.execute(_DUE.encode(), (chosen,))
            once = await _look(house)
            owner.execute(_LATER.encode(), (chosen,))
            for what in once if number >= FIRST_LOOKS else ():
                took[what].append(once[what])
    return took


def _some(owner: psycopg.Connection[Any]) -> Iterator[list[UUID]]:
    """For each look others, drawn from all that are scheduled."""
    waiting = [one for (one,) in owner.execute(_WAITING.encode())]
    drawn = random.Random(ROWS)  # noqa: S311 - the same each time, keeps no secret
    return (drawn.sample(waiting, ROWS) for _ in range(FIRST_LOOKS + LOOKS))


async def _look(house: House) -> dict[str, float]:
    now, once = datetime.now(UTC), dict[str, float]()
    async with house.service.unit() as unit:
        for what, query in ASKED.items():
            once[what] = await _timed(_found(unit.tx, query, now), ROWS if query is not ROUND_TRIP else 1)
    async with house.service.unit() as unit:
        once["claimed"] = await _timed(sending.due(unit.tx, now, rows_max=ROWS), ROWS)
    return once


async def _found(tx: AsyncConnection, query: Select[Any], now: datetime) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = (await tx.execute(query, {"now": now, "rows_max": ROWS})).all()
    return rows


async def _timed(asked: Awaitable[Sequence[object]], rows: int) -> float:
    """Milliseconds until so many rows are there."""
    began = time.perf_counter()
    found = await asked
    took = (time.perf_counter() - began) * 1000
    assert len(found) == rows
    return took


async def memory(house: House) -> float:
    """MiB of this process while the sender runs beside what is scheduled."""
    post = house.post(1, quiet_hours=False)
    stopping, meters = asyncio.Event(), sender.SendMeters(CollectorRegistry())
    living = Living(house.service.engine)
    run = partial(sender.run, units=house.service.unit, post=post, meters=meters, living=living, poll_seconds=0.1)
    running = asyncio.create_task(run(stopping))
    await asyncio.sleep(RUN_SECONDS)
    used = float(psutil.Process().memory_info().rss) / MIB
    stopping.set()
    await running
    return used


async def measured(postgres: kit.Postgres, root: Path, count: int, scheduled: int) -> None:
    """Fill, look, print."""
    waiting = house_on(postgres.database("notify"), _folder(root, "memory"))
    fill(waiting, scheduled * 10)
    used = await memory(waiting)
    print(
        f"memory with {scheduled} that wait: {used:.0f} MiB, {used / LIMIT_MIB:.2f} of {LIMIT_MIB:.0f} MiB", flush=True
    )
    await waiting.service.engine.dispose()
    house = house_on(postgres.database("notify"), _folder(root, "due"))
    fill(house, count)
    print(f"due among {count}, {ROWS} rows each, {LOOKS} looks:")
    for what, took in (await looks(house)).items():
        median, p99 = statistics.median(took), statistics.quantiles(took, n=100)[-1]
        limit = f", {p99 / LIMIT_MS:.2f} of {LIMIT_MS:.0f} ms" if what in LIMITED else ""
        print(f"  {what:<10}  median {median:5.1f} ms, p99 {p99:5.1f} ms{limit}")
    await house.service.engine.dispose()


def _folder(root: Path, name: str) -> Path:
    folder = root / name
    folder.mkdir()
    return folder


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notifications", type=int, default=NOTIFICATIONS)
    parser.add_argument("--scheduled", type=int, default=SCHEDULED)
    given = parser.parse_args()
    root = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(root), durable=True)
    try:
        asyncio.run(measured(postgres, root, given.notifications, given.scheduled))
    finally:
        postgres.stop()
        kit.remove(root)


if __name__ == "__main__":
    main()
