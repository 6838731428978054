"""Which provider takes a message of a channel now: those of its list in their order, as their breakers and rates say.

A second provider is for the next attempt, which begins only after a definite no; nothing here hands over twice.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.breaker import Breaker, Stands
from lotse_notify.domain.bucket import Bucket
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.magic import Recipients, held_back, report_of
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.providers.provider import Journal, MayBegin, Parcel, Probed, Provider, Sighting

NO_PROVIDER_SECONDS = 3_600.0
"""Before it is looked again whether a channel has a provider: a setting of it needs a new start anyway."""
THROTTLED_SECONDS = 30.0
"""The pause after `throttled` without a word of the provider on how long."""
ANSWERED = frozenset({"accepted", "rejected", "throttled"})
"""Endings that show a provider at work; `deferred`, `not_sent` and `unknown` count against it."""
ANSWERED_ALL_THE_SAME = frozenset({"recipient_deferred", "content_deferred", "reload_lock"})
"""Reasons that lie with one recipient or one message, not with the provider."""
NOTHING_LEARNT = frozenset({"withdrawn", "too_late", "no_line"})
"""Reasons for which the provider was not asked at all."""


Report = Callable[[Received], Awaitable[None]]


@dataclass(frozen=True)
class Away:
    """Nobody takes a message of this channel now; `until` is when to ask again."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Guard:
    """Who may be written to, and what it costs."""

    recipients: Recipients
    prices: Prices


class Routed:
    """A provider behind its breaker, its rate and the guard; to the sender it is a provider."""

    def __init__(self, provider: Provider, per_second: float, guard: Guard, clock: Callable[[], float]) -> None:
        self._provider, self._guard, self._clock = provider, guard, clock
        self.report: Report | None = None
        self.breaker = Breaker(probe_seconds=provider.lease_seconds)
        self.bucket = Bucket(per_second)

    @property
    def name(self) -> str:
        """As it stands in attempts, costs and settings."""
        return self._provider.name

    @property
    def channel(self) -> NoticeChannel:
        """What it carries."""
        return self._provider.channel

    @property
    def lease_seconds(self) -> float:
        """Longer than the slowest hand-over."""
        return self._provider.lease_seconds

    @property
    def journal(self) -> Journal | None:
        """Where to ask later what it has; None: it cannot be asked."""
        return self._provider if isinstance(self._provider, Journal) else None

    async def probe(self) -> str:
        """Whether it answers and knows us; a code. Nothing is sent to anybody."""
        return await self._provider.probe() if isinstance(self._provider, Probed) else "unasked"

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        """Hand over one message to this provider and no other, and learn from how it ended."""
        instead = held_back(self._guard.recipients, parcel.channel, parcel.address)
        if instead is not None:
            self.breaker.withdrawn(self._clock())
            return await self._without_provider(instead, parcel, may_begin)
        try:
            outcome = await self._provider.submit(parcel, may_begin)
        except BaseException:
            self.breaker.failed(self._clock())
            raise
        self._learn(outcome)
        return outcome

    async def close(self) -> None:
        """Let go of lines and pools."""
        await self._provider.close()

    def stands(self, now: float) -> Stands:
        """Whether it works, rests, is tried again, or has asked for a pause."""
        state = self.breaker.state(now)
        return "paused" if state == "closed" and self.bucket.is_paused(now) else state

    def _learn(self, outcome: Outcome) -> None:
        now = self._clock()
        if outcome.ending == "throttled":
            self.bucket.pause(now + (outcome.retry_after_seconds or THROTTLED_SECONDS))
        if outcome.reason in NOTHING_LEARNT:
            self.breaker.withdrawn(now)
        elif outcome.ending in ANSWERED or outcome.reason in ANSWERED_ALL_THE_SAME:
            self.breaker.succeeded(now)
        else:
            self.breaker.failed(now)

    async def _without_provider(self, outcome: Outcome, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        """A refusal is one before the first byte; what a magic recipient stands for goes the whole way."""
        if outcome.reason in ("magic_recipient", "living_recipient"):
            return outcome
        if not await may_begin():
            return Outcome("withdrawn", "withdrawn")
        if outcome.receipt_follows and self.report is not None:
            await self.report(report_of(self.name, parcel.reference, parcel.channel, parcel.address))
        return outcome


class Routes:
    """All providers, each channel's in the order in which they are asked."""

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        per_second: Mapping[str, float] | None = None,
        guard: Guard | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        rates, self._guard = per_second or {}, guard or Guard("living", Prices({}))
        self._clock = clock
        self._routed = [Routed(one, rates.get(one.name, 0.0), self._guard, clock) for one in providers]

    @property
    def channels(self) -> frozenset[NoticeChannel]:
        """Those that anybody carries at all."""
        return frozenset(one.channel for one in self._routed)

    @property
    def with_journal(self) -> frozenset[str]:
        """The names of those that can be asked later what they have."""
        return frozenset(one.name for one in self._routed if one.journal is not None)

    @property
    def listed(self) -> Sequence[Routed]:
        """All, each channel's in the order in which they are asked."""
        return tuple(self._routed)

    def choose(self, channel: NoticeChannel, now: datetime, *, before: Sequence[str] = ()) -> Provider | Away:
        """The provider for one message that goes at once: a place in its rate is used up. `now` only dates `until`.

        `before` names who has tried this message, oldest first, and said a definite no: the next try begins with
        whoever has not, then with whoever has tried longest ago.
        """
        tick, soonest, next_one = self._clock(), NO_PROVIDER_SECONDS, None
        tried = {name: place for place, name in enumerate(before)}
        ours = [one for one in self._routed if one.channel == channel]
        for one in sorted(ours, key=lambda one: tried.get(one.name, -1)):
            waits = [one.breaker.away_until(tick), one.bucket.away_until(tick)]
            if waits == [None, None]:
                one.breaker.chosen(tick)
                one.bucket.take(tick)
                return one
            wait = max(until - tick for until in waits if until is not None)
            if next_one is None or wait < soonest:
                soonest, next_one = wait, one
        if next_one is None:
            return Away(now + timedelta(seconds=soonest), "no_provider")
        if next_one.breaker.away_until(tick) is None:  # it works, and this one only has to wait for its turn
            soonest = next_one.bucket.turn(tick) - tick
        return Away(now + timedelta(seconds=soonest), "provider_away")

    def cost_e4(self, provider: str, parcel: Parcel) -> int:
        """By the table, as long as the provider says nothing else; where nobody is spoken to, nothing."""
        if held_back(self._guard.recipients, parcel.channel, parcel.address) is not None:
            return 0
        return self._guard.prices.cost_e4(provider, parcel.address, parcel.segments)

    async def lookup(self, provider: str, started: Mapping[str, datetime], now: datetime) -> Mapping[str, Sighting]:
        """What the provider that was tried has of these references; `unclear` where it cannot be asked."""
        journal = next((one.journal for one in self._routed if one.name == provider), None)
        if journal is None:
            return {reference: Sighting("unclear") for reference in started}
        return await journal.lookup(started, now)

    def report_to(self, report: Report) -> None:
        """Where the receipts of magic recipients go; those of living ones come from their providers."""
        for one in self._routed:
            one.report = report

    def states(self) -> dict[str, Stands]:
        """How each provider stands now."""
        tick = self._clock()
        return {one.name: one.stands(tick) for one in self._routed}

    async def close(self) -> None:
        """Let go of everything."""
        for one in self._routed:
            await one.close()
