"""How long one match takes among ten thousand services, and how that grows to a million, drawn beside a plain list.

Run: `python -m benchmarks.matching [--services N ...] [--matches N] [--draw FILE.svg]`. The directory is in memory, as
in the service; languages, hours, places, rules and codes are drawn from seeds. Times are this thread's own
for a whole match: hard filters, points, the reasons of the best, what is left out. "A plain list" takes whoever has
the code or its parent and sorts by name. A ratio of 1.00 or more keeps the limit. In "all alike" every service covers
the code that is asked for, which is the worst case.
"""

import argparse
import gc
import math
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from lotse_referral.domain.codes import CONCERNS, PARENT_OF, parent_of
from lotse_referral.domain.index import Index
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import LanguageSlot, Offer, Opening
from lotse_referral.providers.knowledge import knowledge

SIZES = (1_000, 10_000, 100_000, 1_000_000)
LIMIT_AT, LIMIT_MS = 10_000, 20.0
P99 = 0.99
FEWEST = 60  # matches at the largest size
SEED = 11
NOW = datetime(2026, 11, 25, 9, 13, tzinfo=UTC)
TODAY = date(2026, 11, 25)
MATCH, ALIKE, PLAIN = "a match", "a match, all alike", "a plain list by code"
COLOURS = {MATCH: "#1b6ca8", ALIKE: "#b4451f", PLAIN: "#3d7a3a"}
WIDTH, HEIGHT, EDGE = 720, 440, 64
FLOOR_MS, CEILING_MS = 0.1, 10_000.0
CODES = sorted(CONCERNS)
FINER = sorted(PARENT_OF)
LANGUAGES = ("de", "en", "uk", "ru", "ar", "fa", "tr", "vi", "pl", "fr")
POSTAL_CODES = ("01067", "01069", "01097", "01127", "01157", "01169", "01219", "01239", "01277", "01307")
AREAS = ("Prohlis", "Leuben", "Cotta", "Pirna", "DE")


def offer(number: int, rng: random.Random, rules: Sequence[str]) -> Offer:
    """One service, with hours and a place of its own."""
    main = rng.choice(CODES)
    parts = {one for one in rng.sample(FINER, 3) if rng.random() < 0.5}
    opens = rng.choice((480, 540, 600, 780))
    openings = tuple(Opening(day, opens, opens + rng.choice((180, 300))) for day in rng.sample(range(5), 3))
    slots = (LanguageSlot(rng.choice(LANGUAGES), openings[0]),) if rng.random() < 0.3 else ()
    return Offer(
        UUID(int=number + 1),
        main,
        frozenset({main, rng.choice(CODES), *parts}),
        spoken=frozenset({"de", rng.choice(LANGUAGES)}),
        interpreter=rng.random() < 0.2,
        capacity=rng.choice(("available", "unknown", "unknown", "waitlist", "none")),
        active=rng.random() > 0.03,
        valid_to=date(2026, 12, 31) if rng.random() < 0.03 else None,
        assured_on=date(2026, rng.randint(1, 11), rng.randint(1, 25)),
        minimum_age=27 if rng.random() < 0.05 else None,
        slots=slots,
        openings=openings if rng.random() < 0.8 else (),
        areas=frozenset({rng.choice(AREAS)}) if rng.random() < 0.2 else frozenset(),
        town="Dresden",
        postal_code=rng.choice(POSTAL_CODES),
        latitude=51.05 + rng.uniform(-0.1, 0.1),
        longitude=13.74 + rng.uniform(-0.15, 0.15),
        rules=frozenset({rng.choice(rules)}) if rng.random() < 0.1 else frozenset(),
    )


def need(rng: random.Random) -> Need:
    """Somebody with a concern; half of them say where they live."""
    return Need(
        rng.choice((*CODES, *FINER)),
        languages=tuple(rng.sample(LANGUAGES, 2)),
        urgency=rng.choice(("normal", "normal", "urgent", "emergency")),
        interpreter_possible=True,
        status=rng.choice(("p24_title", "refugee", None)),
        first_title=rng.choice(("before_2025_04_01", "after", None)),
        age=rng.randint(18, 80),
        postal_code=rng.choice((*POSTAL_CODES, None)),
        latitude=51.05 + rng.uniform(-0.1, 0.1) if rng.random() < 0.5 else None,
        longitude=13.74,
    )


def listed(offers: Sequence[Offer], names: Mapping[UUID, str], asked: Need) -> list[Offer]:
    """The baseline: who has the code or its parent, by name."""
    wanted = {asked.code, parent_of(asked.code)}
    found = [one for one in offers if not wanted.isdisjoint(one.codes)]
    return sorted(found, key=lambda one: names[one.service_id])[:20]


