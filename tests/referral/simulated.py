"""Two sides of one referral on simulated stores: the pure machine and clocks between crashes, doubles and wrong clocks.

Each event is handled in a transaction that may be lost before its commit, and said again after it. What is said lies in
the network until somebody hears it, in any order and any number of times.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lotse_contracts.values import DeliveryMode, Urgency
from lotse_referral.domain.clocks import KINDS
from lotse_referral.domain.machine import ACTIONS, Action, Forbidden, Role, allowed_actions
from lotse_referral.domain.referral import Given
from tests.referral.simulated_store import Event, Said, Store, acting, creating, firing, heard

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
