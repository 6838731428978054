"""The pages of the HSDS read API over a large directory, beside their limit and beside the bare statement.

Run: `python -m benchmarks.hsds [--services N ...]`. It starts a PostgreSQL of its own and referral's face, and asks
over HTTP for random pages, searches, whole services and places, so that hardly a kept answer is measured; then for one
page again and again. The ratio is that of the 99th percentile to its limit of 50 ms; the peer is the same
page's bare statement through psycopg in the same run.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable

import httpx
import psycopg
from fastapi import FastAPI

from lotse_chassis.database import engine_of
from lotse_chassis.face import Face
from lotse_referral.http import hsds
from tests import kit
from tests.kit import ServiceDatabase

SIZES = (1_000, 10_000, 100_000)
LIMIT_MS = 50.0
ASKED = 400
WARM = 20
SEED = 20261125
WORDS = (
    "beratung",
    "sprachkurs",
    "jobcenter",
    "familie",
    "wohnung",
    "gesundheit",
    "recht",
    "schule",
    "arbeit",
    "kultur",
)

_WORD = "(ARRAY['" + "','".join(WORDS) + "'])[1 + (n * {} % 10)]"
_FILL = (
    """INSERT INTO organization (id, name, description)
       SELECT md5('o' || n)::uuid, 'Organisation ' || n, 'Traeger'
       FROM generate_series(1, greatest(1, {count} / 20)) n""",
    f"""INSERT INTO service (id, organization_id, name, description, status, last_modified)
       SELECT md5('s' || n)::uuid, md5('o' || (1 + n % greatest(1, {{count}} / 20)))::uuid,
         initcap({_WORD.format(7)}) || ' ' || md5(n::text), {_WORD.format(3)} || ' und ' || {_WORD.format(9)}, 'active',
         timestamptz '2026-01-01' + n * interval '1 minute' FROM generate_series(1, {{count}}) n""",
    """INSERT INTO service_extension (service_id, assurance, capacity, interpreter, appointment_only, for_institutions,
         confidential_location, sources, directory, digest)
       SELECT md5('s' || n)::uuid, 'unknown', 'unknown', false, false, false, false, '{{}}', 'benchmark', ''
       FROM generate_series(1, {count}) n""",
    """INSERT INTO location (id, location_type, latitude, longitude)
       SELECT md5('l' || n)::uuid, 'physical', 50.9 + (n % 1000) * 0.0003, 13.5 + (n % 997) * 0.0005
       FROM generate_series(1, {count}) n""",
    """INSERT INTO service_at_location (id, service_id, location_id)
       SELECT md5('a' || n)::uuid, md5('s' || n)::uuid, md5('l' || n)::uuid FROM generate_series(1, {count}) n""",
    """INSERT INTO language (id, service_id, code, doubtful)
       SELECT md5('g' || n)::uuid, md5('s' || n)::uuid, 'uk', false FROM generate_series(1, {count}) n""",
    """INSERT INTO phone (id, service_id, number)
       SELECT md5('p' || n)::uuid, md5('s' || n)::uuid, '0351 ' || n FROM generate_series(1, {count}) n""",
    """INSERT INTO attribute (id, link_id, taxonomy_term_id, main)
       SELECT md5('t' || n)::uuid, md5('s' || n)::uuid, term.id, true FROM generate_series(1, {count}) n
       JOIN (SELECT id, row_number() OVER (ORDER BY code) AS place FROM taxonomy_term) term
         ON term.place = 1 + n % 60""",
)

Ask = Callable[[httpx.AsyncClient, random.Random, int], Awaitable[httpx.Response]]


async def _page(client: httpx.AsyncClient, chance: random.Random, count: int) -> httpx.Response:
    return await client.get("/services", params={"page": chance.randrange(1, max(2, count // 25))})


async def _search(client: httpx.AsyncClient, chance: random.Random, count: int) -> httpx.Response:
    asked: dict[str, str | int] = {
        "search": f"{chance.choice(WORDS)} {chance.choice(WORDS)}",
        "page": chance.randrange(1, max(2, count // 500)),
    }
    return await client.get("/services", params=asked)


async def _full(client: httpx.AsyncClient, chance: random.Random, count: int) -> httpx.Response:
    return await client.get("/services", params={"page": chance.randrange(1, max(2, count // 25)), "full": "true"})


async def _near(client: httpx.AsyncClient, chance: random.Random, count: int) -> httpx.Response:
    middle = {"latitude": 50.9 + chance.random() * 0.3, "longitude": 13.5 + chance.random() * 0.5, "proximity": 2_000}
    return await client.get("/service_at_locations", params=middle)


async def _kept(client: httpx.AsyncClient, chance: random.Random, count: int) -> httpx.Response:
    return await client.get("/services")


ASKS: dict[str, Ask] = {
    "a page of the list": _page,
    "a page of a search": _search,
    "a page with everything": _full,
    "places within 2 km": _near,
    "a kept page": _kept,
}


def fill(database: ServiceDatabase, count: int) -> None:
    """A directory of so many services, each with a place, a language, a phone and a code."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        for statement in _FILL:
            owner.execute(statement.format(count=count).encode())
        owner.execute("VACUUM ANALYZE")


async def timed(client: httpx.AsyncClient, ask: Ask, count: int) -> list[float]:
    """Milliseconds of each answer."""
    chance, found = random.Random(SEED), []  # noqa: S311 - a benchmark that can be repeated
    for number in range(WARM + ASKED):
        began = time.perf_counter()
        answer = await ask(client, chance, count)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, answer.text
        if number >= WARM:
            found.append(took)
    return found


def bare(database: ServiceDatabase, count: int) -> float:
    """The median of the page's own statement through psycopg alone, in milliseconds."""
    chance, found = random.Random(SEED), []  # noqa: S311
    with psycopg.connect(database.url) as connection:
        for _ in range(ASKED):
            offset = 25 * chance.randrange(1, max(2, count // 25))
            began = time.perf_counter()
            connection.execute("SELECT id FROM service ORDER BY name, id OFFSET %s LIMIT 25", (offset,)).fetchall()
            found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


async def measured(database: ServiceDatabase, count: int) -> None:
    """Print a line for each question."""
    engine, app = engine_of(database.url), FastAPI()
    app.include_router(hsds.routes(engine, "http://127.0.0.1"))
    face = Face(app, "127.0.0.1", 0)
    await face.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{face.port}", timeout=60) as client:
            for name, ask in ASKS.items():
                took = sorted(await timed(client, ask, count))
                p99 = took[int(len(took) * 0.99)]
                print(
                    f"{count:>8} services, {name:<24} median {statistics.median(took):6.1f} ms, p99 {p99:6.1f} ms,"
                    f" p99 to limit {p99 / LIMIT_MS:.2f}",
                    flush=True,
                )
        print(f"{count:>8} services, the page's statement alone: median {bare(database, count):.1f} ms", flush=True)
    finally:
        await face.stop()
        await engine.dispose()


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, nargs="+", default=list(SIZES))
    sizes = parser.parse_args().services
    folder = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(folder))
    try:
        for count in sizes:
            database = postgres.database("referral")
            fill(database, count)
            asyncio.run(measured(database, count))
            postgres.drop(database)
    finally:
        postgres.stop()
        kit.remove(folder)


if __name__ == "__main__":
    main()
