"""The log itself: balanced, in order, mirrored, under its root; answers for the past stay (I1, I11-I15, I18)."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from lotse_ledger.domain.checkpoints import Head
from lotse_ledger.domain.closing import PERIOD_CLOSED, PERIOD_REOPENED
from lotse_ledger.domain.entries import Recorded, canonical, leaf_hash
from lotse_ledger.domain.instants import stamp
from lotse_ledger.domain.invariants.books import Books, Verdict, summed, verdict, without_zeros
from lotse_ledger.domain.merkle import Frontier


def postings_balance(books: Books) -> Verdict:
    """I1: debits equal credits in every entry and currency."""
    return verdict("I1", ((one.log_index, _balanced(one)) for one in books.entries))


def time_goes_on(books: Books) -> Verdict:
    """I11: recorded_at strictly increases, what is known never goes back, nothing enters a closed period."""
    return verdict("I11", _in_order(books))


def reversals_mirror(books: Books) -> Verdict:
    """I12: a reversal is the exact mirror of an earlier entry, and each entry has one at most."""
    by_index = {one.log_index: one for one in books.entries}
    seen: set[int] = set()
    found = []
    for one in books.entries:
        if one.reverses is not None:
            target = by_index.get(one.reverses)
            found.append((one.log_index, one.reverses not in seen and target is not None and _mirrors(one, target)))
            seen.add(one.reverses)
    return verdict("I12", found)


def projections_follow(books: Books) -> Verdict:
    """I14: every row says what its leaf says, and the accounts stand at what the leaves add up to."""
    rows = [
        (one.log_index, _same(one, json.loads(leaf))) for one, leaf in zip(books.entries, books.leaves, strict=True)
    ]
    end = books.entries[-1].log_index if books.entries else 0
    return verdict("I14", [*rows, (end, summed(books.entries) == without_zeros(books.sums))])


def root_covers_the_leaves(books: Books) -> Verdict:
    """I15: each hash is that of its leaf, the leaf is canonical, and every checkpoint is the root of a beginning."""
    hashes = [leaf_hash(leaf.encode()) for leaf in books.leaves]
    rows = [
        (one.log_index, one.log_index == place and one.leaf_sha256 == digest and _is_canonical(leaf))
        for place, (one, digest, leaf) in enumerate(zip(books.entries, hashes, books.leaves, strict=True))
    ]
    return verdict("I15", [*rows, *_heads(books.heads, hashes)])


def the_past_stays(books: Books) -> Verdict:
    """I18: what is answered for a past is what the leaves that were there then add up to."""
    found = [
        (one.size - 1, summed(books.entries[: one.size], valid_to=one.valid_to) == without_zeros(one.sums))
        for one in books.moments
    ]
    known = [(later.log_index, earlier.known_at <= later.known_at) for earlier, later in pairwise(books.entries)]
    return verdict("I18", [*found, *known])


def _heads(heads: Sequence[Head], hashes: Sequence[bytes]) -> Iterator[tuple[int, bool]]:
    """One walk over the leaves for all checkpoints: each extends the one before."""
    grown = Frontier()
    for one in sorted(heads, key=lambda head: head.size):
        grown = grown.grown(hashes[grown.size : one.size])
        yield one.size - 1, grown.size == one.size and grown.root() == one.root


def _balanced(one: Recorded) -> bool:
    sums: defaultdict[str, int] = defaultdict(int)
    for row in one.postings:
        sums[row.currency] += row.amount
    return not any(sums.values())


def _in_order(books: Books) -> Iterator[tuple[int, bool]]:
    closed: date | None = None
    before: Recorded | None = None
    for one in books.entries:
        follows = before is None or (before.recorded_at < one.recorded_at and before.known_at <= one.known_at)
        yield one.log_index, follows and (closed is None or one.valid_on > closed)
        if one.kind in (PERIOD_CLOSED, PERIOD_REOPENED):
            closed = date.fromisoformat(one.data["until"])
        before = one


def _mirrors(one: Recorded, target: Recorded) -> bool:
    mirrored = [(row.account, -row.amount, row.currency) for row in target.postings]
    same = sorted((row.account, row.amount, row.currency) for row in one.postings) == sorted(mirrored)
    return same and target.log_index < one.log_index and target.standing == one.standing


def _same(one: Recorded, leaf: dict[str, Any]) -> bool:
    row = {
        "log_index": one.log_index,
        "recorded_at": stamp(one.recorded_at),
        "known_at": stamp(one.known_at),
        "reconstructed": one.reconstructed,
        "valid_on": one.valid_on.isoformat(),
        "key": one.key,
        "kind": one.kind,
        "standing": one.standing,
        "grant_id": None if one.grant_id is None else str(one.grant_id),
        "budget_year": one.budget_year,
        "reverses": one.reverses,
    }
    return all(leaf.get(name) == value for name, value in row.items())


def _is_canonical(leaf: str) -> bool:
    return canonical(json.loads(leaf)).decode() == leaf
