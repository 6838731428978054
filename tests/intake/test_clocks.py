"""Clocks of a concern: set, moved and stopped with it; none is lost, none of an ended concern does anything."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotse_contracts.values import Urgency
from lotse_intake.domain import clocks
from lotse_intake.domain.clocks import Ticking, hurried, overtaken, started, strike
from lotse_intake.domain.guards import Taker, allowed_actions
from lotse_intake.domain.machine import ACTIONS, ROLES, STAFF_ACTIONS, STATES, Action, Role, State
from tests.intake.clockwork import ACTORS, NOW, Row, World, apply

STAFF_ROLES: tuple[Role, ...] = ("counsellor", "coordinator")
URGENCIES: tuple[Urgency, ...] = ("normal", "urgent", "emergency")
SEQUENCES = 10_000  # with a seed that is named; hypothesis has some more, and makes what it finds small
STEPS_MAX = 16


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


def lived_through(events: Callable[[World], Iterator[tuple[Any, ...]]]) -> World:
    world, ran_out = World(), False
    for event in events(world):
        before = world.timer
        ran_out = apply(world, event) or (ran_out and world.timer is before)
        world.sound(ran_out)
    return world


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(EVENTS)
def test_no_sequence_of_events_loses_a_clock_or_leaves_one_to_what_has_ended(events: Sequence[tuple[Any, ...]]) -> None:
    lived_through(lambda _: iter(events))


def test_ten_thousand_sequences_lose_no_clock() -> None:
    passed: set[tuple[Action, State]] = set()
    for seed in range(SEQUENCES):
        dice = random.Random(seed)  # noqa: S311 - repeats, and keeps no secret
        try:
            world = lived_through(partial(life, dice))
        except AssertionError:
            print(f"seed {seed}")
            raise
        passed |= {(action, state) for action, _, state in world.history}
    assert {state for _, state in passed} == set(STATES)
    assert {action for action, _ in passed} == set(ACTIONS)


def life(dice: random.Random, world: World) -> Iterator[tuple[Any, ...]]:
    return (drawn(dice, world) for _ in range(STEPS_MAX))


def drawn(dice: random.Random, world: World) -> tuple[Any, ...]:
    """One event, as `EVENTS` has them; half of what staff do is something that they may do now."""
    kinds = ("staff", "person", "referral", "time", "strike", "stale", "system")
    kind = dice.choices(kinds, (18, 2, 2, 2, 4, 2, 1))[0]
    match kind:
        case "staff":
            who, to, role = dice.choice(ACTORS), dice.choice(ACTORS), dice.choice(STAFF_ROLES)
            good, urgency = dice.random() < 0.6, dice.choice(URGENCIES)
            now = allowed_actions(role, world.light(actor=who, own=Taker(who), first_contact=True, question_sent=True))
            action = dice.choice(now if now and dice.random() < 0.5 else STAFF_ACTIONS)
            return ("staff", action, who, role, to, urgency, good)
        case "person":
            return ("person", dice.choice(("write_again", "write_again", "withdraw")))
        case "referral":
            return ("referral", dice.randrange(3), dice.choice((None, True, False)))
        case "time":
            return ("time", dice.choice((1, 24, 24 * 4, 24 * 8, 24 * 30)))
    return (kind,)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from((None, True, False))), min_size=1, max_size=4),
    st.sampled_from(("received", "accepted", "assigned", "in_advice", "waiting_for_client")),
    st.integers(0, 1_000),
)
def test_referrals_heard_in_any_order_and_any_number_of_times_come_to_one_state(
    facts: list[tuple[int, bool | None]], state: State, seed: int
) -> None:
    carried = state in ("assigned", "in_advice", "waiting_for_client")
    told = [*dict.fromkeys((*facts, *((number, None) for number, _ in facts)))]
    told = [one for one in told if not (one[1] is False and (one[0], True) in told)]  # a referral ends once
    ends = set()
    for order in list(permutations(told))[:24]:
        twice = [*order, *order]
        random.Random(seed).shuffle(twice)  # noqa: S311 - repeats, and keeps no secret
        world = World(row=Row(state=state, assignee="w-1" if carried else None, clock="look"))
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
