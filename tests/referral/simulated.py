"""Two sides of one referral on simulated stores: the pure machine and clocks between crashes, doubles and wrong clocks.

Each event is handled in a transaction that may be lost before its commit, and said again after it. What is said lies in
the network until somebody hears it, in any order and any number of times.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from lotse_contracts.values import DeliveryMode, ReferralAnswerName, Urgency
from lotse_referral.domain.answers import ANSWER_OF, states_passed
from lotse_referral.domain.clocks import KINDS, Due, TimerKind, strike, timers_of
from lotse_referral.domain.machine import ACTIONS, ENDS, Action, Forbidden, Role, State, allowed_actions
from lotse_referral.domain.referral import Given, Referral, advance, end_told, told

START = datetime(2026, 11, 24, 11, tzinfo=UTC)
STEPS_MAX = 60
HORIZON = timedelta(days=400)
SENSIBLE, PATIENT = 0.7, 0.9
ENDING: tuple[Action, ...] = ("withdraw", "reroute", "mark_error", "decline", "fail")
REASONS = ("no_capacity", "no_show", "client_request", "error", None)
DESK: tuple[Action, ...] = tuple(
    action
    for action in ACTIONS
    if action not in ("send", "refuse_fields", "lose_consent", "expire", "give_up", "remind")
)


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


@dataclass
class World:
    """Both sides, what is on its way, and the clock."""

    luck: random.Random
    mode: DeliveryMode
    urgency: Urgency
    now: datetime = START
    sender: Store = field(default_factory=lambda: Store("sender"))
    receiver: Store = field(default_factory=lambda: Store("receiver"))
    network: list[Said] = field(default_factory=list)
    again: list[tuple[Store, Event]] = field(default_factory=list)
    crashes: int = 0

    def handle(self, store: Store, event: Event, *, calmly: bool = False) -> None:
        """In one transaction: lost before the commit, committed, or committed and said again."""
        fate = 1.0 if calmly else self.luck.random()
        try:
            held, timers, said = event(store, self.now)
        except Forbidden:
            return
        if fate < 0.08:
            self.crashes += 1
            self.again.append((store, event))
            return
        store.held, store.timers = held, timers
        store.commits += 1
        self.network += said
        store.check()
        if fate < 0.16:
            self.crashes += 1
            self.again.append((store, event))

    # What can happen

    def desk(self, store: Store) -> None:
        """Often what the table offers, as a desk does; now and then anything at all."""
        roles: tuple[Role, ...] = ("sender", "receiver_by_staff", "person")
        role: Role = "receiver" if store.side == "receiver" else self.luck.choice(roles)
        held, action = store.held, self.luck.choice(DESK)
        if held is not None and self.luck.random() < SENSIBLE:
            offered = allowed_actions(held.state, role, held.mode, named=held.named)
            helpful = [one for one in offered if one not in ENDING] or offered
            chosen = helpful if self.luck.random() < PATIENT else offered
            action = self.luck.choice(chosen) if chosen else action
        self.handle(store, acting(action, role, self.given(action)))

    def given(self, action: Action) -> Given:
        """What comes with it, mostly what it needs."""
        fitting = {"decline": "no_capacity", "fail": "no_show", "withdraw": "client_request"}.get(action)
        return Given(
            reason=fitting if self.luck.random() < SENSIBLE else self.luck.choice(REASONS),
            outcome=self.luck.choice((None, "need_met", "need_met")),
            question=self.luck.choice((None, "other", "other")),
            more_fields=self.luck.random() < 0.3,
            times=self.luck.random() < 0.7,
            follower=self.luck.random() < 0.5,
            fresh_match=self.luck.random() < 0.5,
        )

    def intake(self) -> None:
        covers = self.luck.random() < 0.8
        action: Action = self.luck.choice(("send", "send", "send", "refuse_fields", "lose_consent"))
        given = Given(reason="consent_withdrawn", consent_covers=covers, more_fields=True)
        self.handle(self.sender, acting(action, "system", given))

    def deliver(self) -> None:
        if not self.network:
            return
        place = self.luck.randrange(len(self.network))
        said = self.network[place]
        if self.luck.random() > 0.25:
            self.network.pop(place)
        self.hear(said)

    def hear(self, said: Said, *, calmly: bool = False) -> None:
        store = self.sender if said.to == "sender" else self.receiver
        self.handle(store, heard(said, self.mode, self.urgency), calmly=calmly)

    def clock(self) -> None:
        """Time passes, jumps, or is set back; then whatever is due may fire, in any order, or wait."""
        hours = self.luck.choice((0.2, 0.2, 2, 2, 9, 20, 60, 24 * 20, 24 * 40, -5))
        self.now = max(START, self.now + timedelta(hours=hours))
        for store in (self.sender, self.receiver):
            self.fire(store)

    def fire(self, store: Store, *, calmly: bool = False) -> None:
        due = [kind for kind in KINDS if kind in store.timers and store.timers[kind].at <= self.now]
        if not calmly:
            self.luck.shuffle(due)
        for kind in due:
            if kind in store.timers and store.timers[kind].at <= self.now:
                self.handle(store, firing(kind, store.timers[kind]), calmly=calmly)

    def repeat(self) -> None:
        if self.again:
            self.handle(*self.again.pop(self.luck.randrange(len(self.again))))

    def live(self) -> None:
        """A life at random, and then whatever is left over is settled."""
        self.handle(self.sender, creating(self.mode, self.urgency), calmly=True)
        happenings = (
            *(lambda: self.desk(self.sender),) * 4,
            *(lambda: self.desk(self.receiver),) * 4,
            *(self.intake,) * 3,
            *(self.deliver,) * 7,
            self.clock,
            self.repeat,
        )
        for _ in range(self.luck.randrange(4, STEPS_MAX)):
            self.luck.choice(happenings)()
        self.settle()

    def settle(self) -> None:
        """Everybody is there again: all that waits is heard, all clocks run, and she takes back what is still open."""
        until = self.now + HORIZON
        while self.now < until:
            self.calm()
            ahead = [timer.at for store in (self.sender, self.receiver) for timer in store.timers.values()]
            if not ahead:
                break
            self.now = max(self.now, min(ahead))
            for store in (self.sender, self.receiver):
                self.fire(store, calmly=True)
        self.handle(self.sender, acting("withdraw", "person", Given(reason="client_request")), calmly=True)
        self.calm()

    def calm(self) -> None:
        while self.again or self.network:
            while self.again:
                store, event = self.again.pop()
                self.handle(store, event, calmly=True)
            if self.network:
                self.hear(self.network.pop(self.luck.randrange(len(self.network))), calmly=True)


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


def lives(seed: int, number: int, modes: Sequence[DeliveryMode]) -> dict[str, int]:
    """Live that many lives; how they ended, by state of the sender's side, and how often somebody crashed."""
    luck = random.Random(seed)  # noqa: S311 - chance, not a secret
    ends = {"crashes": 0, "commits": 0}
    for _ in range(number):
        world = World(luck, luck.choice(modes), luck.choice(("normal", "urgent", "emergency")))
        world.live()
        (end,) = world.sender.ends
        assert world.sender.held is not None
        assert world.sender.held.state == end
        if world.receiver.held is not None:
            assert len(world.receiver.ends) == 1, f"the receiver is left with {world.receiver.held.state}"
        ends[end] = ends.get(end, 0) + 1
        ends["crashes"] += world.crashes
        ends["commits"] += world.sender.commits + world.receiver.commits
    return ends
