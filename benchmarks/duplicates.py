"""How long a search for a person takes among many, end to end, and whom it suspects wrongly.

Run: `python -m benchmarks.duplicates [--persons N,N,…] [--searches N]`. It starts a PostgreSQL of its own, fsync on.
A search opens the sealed query, looks the digests up, decrypts every candidate under her own key, compares, seals the
answer and writes the access log. A ratio of 1.00 or more keeps the limit.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import time
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert, text

from lotse_contracts.intake import AskFindPersons, ContactPoint, FoundPersonsAnswer, PersonFields, PersonQuery
from lotse_contracts.sealed import encode, public_bytes
from lotse_intake.domain.identities import record_of
from lotse_intake.handlers import indexing
from lotse_intake.providers.content import encrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store.tables import person
from tests import kit
from tests.intake.given import Intake, built, sealed_to
from tests.intake.names.synthetic import Synthetic, persons, spelled_again

SEARCH_SECONDS = 0.050
FALSE_LOOKS = 0.2  # per search among 20,000 persons
SEED, SPELLING, DRAW = 7, 3, 23
FILLED_AT_ONCE = 500
TODAY = date(2026, 11, 25)
P99 = 0.99


def fields_of(one: Synthetic) -> PersonFields:
    """As a counsellor would have written her down."""
    identity = {"name": one.name, **({"birth_date": one.birth_date} if one.birth_date else {})}
    contact = ContactPoint(kind="sms", value=one.phone) if one.phone else None
    return PersonFields(identity=identity, contact=contact)


def row_of(office: Office, one: Synthetic) -> dict[str, object]:
    """A person with a key of her own."""
    person_id = uuid4()
    office.keys.create(person_id)
    return {
        "person_id": person_id,
        "version": 1,
        "languages": ["uk"],
        "fields": encrypted_fields(office.keys, person_id, fields_of(one)),
        "contact_kind": "none",
        "contact_version": 1,
        "contact_consented": False,
        "contact_safe": True,
        "unreachable": False,
        "frozen": False,
        "restricted": False,
        "registered_at": datetime.now(UTC),
    }


def rows_of(office: Office, some: list[Synthetic]) -> list[dict[str, object]]:
    """Runs in a thread, since each key reaches the disk."""
    return [row_of(office, one) for one in some]


async def filled(here: Intake, office: Office, population: list[Synthetic]) -> list[UUID]:
    """Everybody stored and indexed; returns their ids. Nobody is compared: that is what is measured."""
    ids: list[UUID] = []
    for start in range(0, len(population), FILLED_AT_ONCE):
        rows = await asyncio.to_thread(
            lambda part: [row_of(office, one) for one in part], population[start:][:FILLED_AT_ONCE]
        )
        async with here.service.engine.begin() as tx:
            await tx.execute(insert(person), rows)
        ids += [UUID(str(row["person_id"])) for row in rows]
    began = time.perf_counter()
    done = 1
    while done:
        async with here.service.unit() as unit:
            done = await indexing.index_some(office, unit.context, unit.tx)
    print(f"{len(ids)} persons indexed, {len(ids) / (time.perf_counter() - began):.0f} a second")
    return ids


async def searched(here: Intake, one: Synthetic, reader: X25519PrivateKey) -> tuple[float, FoundPersonsAnswer]:
    """One question of a counsellor, and the seconds that it took."""
    search_id = uuid4()
    query = PersonQuery(name=one.name, birth_date=one.birth_date or "", phone=one.phone or "")
    question = AskFindPersons(
        search_id=search_id,
        query=sealed_to(here.seal_key, query, AskFindPersons, str(search_id)),
        reply_key=encode(public_bytes(reader)),
        purpose="counselling",
    )
    began = time.perf_counter()
    answer: FoundPersonsAnswer = await here.ask(question)
    return time.perf_counter() - began, answer


async def compared(here: Intake, office: Office, one: Synthetic) -> tuple[float, dict[UUID, str]]:
    """What the worker does for somebody who is new: the seconds, and the bands of whom it would suspect."""
    began = time.perf_counter()
    async with here.service.engine.connect() as tx:
        found = await indexing.alike(office, tx, record_of(fields_of(one), today=TODAY), TODAY)
    return time.perf_counter() - began, {who: matched.band for who, _, matched in found}


async def nothing(here: Intake) -> float:
    """An empty transaction: what the machine itself takes just now."""
    began = time.perf_counter()
    async with here.service.engine.begin() as tx:
        await tx.execute(text("SELECT 1"))
    return time.perf_counter() - began


async def measure(here: Intake, population: list[Synthetic], searches: int) -> None:
    """One size, printed."""
    answerer = here.service.answerers[AskFindPersons]
    assert isinstance(answerer, partial)
    office: Office = answerer.args[0]
    ids = await filled(here, office, population)
    with psycopg.connect(here.database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    reader, took, worked, idle = X25519PrivateKey.generate(), [], [], []
    found = looks = merges = 0
    cpu = time.process_time()
    for place in random.Random(DRAW).sample(range(len(population)), searches):  # noqa: S311
        again = spelled_again(population[place], SPELLING)
        idle.append(await nothing(here))
        seconds, _ = await searched(here, again, reader)
        took.append(seconds)
        seconds, bands = await compared(here, office, again)
        worked.append(seconds)
        found += bands.pop(ids[place], "different") != "different"
        looks, merges = looks + [*bands.values()].count("look"), merges + [*bands.values()].count("merge")
    cpu = (time.process_time() - cpu) / searches
    told(len(population), {"search by staff": took, "look for duplicates": worked, "empty transaction": idle})
    print(f"  {cpu * 1000:.1f} ms of this process's own time for both together")
    print(f"  found {found / searches:.3f} of those who came again, spelled anew by a machine")
    ratio = f"ratio {FALSE_LOOKS * searches / looks:.2f}" if looks else "ratio above 100"
    print(f"  false `look` {looks / searches:.3f} a search, limit {FALSE_LOOKS}, {ratio}; false `merge` {merges}")


def told(number: int, measured: dict[str, list[float]]) -> None:
    """The times beside the limit."""
    for name, times in measured.items():
        p99 = sorted(times)[min(len(times) - 1, int(len(times) * P99))]
        said = f"median {statistics.median(times) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms"
        print(f"{name} among {number}: {said}, limit {SEARCH_SECONDS * 1000:.0f} ms, ratio {SEARCH_SECONDS / p99:.2f}")


async def all_sizes(postgres: kit.Postgres, sizes: list[int], searches: int, root: Path) -> None:
    """From few to many, each in a database of its own."""
    for size in sizes:
        folder = root / f"intake-{size}"
        folder.mkdir()
        here = built(postgres.database("intake"), folder)
        await measure(here, list(persons(size, SEED)), min(searches, size))
        await here.service.engine.dispose()


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", default="1000,5000,20000", help="sizes, by commas")
    parser.add_argument("--searches", type=int, default=500)
    given = parser.parse_args()
    sizes = [int(size) for size in given.persons.split(",")]
    root = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(root), durable=True)
    try:
        print(f"{os.cpu_count()} cores, fsync on")
        asyncio.run(all_sizes(postgres, sizes, given.searches, root))
    finally:
        postgres.stop()
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
