"""What the database must hold, computed from the leaves alone: rows, sums, tiles and roots."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lotse_ledger.domain.closing import PERIOD_CLOSED, PERIOD_REOPENED
from lotse_ledger.domain.entries import canonical, leaf_hash
from lotse_ledger.domain.merkle import Frontier, root_of
from lotse_ledger.domain.tiles import WIDTH

Row = Mapping[str, Any]
Account = tuple[str, str, str]
"""Account, currency, standing."""


@dataclass(frozen=True)
class Difference:
    """The first thing that is not what the leaves say: where, and what."""

    log_index: int
    what: str


def entry_row(leaf: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an entry that its leaf says."""
    grant_id, data = leaf.get("grant_id"), leaf.get("data", {})
    closes = data["until"] if leaf["kind"] in (PERIOD_CLOSED, PERIOD_REOPENED) else None
    return {
        "log_index": leaf["log_index"],
        "key": leaf["key"],
        "kind": leaf["kind"],
        "standing": leaf["standing"],
        "valid_on": date.fromisoformat(leaf["valid_on"]),
        "recorded_at": datetime.fromisoformat(leaf["recorded_at"]),
        "known_at": datetime.fromisoformat(leaf["known_at"]),
        "reconstructed": leaf["reconstructed"],
        "grant_id": None if grant_id is None else UUID(grant_id),
        "budget_year": leaf.get("budget_year"),
        "reverses": leaf.get("reverses"),
        "closes_until": None if closes is None else date.fromisoformat(closes),
        "posting_count": len(leaf.get("postings", ())),
    }


def posting_rows(leaf: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The postings of an entry, each as its row."""
    return [
        {
            "position": position,
            "valid_on": date.fromisoformat(leaf["valid_on"]),
            "standing": leaf["standing"],
            "currency": one["currency"],
            "account": one["account"],
            "amount": int(one["amount"]),
        }
        for position, one in enumerate(leaf.get("postings", ()))
    ]


def differs(stored: Row, postings: list[dict[str, Any]]) -> str | None:
    """What of an entry is not as its leaf says it; None if everything is. `stored` is the row with its leaf."""
    body = str(stored["body"]).encode()
    if leaf_hash(body) != stored["leaf_sha256"]:
        return "leaf_sha256"
    try:
        leaf = json.loads(body)
        if canonical(leaf) != body:
            return "body"
        expected, its = entry_row(leaf), posting_rows(leaf)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "body"
    for name, value in expected.items():
        if stored[name] != value:
            return name
    for position, (one, other) in enumerate(zip(postings, its, strict=False)):
        if one != other:
            return f"posting {position}: {next(name for name in other if one[name] != other[name])}"
    return None if len(postings) == len(its) else "postings"


@dataclass
class Sums:
    """What stands in each account by the end of each month, growing posting by posting."""

    cells: dict[date, dict[Account, int]] = field(default_factory=dict)

    def add(self, postings: list[dict[str, Any]]) -> None:
        """The postings of the next entry."""
        for one in postings:
            month = self.cells.setdefault(one["valid_on"].replace(day=1), {})
            account = one["account"], one["currency"], one["standing"]
            month[account] = month.get(account, 0) + one["amount"]

    def by_month(self) -> Iterator[tuple[date, dict[Account, int]]]:
        """Each month in its order, with all that was valid until its end. The same dictionary grows."""
        found: dict[Account, int] = {}
        for month in sorted(self.cells):
            for account, amount in self.cells[month].items():
                found[account] = found.get(account, 0) + amount
            yield month, found


@dataclass
class Tree:
    """The Merkle tree and its full tiles, growing leaf by leaf."""

    frontier: Frontier = field(default_factory=Frontier)
    rows: list[list[bytes]] = field(default_factory=list)
    full: list[int] = field(default_factory=list)

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
        """The next leaf hash; gives level, number, hashes and root of each tile that is full with it."""
        self.frontier = self.frontier.grown([leaf])
        level = 0
        while True:
            if level == len(self.rows):
                self.rows.append([])
                self.full.append(0)
            row = self.rows[level]
            row.append(leaf)
            if len(row) < WIDTH:
                return
            leaf = root_of(row)
            yield level, self.full[level], b"".join(row), leaf
            self.full[level] += 1
            row.clear()
            level += 1
