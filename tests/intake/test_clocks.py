"""Clocks of a concern: set, moved and stopped with it; none is lost, none of an ended concern does anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotse_contracts.intake import Act
from lotse_contracts.values import ConcernAction, OutcomeCode, Urgency
from lotse_intake.domain import clocks
from lotse_intake.domain.clocks import Strike, Ticking, hurried, overtaken, started, strike
from lotse_intake.domain.guards import Forbidden, Light, Taker, step_of
from lotse_intake.domain.machine import ENDS, OPEN, ROLES, STAFF_ACTIONS, STATES, Action, Role, State, after_referrals
from lotse_intake.domain.moves import Given, TooManyTags, change_of

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
URGENCIES: tuple[Urgency, ...] = ("normal", "urgent", "emergency")
SEQUENCES = 12_000
STEPS_MAX = 25


@dataclass
class Row:
    """A concern as its row has it."""

    state: State = "received"
    code: str = "housing"
    urgency: Urgency = "normal"
    tags: list[str] = field(default_factory=list)
    due_at: datetime = started("look", "normal", NOW).due_at
    clock: str | None = "look"
    assignee: str | None = None
    offered_to: str | None = None
    ended_at: datetime | None = None
    restricted: bool = False


@dataclass
class World:
    """One concern, its timer, its referrals, and every timer that there ever was, since a stale one may strike."""

    row: Row = field(default_factory=Row)
    now: datetime = NOW
    timer: Ticking | None = field(default_factory=lambda: started("look", "normal", NOW))
    stale: list[Ticking] = field(default_factory=list)
    referrals: dict[int, bool | None] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    history: list[tuple[Action, State, State]] = field(default_factory=list)

    def act(self, action: Action, role: Role, **seen: Any) -> bool:
        """As the handlers do it: decide, change, and set the clock; False if it is refused."""
        given: Given = seen.pop("given_with", Given())
        light = Light(
            state=self.row.state,
            urgency=self.row.urgency,
            now=self.now,
            assignee=self.row.assignee,
            offered_to=frozenset({self.row.offered_to} if self.row.offered_to else ()),
            acting=frozenset({self.row.assignee} if self.row.assignee else ()),
            ended_at=self.row.ended_at,
            referrals_open=sum(self.referrals[one] is None for one in self.referrals.keys() - self.settled),
            **seen,
        )
        try:
            step = step_of(action, role, light)
            change = change_of(self.row, action, step.rule, light, given)
        except (Forbidden, TooManyTags):
            return False
        if step.second:
            return False
        before = self.row.state
        fields = {name: value for name, value in change.values.items() if hasattr(self.row, name)}
        self.row = replace(self.row, **fields)
        if change.restarts:
            self.set(change.ticking)
        if action == "reopen":
            self.settled |= set(self.referrals)
        self.history.append((action, before, self.row.state))
        return True

    def set(self, ticking: Ticking | None) -> None:
        if self.timer is not None:
            self.stale.append(self.timer)
        self.timer = ticking

    def hear(self, number: int, ended: bool | None) -> None:
        """A fact of referral: `ended` None is sent, then whether with an outcome. Twins are no news."""
        known = self.referrals.get(number, "new")
        fresh = ended if known in ("new", None) or (known is False and ended) else known
        if known == fresh:
            return
        self.referrals[number] = fresh  # type: ignore[assignment]
        if number in self.settled:
            return
        heard = [self.referrals[one] for one in self.referrals.keys() - self.settled]
        action = after_referrals(heard, carried=self.row.assignee is not None)
        outcome: OutcomeCode | None = "need_met" if action == "complete" else None
        self.act(action, "system", given_with=Given(outcome=outcome))

    def strike(self, ticking: Ticking) -> Strike | None:
        """The chassis takes the timer that stands, at its time and no other; a replaced one is gone."""
        if self.timer is not ticking or self.now < ticking.step_at:
            return None
        self.timer = None
        assert self.row.clock == ticking.clock
        done = strike(ticking, self.row.urgency, self.now, restricted=self.row.restricted)
        if done.gives_up:
            assert self.act("mark_unreachable", "system")
            return done
        if done.after is not None:
            self.timer = done.after
            self.row = replace(self.row, due_at=done.after.due_at)
        return done

    def sound(self, ran_out: bool) -> None:
        """What must hold at every moment."""
        row = self.row
        assert (row.ended_at is not None) == (row.state in ENDS)
        assert (row.clock is not None) == (row.state in OPEN)
        if row.state not in OPEN:
            assert self.timer is None, "a clock runs although nothing waits"
        elif not ran_out:
            assert self.timer is not None, "a clock was lost"
            assert self.timer.clock == row.clock
            assert self.timer.due_at == row.due_at
        if row.state in ("assigned", "in_advice", "waiting_for_client"):
            assert row.assignee is not None
        assert row.offered_to is None or row.assignee is not None


ACTORS = ("c-1", "c-2")
STAFF = st.builds(
    lambda action, actor, role, to, urgency, good: ("staff", action, actor, role, to, urgency, good),
    st.sampled_from(STAFF_ACTIONS),
    st.sampled_from(ACTORS),
    st.sampled_from(("counsellor", "coordinator")),
    st.sampled_from(ACTORS),
    st.sampled_from(URGENCIES),
    st.booleans(),
)
HER = st.sampled_from((("person", "write_again"), ("person", "withdraw")))
FACTS = st.tuples(st.just("referral"), st.integers(0, 2), st.sampled_from((None, True, False)))
TIME = st.tuples(st.just("time"), st.sampled_from((1, 24, 24 * 4, 24 * 8, 24 * 30)))
STRIKES = st.sampled_from((("strike",), ("stale",)))
EVENTS = st.lists(st.one_of(STAFF, STAFF, STAFF, HER, FACTS, TIME, STRIKES, STRIKES), max_size=STEPS_MAX)


def apply(world: World, event: tuple[Any, ...]) -> bool:
    """One event; whether the clock has run out with it, which is no loss."""
    match event:
        case ("staff", action, actor, role, to, urgency, good):
            world.act(action, role, actor=actor, given=act_of(action, to, urgency), **takers(actor, to, good))
        case ("person", action):
            world.act(action, "person")
        case ("referral", number, ended):
            world.hear(number, ended)
        case ("time", hours):
            world.now += timedelta(hours=hours)
        case ("strike",) if world.timer is not None:
            done = world.strike(world.timer)
            return done is not None and done.after is None and not done.gives_up
        case ("stale",):
            before = (replace(world.row), world.timer)
            for old in world.stale:
                assert world.strike(old) is None
            assert (world.row, world.timer) == before
    return False


def act_of(action: ConcernAction, to: str, urgency: Urgency) -> Act:
    return Act(
        action=action,
        to=to,
        team="north",
        outcome="need_met",
        reason="other",
        code="work",
        urgency=urgency,
        tags=("a",),
    )


def takers(actor: str, to: str, good: bool) -> dict[str, Any]:
    return {
        "own": Taker(actor),
        "named": Taker(to if good else None),
        "first_contact": good,
        "question_sent": good,
        "seconded": good,
    }


@settings(max_examples=SEQUENCES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(EVENTS)
def test_no_sequence_of_events_loses_a_clock_or_leaves_one_to_what_has_ended(events: Sequence[tuple[Any, ...]]) -> None:
    world, ran_out = World(), False
    for event in events:
        before = world.timer
        ran_out = apply(world, event) or (ran_out and world.timer is before)
        world.sound(ran_out)


@settings(max_examples=2_000, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from((None, True, False))), min_size=1, max_size=4),
    st.sampled_from(("received", "accepted", "assigned", "in_advice", "waiting_for_client")),
    st.randoms(use_true_random=False),
)
def test_referrals_heard_in_any_order_and_any_number_of_times_come_to_one_state(
    facts: list[tuple[int, bool | None]], state: State, random: Any
) -> None:
    carried = state in ("assigned", "in_advice", "waiting_for_client")
    told = [*dict.fromkeys((*facts, *((number, None) for number, _ in facts)))]
    told = [one for one in told if not (one[1] is False and (one[0], True) in told)]  # a referral ends once
    ends = set()
    for order in list(permutations(told))[:24]:
        twice = [*order, *order]
        random.shuffle(twice)
        world = World(row=Row(state=state, assignee="c-1" if carried else None, clock="look"))
        for number, ended in (*order, *twice):
            world.hear(number, ended)
        ends.add(world.row.state)
    assert len(ends) == 1


def test_half_of_the_time_and_the_whole_of_it_are_working_time() -> None:
    friday = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
    look = started("look", "normal", friday)
    assert look.step_at.replace(microsecond=0) == datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
    assert look.due_at.replace(microsecond=0) == datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
    night = started("look", "emergency", datetime(2026, 11, 25, 22, 0, tzinfo=UTC))
    assert (night.step_at, night.due_at) == (
        datetime(2026, 11, 26, 8, 30, tzinfo=UTC),
        datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
    )


def test_the_person_is_reminded_on_the_third_and_the_seventh_day_and_given_up_on_the_twenty_first() -> None:
    ticking: Ticking | None = started("client", "normal", NOW)
    days, tells, gives_up = [], [], []
    while ticking is not None:
        done = strike(ticking, "normal", ticking.step_at, restricted=False)
        days.append((ticking.step_at - NOW).days)
        tells.append(done.tells)
        gives_up.append(done.gives_up)
        ticking = done.after
    assert (days, tells, gives_up) == ([3, 7, 21], [True, True, False], [False, False, True])


def test_after_a_long_outage_nobody_is_given_up_unreminded() -> None:
    late = NOW + timedelta(days=40)
    first = strike(started("client", "normal", NOW), "normal", late, restricted=False)
    assert first.tells
    assert first.after is not None
    assert first.after.step_at == late + timedelta(days=4)
    second = strike(first.after, "normal", first.after.step_at, restricted=False)
    assert second.after is not None
    assert second.after.step_at == late + timedelta(days=4 + 14)
    assert second.after.due_at == second.after.step_at


def test_after_an_outage_the_half_time_is_not_told_beside_the_whole() -> None:
    look = started("look", "normal", NOW)
    assert overtaken(look, look.due_at).step == "due"
    assert strike(look, "normal", look.due_at, restricted=False).says == ("overdue", "escalated")


def test_no_clock_closes_an_emergency_or_what_is_read_only() -> None:
    waiting = Ticking("client", NOW, NOW, "unreachable", NOW)
    for urgency, restricted in (("emergency", False), ("normal", True)):
        done = strike(waiting, urgency, NOW, restricted=restricted)  # type: ignore[arg-type]
        assert (done.gives_up, done.says) == (False, ("escalated",))
        assert done.after is not None
        assert done.after.step_at == NOW + clocks.HELD_WAITS


def test_what_becomes_more_urgent_runs_shorter_and_never_longer() -> None:
    for clock in ("look", "assignment", "first_answer"):
        slow = started(clock, "normal", NOW)
        fast = hurried(clock, "emergency", NOW, running_to=slow.due_at)
        assert fast is not None
        assert fast.due_at < slow.due_at
        assert hurried(clock, "normal", NOW + timedelta(hours=1), running_to=slow.due_at) is None
    now_looked_at = hurried("client", "emergency", NOW, running_to=NOW + timedelta(days=21))
    assert now_looked_at is not None
    assert now_looked_at.clock == "look"


def test_all_states_and_roles_are_in_the_game() -> None:
    world = World()
    assert world.row.state in STATES
    assert set(ROLES) == {"counsellor", "coordinator", "system", "person", "bot"}
