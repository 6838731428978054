"""All that the checks look at, and what they say. A verdict has places in the log and no value of anybody."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from lotse_ledger.domain.checkpoints import Head
from lotse_ledger.domain.entries import Recorded

State = Literal["holds", "broken", "attention", "not_checked"]
"""`attention` is a duty that is overdue, not a fault of the books; `not_checked` says that nothing here could tell."""

PLACES_MAX = 20  # entries that a verdict names

Sums: TypeAlias = Mapping[tuple[str, str, str], int]
"""Minor units by account, currency and standing."""


@dataclass(frozen=True)
class Moment:
    """What the database answers for a past: valid until a day, as known when the log had `size` entries."""

    valid_to: date
    size: int
    sums: Sums


@dataclass(frozen=True)
class Books:
    """The association's own log in its order, each entry with its leaf, and everything computed from it."""

    association: str
    today: date
    entries: Sequence[Recorded]
    leaves: Sequence[str]
    sums: Sums
    moments: Sequence[Moment] = ()
    heads: Sequence[Head] = ()


@dataclass(frozen=True)
class Verdict:
    """`looked_at` things were checked; `places` are the first entries that break it, `broken` how many do."""

    code: str
    state: State
    looked_at: int
    broken: int = 0
    places: tuple[int, ...] = ()


Check: TypeAlias = Callable[[Books], Verdict]


def verdict(code: str, found: Iterable[tuple[int, bool]], *, otherwise: State = "broken") -> Verdict:
    """From each place that was looked at and whether it holds there."""
    looked_at, bad = 0, []
    for place, holds in found:
        looked_at += 1
        if not holds:
            bad.append(place)
    return Verdict(code, otherwise if bad else "holds", looked_at, len(bad), tuple(bad[:PLACES_MAX]))


def unchecked(code: str) -> Verdict:
    """Nothing in the books could tell."""
    return Verdict(code, "not_checked", 0)


@dataclass
class InForce:
    """Which entries are in force as the log grows; a reversal that is reversed brings its entry back."""

    entries: Mapping[int, Recorded]
    _kinds: defaultdict[str, dict[int, Recorded]] = field(default_factory=lambda: defaultdict(dict))
    _grants: defaultdict[tuple[str, UUID | None], dict[int, Recorded]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def enter(self, one: Recorded) -> None:
        """The next entry of the log."""
        target = one
        while target.reverses is not None:
            target = self.entries[target.reverses]
        if self._kinds[target.kind].pop(target.log_index, None) is None:
            self._kinds[target.kind][target.log_index] = target
            self._grants[target.kind, target.grant_id][target.log_index] = target
        else:
            del self._grants[target.kind, target.grant_id][target.log_index]

    def of_kind(self, *kinds: str) -> list[Recorded]:
        """Those of these kinds."""
        return [one for kind in kinds for one in self._kinds[kind].values()]

    def of_grant(self, grant_id: UUID | None, *kinds: str) -> list[Recorded]:
        """Those of these kinds that are a grant's own."""
        return [one for kind in kinds for one in self._grants[kind, grant_id].values()]

    def all(self) -> list[Recorded]:
        """In the order of the log."""
        found = {index: one for its in self._kinds.values() for index, one in its.items()}
        return [found[index] for index in sorted(found)]


def act_by_act(books: Books) -> Iterator[tuple[Recorded, InForce]]:
    """Each entry with what is in force once it is entered: what held at the time of the act."""
    state = InForce({one.log_index: one for one in books.entries})
    for one in books.entries:
        state.enter(one)
        yield one, state


def in_force(books: Books) -> list[Recorded]:
    """At the end of the log, in its order."""
    state = InForce({one.log_index: one for one in books.entries})
    for one in books.entries:
        state.enter(one)
    return state.all()


def summed(entries: Iterable[Recorded], *, valid_to: date = date.max) -> dict[tuple[str, str, str], int]:
    """What the leaves themselves add up to; accounts at zero are left out."""
    found: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for one in entries:
        if one.valid_on <= valid_to:
            for row in one.postings:
                found[row.account, row.currency, one.standing] += row.amount
    return {place: amount for place, amount in found.items() if amount}


def without_zeros(sums: Sums) -> dict[tuple[str, str, str], int]:
    """For comparison: an account that came back to zero is as good as one that nothing was posted to."""
    return {place: amount for place, amount in sums.items() if amount}
