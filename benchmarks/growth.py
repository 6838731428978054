"""How the inbox, the search for a person and a report's counts grow from a thousand concerns to a million, drawn.

Run: `python -m benchmarks.growth [--concerns N ...] [--draw FILE.svg]`. It starts a PostgreSQL of its own, fsync on.
One concern in ten waits; there is a person with a name, a date of birth and a phone number for every fifty concerns.
What is printed are medians beside their limits, and how much longer each takes than at the size before. Both axes of
the drawing are logarithmic: what grows like the data is a straight line upwards, what does not grow is a level one.
"""

import argparse
import asyncio
import math
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks import duplicates
from benchmarks.statistics import fill, measured
from lotse_contracts.intake import AskFindPersons, AskInbox
from lotse_intake.providers.office import Office
from lotse_statistics.spans import span_of
from tests import kit
from tests.intake.given import Intake, built
from tests.intake.names.synthetic import Synthetic, persons, spelled_again

SIZES = (1_000, 10_000, 100_000, 1_000_000)
CONCERNS_PER_PERSON = 50
ASKED = 60
INBOX, SEARCH, REPORT = "an answer of the inbox", "a search for a person", "a month's counts"
LIMITS_MS = {INBOX: 100.0, SEARCH: 50.0}  # a report has none
SPAN = "2026-05"
COLOURS = {INBOX: "#1b6ca8", SEARCH: "#b4451f", REPORT: "#3d7a3a"}
WIDTH, HEIGHT, EDGE = 720, 440, 64
FLOOR_MS, CEILING_MS = 1.0, 100_000.0

_WAITING = (
    "UPDATE concern SET state = 'received', outcome = NULL, ended_at = NULL,"
    " due_at = received_at + interval '2 days' WHERE random() < 0.1"
)


async def at_size(here: Intake, count: int) -> dict[str, float]:
    """Medians in milliseconds, by what was asked."""
    fill(here.database, count)
    with psycopg.connect(here.database.owner_url, autocommit=True) as owner:
        owner.execute(_WAITING)
    population = list(persons(max(20, count // CONCERNS_PER_PERSON), duplicates.SEED))
    answerer = here.service.answerers[AskFindPersons]
    office: Office = answerer.args[0] if isinstance(answerer, partial) else _none()
    await duplicates.filled(here, office, population)
    with psycopg.connect(here.database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    counting, _ = await measured(here.database, span_of(SPAN))
    return {INBOX: await _inbox(here), SEARCH: await _search(here, population), REPORT: counting * 1000}


async def _inbox(here: Intake) -> float:
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        answer = await here.ask(AskInbox(size=50))
        took.append((time.perf_counter() - began) * 1000)
        assert answer.entries
    return statistics.median(took)


async def _search(here: Intake, population: Sequence[Synthetic]) -> float:
    reader, drawn = X25519PrivateKey.generate(), random.Random(duplicates.DRAW)  # noqa: S311
    some = [spelled_again(drawn.choice(population), duplicates.SPELLING) for _ in range(ASKED)]
    return statistics.median([(await duplicates.searched(here, one, reader))[0] * 1000 for one in some])


def _none() -> Office:
    raise SystemExit("nobody answers `find-persons`")


def told(count: int, now: Mapping[str, float], before: Mapping[str, float]) -> None:
    """One line for each."""
    for name, took in now.items():
        ratio = f", {took / before[name]:.1f} times the size before" if name in before else ""
        limit = f", {took / LIMITS_MS[name]:.2f} of the limit of {LIMITS_MS[name]:.0f} ms" if name in LIMITS_MS else ""
        print(f"{count:>9} concerns: {name:<24} median {took:9.1f} ms{limit}{ratio}", flush=True)


def drawing(found: Mapping[int, Mapping[str, float]]) -> str:
    """SVG with both axes logarithmic; limits are dashed."""
    sizes = sorted(found)

    def x(size: float) -> float:
        span = math.log10(sizes[-1] / sizes[0]) or 1.0
        return EDGE + (WIDTH - 2 * EDGE) * math.log10(size / sizes[0]) / span

    def y(took: float) -> float:
        share = math.log10(max(took, FLOOR_MS) / FLOOR_MS) / math.log10(CEILING_MS / FLOOR_MS)
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>')
    for power in range(round(math.log10(CEILING_MS)) + 1):
        level = y(10.0**power)
        parts.append(f'<path d="M{EDGE} {level:.0f}H{WIDTH - EDGE}" stroke="#dddddd"/>')
        parts.append(f'<text x="{EDGE - 8}" y="{level + 4:.0f}" font-size="12" text-anchor="end">{10**power} ms</text>')
    for size in sizes:
        where = f'x="{x(size):.0f}" y="{HEIGHT - EDGE + 20}"'
        parts.append(f'<text {where} font-size="12" text-anchor="middle">{size:,} concerns</text>')
    for place, (name, colour) in enumerate(COLOURS.items()):
        points = " ".join(f"{x(size):.1f},{y(found[size][name]):.1f}" for size in sizes)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(f'<text x="{EDGE + 12}" y="{EDGE - 34 + 16 * place}" font-size="13" fill="{colour}">{name}</text>')
        if name in LIMITS_MS:
            level = y(LIMITS_MS[name])
            dashed = f'stroke="{colour}" stroke-dasharray="5 4"'
            parts.append(f'<path d="M{EDGE} {level:.1f}H{WIDTH - EDGE}" {dashed}/>')
    return "\n".join([*parts, "</svg>", ""])


async def all_sizes(postgres: kit.Postgres, sizes: Sequence[int], root: Path) -> dict[int, dict[str, float]]:
    """Each in a database of its own."""
    found: dict[int, dict[str, float]] = {}
    for size in sizes:
        folder = root / f"intake-{size}"
        folder.mkdir()
        here = built(postgres.database("intake"), folder)
        before = found[max(found)] if found else {}
        found[size] = await at_size(here, size)
        told(size, found[size], before)
        await here.service.engine.dispose()
        postgres.drop(here.database)
    return found


def main() -> None:
    """Read the arguments, measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concerns", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--draw", type=Path, default=Path("growth.svg"))
    given = parser.parse_args()
    root = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(root), durable=True)
    try:
        found = asyncio.run(all_sizes(postgres, sorted(given.concerns), root))
    finally:
        postgres.stop()
        kit.remove(root)
    given.draw.write_text(drawing(found))
    print(f"drawn in {given.draw}")


if __name__ == "__main__":
    main()
