"""What of the entries is in force on a day, and what they post: the ground of the rules and the lists."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lotse_verifier.entries import Entry

EXPENSE = re.compile(
    r"expense:(?P<grant>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(?P<line>[A-Za-z0-9_:-]+)", re.ASCII
)
"""The account of a grant's cost line."""
WHOLE = 10_000  # basis points
Charge = tuple[str, str]
"""A grant and a cost line."""


@dataclass(frozen=True)
class Share:
    """What a grant bears of a voucher, on which line."""

    grant_id: str
    line: str
    basis_points: int


@dataclass
class Books:
    """The entries with `valid_on <= valid_to`, in the order of the log."""

    entries: list[Entry]
    dead: frozenset[int]
    vouchers: dict[str, Entry] = field(default_factory=dict)

    def in_force(self) -> Iterator[Entry]:
        """Neither reversed nor a reversal."""
        return (one for one in self.entries if one.index not in self.dead and one.reverses is None)

    def balances(self) -> dict[tuple[Charge, str], int]:
        """Of the accounts of cost lines, by currency."""
        sums: defaultdict[tuple[Charge, str], int] = defaultdict(int)
        for entry in self.entries:
            for (charge, currency), amount in charged(entry).items():
                sums[charge, currency] += amount
        return dict(sums)


def books(entries: Sequence[Entry], valid_to: str) -> Books:
    """As of a day."""
    taken = [one for one in entries if one.valid_on <= valid_to]
    vouchers = {text_of(one.data, "voucher_id"): one for one in taken if one.kind == "voucher"}
    return Books(taken, out_of_force(taken), vouchers)


def out_of_force(entries: Sequence[Entry]) -> frozenset[int]:
    """The reversed ones; a reversal that is itself reversed takes nothing out of force."""
    dead: set[int] = set()
    for entry in reversed(entries):
        if entry.reverses is not None and entry.index not in dead:
            dead.add(entry.reverses)
    return frozenset(dead)


def charged(entry: Entry) -> dict[tuple[Charge, str], int]:
    """What the entry posts to cost lines of grants, by currency."""
    sums: defaultdict[tuple[Charge, str], int] = defaultdict(int)
    for posting in entry.postings:
        found = EXPENSE.fullmatch(posting.account)
        if found:
            sums[(found["grant"], found["line"]), posting.currency] += posting.amount
    return dict(sums)


def shares_of(voucher: Entry) -> list[Share]:
    """Who bears a voucher; without shares its own grant, wholly. What is not as it must be is left out."""
    given = voucher.data.get("shares")
    if not isinstance(given, list) or not given:
        return [Share(text_of(voucher.leaf, "grant_id"), text_of(voucher.data, "line"), WHOLE)]
    found = []
    for one in given:
        points = one.get("basis_points") if isinstance(one, dict) else None
        if isinstance(points, int) and not isinstance(points, bool):
            found.append(Share(text_of(one, "grant_id"), text_of(one, "line"), points))
    return found


def text_of(members: Mapping[str, Any], name: str) -> str:
    """A text member; empty where it is none."""
    value = members.get(name)
    return value if isinstance(value, str) else ""


def amount_of(entry: Entry, *names: str) -> int | None:
    """The first of these members of `data` that is an amount."""
    for name in names:
        text = entry.data.get(name)
        if isinstance(text, str) and re.fullmatch(r"-?[0-9]{1,38}", text, re.ASCII):
            return int(text)
    return None
