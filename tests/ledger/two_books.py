"""A state machine that gives orders to a real ledger and keeps the same books the slow way beside it."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.database import engine_of
from lotse_chassis.faults import Refused
from lotse_contracts import ledger as said
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.domain.invariants.checking import check_all
from lotse_ledger.domain.reports.settling import settlement_of
from lotse_ledger.domain.reports.use import fifo_of
from lotse_ledger.handlers.orders import take
from lotse_ledger.store import books, replays
from lotse_ledger.store.grants import entries_about
from lotse_ledger.store.sums import balances_at
from tests import kit
from tests.ledger import given
from tests.ledger.naive import Balances, Happened, Naive

TODAY = given.NOW.date()
G = given.GRANT
BANK, UNUSED, INCOME = "assets:bank", f"liab:grant_unused:{G}", f"income:grant:{G}"


class TwoBooks(RuleBasedStateMachine):
    """One grant in a database of its own; `open_database` is set by the test."""

    open_database: Callable[[], kit.ServiceDatabase]
    model: Naive

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.engine = engine_of(type(self).open_database().url)
        self.house = given.house()
        self.now = given.NOW
        self.asked: list[tuple[UUID, int, Happened]] = []
        self.answered: list[tuple[date, int, Balances]] = []
        self.last_order: said.LedgerOrder | None = None

    def teardown(self) -> None:
        if self.last_order is not None:
            self.runner.run(self._check_at_the_end())
        self.runner.run(self.engine.dispose())
        self.runner.close()

    # Comparing

    def _compare(self) -> None:
        size = self._size()
        assert size == len(self.model.happened)
        assert self._balances(date.max, size) == self.model.balances(date.max, size)
        grant, spent = self._grant(), self.model.spent()
        use = grant.plan_use()
        assert {one.line: one.actual for one in use.lines if one.actual} == {k: v for k, v in spent.items() if v}
        assert (use.counted, use.eligible) == (self.model.counted(spent), self.model.eligible(spent))
        final = settlement_of(grant).final.amount
        assert final == self.model.final(self.model.total("own"), self.model.total("other"))
        self._compare_use(grant)

    def _compare_use(self, grant: Grant) -> None:
        report = fifo_of(grant, TODAY)
        disbursed, repaid = self.model.total("disbursement"), self.model.total("repayment")
        assert report.recognised + report.unused + repaid == disbursed
        parts = sum(one.part for one in report.parts)
        assert report.recognised == min(parts, disbursed - repaid)
        if not self.model.of("refund"):
            assert [(one.log_index, one.day, one.part) for one in report.parts] == self.model.parts()
            found: dict[tuple[int, int], int] = {}
            for one in report.fifo.slices:
                found[one.disbursement, one.ended_by] = found.get((one.disbursement, one.ended_by), 0) + one.amount
            assert found == self.model.coins()

    async def _check_at_the_end(self) -> None:
        async with self.engine.connect() as tx:
            found = check_all(await replays.books_of(tx, kit.ASSOCIATION, TODAY))
        assert [one.code for one in found if one.state == "broken"] == []

    # Doing

    def _do(
        self,
        order: said.LedgerOrder,
        kind: str,
        on: date,
        postings: Balances,
        about: dict[str, Any] | None = None,
        *,
        closed: bool = False,
    ) -> bool:
        if closed:
            self._refused(order, "period_closed")
            return False
        assert self._try(order) is None
        index = len(self.model.happened)
        self.model.happened.append(Happened(index, kind, on, {a: c for a, c in postings.items() if c}, about or {}))
        self.last_order = order
        self._compare()
        return True

    def _refused(self, order: said.LedgerOrder, code: str) -> None:
        """With its own code, and the log does not grow."""
        assert self._try(order) == code
        assert self._size() == len(self.model.happened)

    def _try(self, order: said.LedgerOrder, **changed: Any) -> str | None:
        self.now += timedelta(minutes=1)

        async def give() -> str | None:
            try:
                async with self.engine.begin() as tx:
                    await take(order, given.context(self.now, **changed), tx, house=self.house)
            except Refused as fault:
                return fault.code
            return None

        return self.runner.run(give())

    def _ask(self, question: Callable[[AsyncConnection], Any]) -> Any:
        async def ask() -> Any:
            async with self.engine.connect() as tx:
                return await question(tx)

        return self.runner.run(ask())

    def _size(self) -> int:
        return int(self._ask(books.size))

    def _balances(self, valid_to: date, size: int) -> Balances:
        found = self._ask(lambda tx: balances_at(tx, valid_to=valid_to, size=size))
        return {one.account: one.amount for one in found if one.amount}

    def _grant(self) -> Grant:
        entries = self._ask(lambda tx: entries_about(tx, {G}))
        return grants_of(entries, kit.ASSOCIATION)[0]

    def _fifo(self, today: date = TODAY) -> Any:
        return fifo_of(self._grant(), today)

    def _booked(self) -> int:
        """As used."""
        return -self.model.balances(date.max, len(self.model.happened)).get(INCOME, 0)

    def _too_much_booked(self, going_back: int) -> int:
        held = self.model.total("disbursement") - self.model.total("repayment") - going_back
        return min(0, held - self._booked())

    def _correct(self, more: int) -> None:
        """Use that was booked and no money is left for is taken back first."""
        if more:
            index = len(self.model.happened)
            self.model.happened.append(Happened(index, "use_recognised", TODAY, {UNUSED: more, INCOME: -more}))

    def _is_closed(self, day: date) -> bool:
        return self.model.closed_until is not None and day <= self.model.closed_until

    def _left_of(self, voucher: Happened) -> tuple[int, int]:
        """What a voucher still is, and what of that counts."""
        paid, counts = int(str(voucher.about["amount"])), int(str(voucher.about["eligible"]))
        for one in self.model.of("refund"):
            if one.about["of"] == voucher.index:
                paid -= int(str(one.about["amount"]))
                counts -= int(str(one.about["eligible"]))
        return paid, counts
