"""One concern in a world without a store: its row, its timer, its referrals, decided as the handlers decide."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from lotse_contracts.intake import Act
from lotse_contracts.values import ConcernAction, OutcomeCode, Urgency
from lotse_intake.domain.clocks import Strike, Ticking, started, strike
from lotse_intake.domain.guards import Forbidden, Light, Taker, step_of
from lotse_intake.domain.machine import ENDS, OPEN, Action, Role, State, after_referrals
from lotse_intake.domain.moves import Given, TooManyTags, change_of
from lotse_intake.handlers.moving import BEGINS_ANEW

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
ACTORS = ("w-1", "w-2")


@dataclass
class Row:
    """A concern as its row has it."""

    state: State = "received"
    code: str = "housing"
    sub_code: str | None = None
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
        light = self.light(**seen)
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
        if action in BEGINS_ANEW and before in ENDS:
            self.settled |= set(self.referrals)
        self.history.append((action, before, self.row.state))
        return True

    def light(self, **seen: Any) -> Light:
        """What the guards see of it now."""
        return Light(
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


def apply(world: World, event: tuple[Any, ...]) -> bool:
    """One event; whether the clock has run out with it, which is no loss."""
    match event:
        case ("staff", action, actor, role, to, urgency, good):
            world.act(action, role, actor=actor, given=act_of(action, to, urgency), **takers(actor, to, good))
        case ("person", action):
            world.act(action, "person")
        case ("system",):
            world.act("hand_over", "system")
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


@lru_cache(maxsize=1_000)
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
        duplicate_of=UUID(int=1),
    )


def takers(actor: str, to: str, good: bool) -> dict[str, Any]:
    return {
        "own": Taker(actor),
        "named": Taker(to if good else None),
        "first_contact": good,
        "question_sent": good,
        "seconded": good,
    }
