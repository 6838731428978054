"""The books once more, the slow way: a list of what happened, and every answer reckoned from its beginning.

Nothing here is shared with the ledger. It knows one grant with one award and one plan.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor

Balances = dict[str, int]


@dataclass
class Happened:
    """One entry: what it posts, and on which day it holds. `about` is what kinds of their own need to know."""

    index: int
    kind: str
    day: date
    postings: Balances
    about: dict[str, object] = field(default_factory=dict)
    reverses: int | None = None


@dataclass
class Naive:
    """The award and the plan, and all that happened since, in the order of the log."""

    financing: str
    award: int
    plan: dict[str, int]
    own: int
    other: int
    happened: list[Happened] = field(default_factory=list)
    closed_until: date | None = None

    @property
    def costs(self) -> int:
        return sum(self.plan.values())

    def alive(self) -> list[Happened]:
        """What is in force: whoever is taken back by nothing that is in force itself."""
        gone: set[int] = set()
        for one in reversed(self.happened):
            if one.reverses is not None and one.index not in gone:
                gone.add(one.reverses)
        return [one for one in self.happened if one.index not in gone and one.reverses is None]

    def of(self, kind: str) -> list[Happened]:
        found = [one for one in self.alive() if one.kind == kind]
        return sorted(found, key=lambda one: (one.day, one.index))

    def balances(self, valid_to: date, size: int) -> Balances:
        """By account, of the first so many entries, what holds until a day; accounts at zero are left out."""
        sums: defaultdict[str, int] = defaultdict(int)
        for one in self.happened:
            if one.index < size and one.day <= valid_to:
                for account, amount in one.postings.items():
                    sums[account] += amount
        return {account: amount for account, amount in sums.items() if amount}

    def open_day(self, day: date) -> date:
        """The first day that is not closed, if this one is."""
        if self.closed_until is not None and day <= self.closed_until:
            return self.closed_until + timedelta(days=1)
        return day

    def total(self, kind: str) -> int:
        return sum(int(str(one.about["amount"])) for one in self.of(kind))

    # Plan against actual

    def spent(self) -> Balances:
        sums: defaultdict[str, int] = defaultdict(int)
        for one in self.of("voucher"):
            sums[str(one.about["line"])] += int(str(one.about["eligible"]))
        for one in self.of("refund"):
            sums[str(self.voucher_of(one).about["line"])] -= int(str(one.about["eligible"]))
        return dict(sums)

    def counted(self, spent: Balances) -> int:
        """Of each line at most its plan and a fifth of it; a fixed grant binds no line."""
        if self.financing == "fixed":
            return sum(spent.values())
        return sum(min(amount, floor(self.plan.get(line, 0) * Fraction(6, 5))) for line, amount in spent.items())

    def eligible(self, spent: Balances) -> int:
        """And of all lines at most the plan."""
        return self.counted(spent) if self.financing == "fixed" else min(self.counted(spent), self.costs)

    def voucher_of(self, refund: Happened) -> Happened:
        return next(one for one in self.happened if one.index == refund.about["of"])

    # The grant's part of each payment, and the money that it took

    def parts(self) -> list[tuple[int, date, int]]:
        """(index, day, cents) of each payment; only for histories without refunds."""
        found, paid, had = [], Fraction(0), 0
        for one in self.of("voucher"):
            amount = int(str(one.about["eligible"]))
            paid += amount
            if self.financing == "share":
                due = floor(paid * Fraction(self.award, self.costs))
            elif self.financing == "shortfall":
                due = max(0, floor(paid) - self.own - self.other)
            else:
                due = floor(paid)
            part = max(0, min(due, self.award) - had)
            had += part
            found.append((one.index, one.day, part))
        return found

    def coins(self) -> dict[tuple[int, int], int]:
        """How many cents of which disbursement each payment took, moved one by one."""
        events = [("use", day, index, cents) for index, day, cents in self.parts()]
        for kind in ("disbursement", "repayment"):
            events += [(kind, one.day, one.index, int(str(one.about["amount"]))) for one in self.of(kind)]
        days = {index: (day, index) for _, day, index, _ in events}
        heap: list[int] = []
        waiting: list[int] = []
        used: list[tuple[int, int]] = []
        given_back: list[tuple[int, int]] = []
        for kind, _, index, cents in sorted(events, key=lambda one: (one[1], one[2])):
            for _ in range(cents):
                if kind == "disbursement" and waiting:
                    used.append((index, waiting.pop(0)))
                elif kind == "disbursement":
                    heap.append(index)
                elif kind == "use" and heap:
                    used.append((heap.pop(0), index))
                elif kind == "use":
                    waiting.append(index)
                elif heap:
                    given_back.append((heap.pop(0), index))
                elif used:
                    coin, payment = used.pop()
                    given_back.append((coin, index))
                    waiting = sorted([*waiting, payment], key=lambda one: days[one])
        return dict(Counter([*used, *given_back]))

    def final(self, own_came: int, other_came: int) -> int:
        """What remains of the award."""
        del own_came
        actual = self.counted(self.spent())
        saved = max(0, self.costs - actual + max(0, other_came - self.other))
        if self.financing == "share":
            left = floor(self.award - Fraction(saved * self.award, self.costs))
        elif self.financing == "shortfall":
            left = actual - self.own - other_came
        elif self.financing == "full":
            left = actual - other_came
        else:
            left = actual
        return max(0, min(self.award, actual, left))
