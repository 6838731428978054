"""One side of a referral on a simulated store: what an event makes of it, and what must be true after every commit."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lotse_contracts.values import DeliveryMode, ReferralAnswerName, Urgency
from lotse_referral.domain.answers import ANSWER_OF, states_passed
from lotse_referral.domain.clocks import Due, TimerKind, strike, timers_of
from lotse_referral.domain.machine import ENDS, Action, Role, State
from lotse_referral.domain.referral import Given, Referral, advance, end_told, told


class Said(NamedTuple):
    """Something on its way: an offer, an answer with its version, or that nothing more is to be done."""

    to: str
    what: str
    answer: ReferralAnswerName | None = None
    version: int = 0


class Timer(NamedTuple):
    """One timer as the store keeps it."""

    at: datetime
    entered: str
    postponed: bool = False


@dataclass
class Store:
    """What one side has committed. `ends` are all terminal states that it was ever in."""

    side: str
    held: Referral | None = None
    timers: dict[TimerKind, Timer] = field(default_factory=dict)
    ends: set[State] = field(default_factory=set)
    commits: int = 0

    def check(self) -> None:
        """What must be true after every commit."""
        if self.held is None:
            assert not self.timers
            return
        if self.held.state in ENDS:
            self.ends.add(self.held.state)
        assert len(self.ends) <= 1, f"ended twice: {self.ends}"
        assert bool(self.timers) == self.held.open, f"timers {self.timers} of {self.held.state}"
        wanted = {due.kind for due in timers_of(self.held)}
        for kind, timer in self.timers.items():
            assert kind in wanted
            assert timer.entered == entered(self.held)
        if self.held.open:
            last = max(timers_of(self.held), key=lambda due: due.at)
            assert last.kind in self.timers, f"the last timer of {self.held.state} is lost"


Handled = tuple[Referral | None, dict[TimerKind, Timer], list[Said]]
Event = Callable[[Store, datetime], Handled]


def entered(held: Referral) -> str:
    return f"{held.state}@{held.since.isoformat()}"


def creating(mode: DeliveryMode, urgency: Urgency) -> Event:
    def event(store: Store, now: datetime) -> Handled:
        groups = ("identity",) if mode in ("connected", "link") else ()
        fresh = Referral(
            UUID(int=1), "out", mode, UUID(int=2), "uk", urgency, now, now, partner="partner", field_groups=groups
        )
        return kept(store, replace(fresh, entered_at=now), None)

    return event


def acting(action: Action, role: Role, given: Given) -> Event:
    def event(store: Store, now: datetime) -> Handled:
        if store.held is None:
            return None, {}, []
        return kept(store, advance(store.held, action, role, now, given), role)

    return event


def firing(kind: TimerKind, timer: Timer) -> Event:
    def event(store: Store, now: datetime) -> Handled:
        held = store.held
        if held is None or store.timers.get(kind) != timer:
            return held, store.timers, []  # it was taken, moved or set anew meanwhile
        left = {one: found for one, found in store.timers.items() if one != kind}
        struck = strike(held, Due(kind, timer.at), now, postponed=timer.postponed)
        if struck.again is not None:
            postponed = struck.again.kind == "expire"
            left[struck.again.kind] = Timer(struck.again.at, entered(held), postponed)
        if struck.action is None:
            return held, left, []
        return kept(Store(store.side, held, left), advance(held, struck.action, "system", now), "system")

    return event


def heard(said: Said, mode: DeliveryMode, urgency: Urgency) -> Event:
    def event(store: Store, now: datetime) -> Handled:
        held = store.held
        if said.what == "offer":
            if held is not None:
                return held, store.timers, []
            come = Referral(UUID(int=1), "in", mode, UUID(int=2), "uk", urgency, now, now, state="sent", entered_at=now)
            after, timers, _ = kept(store, advance(come, "deliver", "system", now), "system")
            version = after.version if after is not None else 0
            return after, timers, [Said("sender", "answer", "delivered", version)]
        if said.what == "notice":
            return _stopped(store, held, mode, urgency, now)
        return _answered(store, held, said, now)

    return event


def _stopped(store: Store, held: Referral | None, mode: DeliveryMode, urgency: Urgency, now: datetime) -> Handled:
    if held is None:  # it overtook the offer
        closed = Referral(UUID(int=1), "in", mode, None, "und", urgency, now, now, state="withdrawn", entered_at=now)
        return closed, {}, []
    if not held.open:
        return held, store.timers, []
    return kept(store, advance(held, "withdraw", "person", now, Given(reason="expired")), "person")


def _answered(store: Store, held: Referral | None, said: Said, now: datetime) -> Handled:
    if held is None or said.answer is None:
        return held, store.timers, []
    timers: dict[TimerKind, Timer] = store.timers
    for state in states_passed(held.state, said.answer, version=said.version, heard_version=held.heard_version):
        after, timers, _ = kept(Store(store.side, held, timers), told(held, state, now), None)
        held = after if after is not None else held
    return replace(held, heard_version=max(held.heard_version, said.version)), timers, []


def kept(store: Store, after: Referral, role: Role | None) -> Handled:
    """What a commit keeps: the referral, the clocks of what it has entered, and what is said to the other side."""
    before = store.held
    after = replace(after, steps=())
    if before is not None and after.state == before.state:
        return after, store.timers, []
    timers: dict[TimerKind, Timer] = {due.kind: Timer(due.at, entered(after)) for due in timers_of(after)}
    return after, timers, _said(before, after, role)


def _said(before: Referral | None, after: Referral, role: Role | None) -> list[Said]:
    said: list[Said] = []
    if after.direction == "out" and after.mode == "connected" and after.state == "sent":
        said.append(Said("receiver", "offer"))
    if after.direction == "in" and role == "receiver" and after.state in ANSWER_OF:
        said.append(Said("sender", "answer", ANSWER_OF[after.state], after.version))
    if before is not None and role is not None and end_told(before, after) is not None:
        said.append(Said("receiver", "notice"))
    return said