def timed(asked: Sequence[Need], answer: Callable[[Need], object]) -> list[float]:
    """Milliseconds of each, of this thread's own time: what else the machine does is not the matching's."""
    took = []
    for one in asked:
        began = time.thread_time()
        answer(one)
        took.append((time.thread_time() - began) * 1000)
    return sorted(took)


def at_size(count: int, matches: int) -> Iterator[tuple[str, list[float]]]:
    """What each way takes; the plain list is asked less often where it takes long."""
    known, rng = knowledge(), random.Random(SEED)  # noqa: S311
    rules = sorted(known.rules)
    offers = [offer(number, rng, rules) for number in range(count)]
    names = {one.service_id: f"{rng.random():.9f}" for one in offers}
    asked = [need(rng) for _ in range(max(FEWEST, matches * LIMIT_AT // max(count, LIMIT_AT)))]
    few = asked[: max(20, matches // 20)]
    began = time.perf_counter()
    index = Index(offers, known)
    print(f"{count:>9} services: read into memory in {time.perf_counter() - began:.2f} s", flush=True)
    gc.freeze()  # what stays is not looked at again with each collection, as in a service that has run for a while
    yield MATCH, timed(asked, lambda one: index.match(one, NOW))
    yield PLAIN, timed(few, lambda one: listed(offers, names, one))
    alike = Index([replace(one, primary_code="benefits", codes=frozenset({"benefits"})) for one in offers], known)
    worst = [replace(one, code="benefits") for one in few]
    yield ALIKE, timed(worst, lambda one: alike.match(one, NOW))
    gc.unfreeze()


def told(count: int, name: str, took: Sequence[float]) -> float:
    """One line; returns the 99th percentile."""
    p99 = took[min(len(took) - 1, math.ceil(len(took) * P99) - 1)]
    kept = f", limit {LIMIT_MS:.0f} ms, ratio {LIMIT_MS / p99:.2f}" if count == LIMIT_AT and name != PLAIN else ""
    said = f"median {statistics.median(took):8.2f} ms, p99 {p99:8.2f} ms over {len(took)}"
    print(f"{count:>9} services: {name:<22} {said}{kept}", flush=True)
    return p99


def drawing(found: Mapping[int, Mapping[str, float]]) -> str:
    """SVG with both axes logarithmic; the limit is dashed."""
    sizes = sorted(found)

    def x(size: float) -> float:
        span = math.log10(sizes[-1] / sizes[0]) or 1.0
        return EDGE + (WIDTH - 2 * EDGE) * math.log10(size / sizes[0]) / span

    def y(took: float) -> float:
        share = math.log10(max(took, FLOOR_MS) / FLOOR_MS) / math.log10(CEILING_MS / FLOOR_MS)
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>')
    for power in range(round(math.log10(FLOOR_MS)), round(math.log10(CEILING_MS)) + 1):
        level = y(10.0**power)
        parts.append(f'<path d="M{EDGE} {level:.0f}H{WIDTH - EDGE}" stroke="#dddddd"/>')
        parts.append(
            f'<text x="{EDGE - 8}" y="{level + 4:.0f}" font-size="12" text-anchor="end">{10**power:g} ms</text>'
        )
    for size in sizes:
        where = f'x="{x(size):.0f}" y="{HEIGHT - EDGE + 20}"'
        parts.append(f'<text {where} font-size="12" text-anchor="middle">{size:,} services</text>')
    for place, (name, colour) in enumerate(COLOURS.items()):
        points = " ".join(f"{x(size):.1f},{y(found[size][name]):.1f}" for size in sizes)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        where = f'x="{EDGE + 12}" y="{EDGE - 34 + 16 * place}"'
        parts.append(f'<text {where} font-size="13" fill="{colour}">{name}, p99</text>')
    level = y(LIMIT_MS)
    parts.append(f'<path d="M{EDGE} {level:.1f}H{WIDTH - EDGE}" stroke="#555555" stroke-dasharray="5 4"/>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Read the arguments, measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--matches", type=int, default=1_000)
    parser.add_argument("--draw", type=Path, default=Path("matching.svg"))
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores")
    found: dict[int, dict[str, float]] = {}
    for size in sorted(given.services):
        found[size] = {name: told(size, name, took) for name, took in at_size(size, given.matches)}
    given.draw.write_text(drawing(found))
    print(f"drawn in {given.draw}")


if __name__ == "__main__":
    main()
