"""Which vouchers an auditor looks at: chosen by a seed that neither side could steer, so that anybody can choose again.

The seed is SHA-256 over the root of a signed checkpoint and the auditor's nonce. Every voucher gets a ticket, SHA-256
over the seed and its log index; the lowest tickets win. docs/guides/sampling.md says it step by step, for whoever
wants to recompute a sample without us.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal
from uuid import UUID

from lotse_ledger.domain.entries import Recorded, digest_of
from lotse_ledger.domain.grants import in_force

ALGORITHM = "lotse-sample-v1"
Method = Literal["random", "stratified", "mus"]
TICKET = b"ticket"
START = b"start"
INDEX_BYTES = 8
VOUCHER = "voucher"


@dataclass(frozen=True)
class Item:
    """A voucher that can be chosen; `amount` is what was charged, in minor units."""

    log_index: int
    line: str
    amount: int


@dataclass(frozen=True)
class Chosen:
    """A voucher of the sample; `certain` where its amount alone puts it in."""

    item: Item
    ticket: str
    certain: bool = False


@dataclass(frozen=True)
class Stratum:
    """A cost line, how many vouchers it has and how many of them are in the sample."""

    line: str
    items: int
    chosen: int


@dataclass(frozen=True)
class Sample:
    """`interval` is the money between two hits of monetary-unit sampling, rounded down; None for other methods."""

    seed: bytes
    method: Method
    population: int
    total: int
    population_sha256: str
    left_out: int
    chosen: tuple[Chosen, ...]
    strata: tuple[Stratum, ...] = ()
    interval: int | None = None


def population(entries: Iterable[Recorded], grants: frozenset[UUID] | None) -> list[Item]:
    """The vouchers in force of these grants, or of all: the first line charged, and what was charged to the grants."""
    items = []
    for one in in_force(entries):
        shares = [share for share in one.data.get("shares", ()) if grants is None or UUID(share["grant_id"]) in grants]
        if one.kind == VOUCHER and shares:
            amount = sum(int(share["eligible"]) + int(share["ineligible"]) for share in shares)
            items.append(Item(one.log_index, str(shares[0]["line"]), amount))
    return items


def seed_of(root: bytes, nonce: bytes) -> bytes:
    """SHA-256 over the checkpoint's root, 32 bytes, and the auditor's nonce."""
    return hashlib.sha256(root + nonce).digest()


def drawn(items: Iterable[Item], *, count: int, seed: bytes, method: Method) -> Sample:
    """As many of the items as asked for, or all where there are fewer, ordered by log index.

    What charged nothing (an amount of zero or less) can be chosen by no method and is counted in `left_out`.
    """
    given = sorted(items, key=lambda one: one.log_index)
    paid = [one for one in given if one.amount > 0]
    wanted = min(count, len(paid))
    strata: tuple[Stratum, ...] = ()
    interval = None
    if method == "mus":
        chosen, interval = _by_money(paid, wanted, seed)
    elif method == "stratified":
        chosen, strata = _by_line(paid, wanted, seed)
    else:
        chosen = [Chosen(one, ticket(seed, one.log_index)) for one in _lowest(paid, wanted, seed)]
    return Sample(
        seed=seed,
        method=method,
        population=len(paid),
        total=sum(one.amount for one in paid),
        population_sha256=digest_of([[one.log_index, one.line, str(one.amount)] for one in paid]),
        left_out=len(given) - len(paid),
        chosen=tuple(sorted(chosen, key=lambda one: one.item.log_index)),
        strata=strata,
        interval=interval,
    )


def ticket(seed: bytes, log_index: int) -> str:
    """What a voucher is ordered by, hexadecimal."""
    return hashlib.sha256(TICKET + seed + log_index.to_bytes(INDEX_BYTES, "big")).hexdigest()


def _lowest(items: Iterable[Item], count: int, seed: bytes) -> list[Item]:
    return sorted(items, key=lambda one: ticket(seed, one.log_index))[:count]


def _by_line(items: Sequence[Item], count: int, seed: bytes) -> tuple[list[Chosen], tuple[Stratum, ...]]:
    """Of each cost line its part of the sample, and at least one while the sample has as many places as lines."""
    lines: dict[str, list[Item]] = {}
    for one in items:
        lines.setdefault(one.line, []).append(one)
    places = _places({line: len(its) for line, its in lines.items()}, count)
    chosen = [
        Chosen(one, ticket(seed, one.log_index))
        for line, its in lines.items()
        for one in _lowest(its, places[line], seed)
    ]
    return chosen, tuple(Stratum(line, len(lines[line]), places[line]) for line in sorted(lines))


def _places(sizes: dict[str, int], count: int) -> dict[str, int]:
    """By largest remainder; of equal ones the line first by name."""
    total = sum(sizes.values())
    if not total:
        return {}
    floor = 1 if count >= len(sizes) else 0
    spare, rest = count - floor * len(sizes), total - floor * len(sizes)
    exact = {line: Fraction(spare * (size - floor), rest) if rest else Fraction(0) for line, size in sizes.items()}
    places = {line: floor + int(part) for line, part in exact.items()}
    by_remainder = sorted(sizes, key=lambda line: (int(exact[line]) - exact[line], line))
    for line in by_remainder[: count - sum(places.values())]:
        places[line] += 1
    return places


def _by_money(items: Sequence[Item], count: int, seed: bytes) -> tuple[list[Chosen], int | None]:
    """Monetary-unit sampling: what is at least an interval is certain; of the rest each euro has the same chance.

    The certain ones leave, the interval shrinks, and that again until none is left; then the rest is laid end to end in
    the order of its tickets, and hit at equal distances from a start that the seed gives.
    """
    rest, left, certain = list(items), count, list[Item]()
    while left and rest:
        total = sum(one.amount for one in rest)
        sure = [one for one in rest if one.amount * left >= total]
        if not sure:
            break
        certain += sure
        left_before, left = left, left - len(sure)
        rest = [one for one in rest if one.amount * left_before < total]
    chosen = [Chosen(one, ticket(seed, one.log_index), certain=True) for one in certain]
    total = sum(one.amount for one in rest)
    if not left or not total:
        return chosen, None
    start = int.from_bytes(hashlib.sha256(START + seed).digest(), "big") % total
    points = [(start + place * total) // left for place in range(left)]
    reached = 0
    for one in _lowest(rest, len(rest), seed):
        if bisect_left(points, reached) < bisect_left(points, reached + one.amount):
            chosen.append(Chosen(one, ticket(seed, one.log_index)))
        reached += one.amount
    return chosen, total // left
