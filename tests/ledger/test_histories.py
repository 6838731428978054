"""Random histories through the orders of a treasurer, compared step by step with books kept the slow way."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from lotse_contracts import ledger as said
from lotse_ledger.domain.reports.lines import headroom
from tests import kit
from tests.ledger import given
from tests.ledger.naive import Happened, Naive
from tests.ledger.two_books import BANK, INCOME, TODAY, UNUSED, G, TwoBooks

Database = Callable[[str], kit.ServiceDatabase]

EXAMPLES, STEPS = 10, 24
GIVEN = 2  # the award and the plan, which stay
LINES = ("fees", "material", "personnel")
DAYS = st.sampled_from([date(2026, month, day) for month in range(1, 11) for day in (1, 15)])
"""Few enough that days meet: what is closed, used and asked for on one and the same."""
EDGE = st.sampled_from((-1, 0, 1))
CENTS = st.integers(1, 400)
AWARDED, ASKED, DISBURSED = (f"grant:{G}:2026:{name}" for name in ("awarded", "drawdown_requested", "disbursed"))
PLACE: dict[str, Any] = {"grant_id": G, "standing": "demo"}


class Histories(TwoBooks):
    """What happens to a grant, and what is asked about it."""

    @initialize(
        financing=st.sampled_from(("share", "shortfall", "fixed", "full")),
        amount=st.integers(100, 2_000),
        funds=st.tuples(st.integers(0, 300), st.integers(0, 300)),
        part=st.integers(1, 100),
        on=DAYS,
    )
    def awarded(self, financing: str, amount: int, funds: tuple[int, int], part: int, on: date) -> None:
        """And some of it arrived: most of what can go wrong needs money."""
        own, other = (0, 0) if financing == "full" else funds
        costs = amount + own + other
        plan = {"fees": costs // 4, "material": costs // 4, "personnel": costs - 2 * (costs // 4)}
        self.model = Naive(financing, amount, plan, own, other)
        order = given.award(amount=amount, financing_type=financing)
        self._do(order, "decision", date(2025, 11, 20), {AWARDED: amount, "commitment:city": -amount})
        kinds: Any = (("city", amount, "grant"), ("own", own, "own"), ("land", other, "third_party_public"))
        funding = tuple(said.PlanLine(line=line, title=line, amount=cents, kind=kind) for line, cents, kind in kinds)
        lines = tuple(said.PlanLine(line=line, title=line, amount=cents) for line, cents in plan.items())
        self._do(given.plan(costs=lines, funding=funding, state="approved"), "plan", date(2025, 11, 18), {})
        self._ask_for(max(1, amount * part // 100), date(2026, 1, 1))
        self._arrive(self.asked[0], self.asked[0][1], on)

    @rule(line=st.sampled_from(LINES), amount=CENTS, counts=st.integers(0, 100), on=DAYS)
    def paid(self, line: str, amount: int, counts: int, on: date) -> None:
        eligible = amount if counts > 20 else amount * counts // 20
        order = given.voucher(line=line, amount=amount, eligible=eligible, paid_on=on.isoformat())
        postings = {f"expense:{G}:{line}": eligible, f"expense:ineligible:{G}": amount - eligible, BANK: -amount}
        about = {"line": line, "amount": amount, "eligible": eligible, "id": order.voucher_id, "back": 0}
        self._do(order, "voucher", on, postings, about, closed=self._is_closed(on))

    @precondition(lambda self: self.model.of("voucher"))
    @rule(data=st.data(), amount=CENTS, after=st.integers(0, 40))
    def came_back(self, data: st.DataObject, amount: int, after: int) -> None:
        voucher = data.draw(st.sampled_from(self.model.of("voucher")))
        on = voucher.day + timedelta(days=after)
        paid, counts = self._left_of(voucher)
        order = said.RecordRefund(
            refund_id=uuid4(),
            voucher_id=UUID(str(voucher.about["id"])),
            amount=amount,
            received_on=on.isoformat(),
            reason="zurück",
            **PLACE,
        )
        refused = "over_voucher" if amount > paid else None
        if refused is None:
            back, rest = amount * counts // paid, amount * (paid - counts) // paid
            # The cent left over goes to the larger remainder; of equal ones to what counts.
            if back + rest < amount and amount * counts % paid >= amount * (paid - counts) % paid:
                back += 1
            line = voucher.about["line"]
            postings = {f"expense:{G}:{line}": -back, f"expense:ineligible:{G}": back - amount, BANK: amount}
            about = {"of": voucher.index, "amount": amount, "eligible": back}
            self._do(order, "refund", on, postings, about, closed=self._is_closed(on))
        else:
            self._refused(order, refused)

    @rule(amount=st.integers(1, 900), on=DAYS)
    def asked_for(self, amount: int, on: date) -> None:
        self._ask_for(amount, on)

    @rule(edge=EDGE, on=DAYS)
    def asked_for_the_rest(self, edge: int, on: date) -> None:
        left = self.model.balances(date.max, len(self.model.happened)).get(AWARDED, 0)
        self._ask_for(max(1, left + edge), on)

    def _ask_for(self, amount: int, on: date) -> None:
        order = given.drawdown(amount=amount, requested_on=on.isoformat())
        left = self.model.balances(date.max, len(self.model.happened)).get(AWARDED, 0)
        if amount > left:
            self._refused(order, "over_award")
        elif self._do(order, "drawdown", on, {ASKED: amount, AWARDED: -amount}, closed=self._is_closed(on)):
            self.asked.append((order.drawdown_id, amount, self.model.happened[-1]))

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), amount=st.integers(1, 900), on=DAYS)
    def arrived(self, data: st.DataObject, amount: int, on: date) -> None:
        self._arrive(data.draw(st.sampled_from(self.asked)), amount, on)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), edge=EDGE, on=DAYS)
    def the_rest_arrived(self, data: st.DataObject, edge: int, on: date) -> None:
        chosen = data.draw(st.sampled_from(self.asked))
        self._arrive(chosen, max(1, self._not_arrived(chosen) + edge), on)

    def _not_arrived(self, chosen: tuple[UUID, int, Happened]) -> int:
        came = [one for one in self.model.of("disbursement") if one.about["asked"] == chosen[0]]
        return chosen[1] - sum(int(str(one.about["amount"])) for one in came)

    def _arrive(self, chosen: tuple[UUID, int, Happened], amount: int, on: date) -> None:
        drawdown_id, _, entry = chosen
        order = said.RecordDisbursement(
            disbursement_id=uuid4(),
            drawdown_id=drawdown_id,
            amount=amount,
            budget_year=2026,
            credited_on=on.isoformat(),
            **PLACE,
        )
        left = self._not_arrived(chosen)
        if entry not in self.model.alive():
            self._refused(order, "unknown_drawdown")
        elif left == 0 or amount > left:
            self._refused(order, "over_drawdown" if left else "drawdown_ended")
        else:
            postings = {DISBURSED: amount, ASKED: -amount, BANK: amount, UNUSED: -amount}
            about = {"amount": amount, "asked": drawdown_id}
            self._do(order, "disbursement", on, postings, about, closed=self._is_closed(on))

    @rule(amount=CENTS, on=DAYS, source=st.sampled_from(("own", "third_party_public", "participants")))
    def received(self, amount: int, on: date, source: Any) -> None:
        order = said.RecordIncome(
            income_id=uuid4(),
            source=source,
            amount=amount,
            received_on=on.isoformat(),
            **PLACE,
        )
        postings = {BANK: amount, f"income:{source}:{G}": -amount}
        kind = "own" if source == "own" else "other"
        self._do(order, kind, on, postings, {"amount": amount}, closed=self._is_closed(on))

    @rule(amount=CENTS, edge=st.none() | EDGE)
    def given_back(self, amount: int, edge: int | None) -> None:
        """Any amount, or as much as there is, or a cent more or less."""
        on = TODAY
        amount = amount if edge is None else max(1, self._fifo().unused + edge)
        order = said.RecordRepayment(
            repayment_id=uuid4(), amount=amount, paid_on=on.isoformat(), budget_year=2026, **PLACE
        )
        unused = self._fifo().unused
        if amount > unused:
            self._refused(order, "over_disbursement")
        else:
            assert self._try(order) is None
            self._correct(self._too_much_booked(amount))
            recovered = f"grant:{G}:2026:recovered"
            postings = {UNUSED: amount, BANK: -amount, recovered: amount, DISBURSED: -amount}
            self.model.happened.append(
                Happened(len(self.model.happened), "repayment", on, postings, {"amount": amount})
            )
            self._compare()

    @precondition(lambda self: len(self.model.happened) > GIVEN)
    @rule(data=st.data())
    def taken_back(self, data: st.DataObject) -> None:
        """Whatever nothing stands on; a reversal as well."""
        target = data.draw(st.sampled_from(self.model.happened[GIVEN:]))
        order = said.ReverseEntry(reversal_id=uuid4(), log_index=target.index, reason="falsch")
        before = len(self.model.happened)
        on = self.model.open_day(target.day)
        postings = {account: -amount for account, amount in target.postings.items()}
        code = self._try(order)
        if code is None:
            reversal = Happened(before, "reversal", on, postings, reverses=target.index)
            self.model.happened.append(reversal)
            more = self._too_much_booked(0)
            self.model.happened.pop()
            self._correct(more)
            reversal.index = len(self.model.happened)
            self.model.happened.append(reversal)
        twice = any(one.reverses == target.index for one in self.model.happened[:before])
        if twice or target.kind == "period_closed":
            assert code in ("reversed_twice", "not_reversible", "depended_on")
        else:
            assert code in (None, "depended_on")
        self._compare()

    @rule(until=DAYS)
    def closed(self, until: date) -> None:
        """By two people; what was used until then is booked."""
        order = said.ClosePeriod(period_id=uuid4(), until=until.isoformat(), standing="demo")
        if self._is_closed(until):
            self._refused(order, "period_closed")
            return
        approve = said.ApprovePeriod(period_id=order.period_id)
        self._do(order, "period_close_asked", TODAY, {})
        self._refused(approve, "second_person_needed")
        before = self._size()
        held = self.model.total("disbursement") - self.model.total("repayment")
        used = min(self._fifo(until).recognised, held) - self._booked()
        assert self._try(approve, actor="treasurer-2") is None
        if used:
            postings = {UNUSED: used, INCOME: -used}
            self.model.happened.append(Happened(before, "use_recognised", until, postings))
        self.model.happened.append(Happened(len(self.model.happened), "period_closed", TODAY, {}))
        self.model.closed_until = until
        self._compare()

    @precondition(lambda self: self.last_order is not None)
    @rule()
    def said_again(self) -> None:
        """The same order changes nothing."""
        assert self.last_order is not None
        assert self._try(self.last_order) is None
        self._compare()

    # What is asked

    @rule(valid_to=DAYS, part=st.floats(0, 1))
    def asked_of_the_past(self, valid_to: date, part: float) -> None:
        """An answer is what it should be, and stays what it was."""
        size = round(part * len(self.model.happened))
        found = self._balances(valid_to, size)
        assert found == self.model.balances(valid_to, size)
        self.answered.append((valid_to, size, found))
        for earlier, known, before in self.answered:
            assert self._balances(earlier, known) == before

    @rule(line=st.sampled_from(LINES), amount=st.integers(1, 1_500))
    def what_if(self, line: str, amount: int) -> None:
        """Headroom says what one more payment would count, where all that was paid counts."""
        spent = self.model.spent()
        room = headroom(self._grant(), line, amount)
        more = self.model.eligible({**spent, line: spent.get(line, 0) + amount}) - self.model.eligible(spent)
        if self.model.eligible(spent) == sum(spent.values()):
            assert room.counts == more
        assert room.needs_approval == (room.counts < amount)


def test_random_histories_agree_with_books_kept_the_slow_way(database: Database) -> None:
    class Here(Histories):
        open_database = staticmethod(lambda: database("ledger"))

    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=(Phase.generate,),  # every step of a history is an order to a real database: no time to shrink
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Here, settings=limits)
