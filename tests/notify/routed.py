"""Providers that do as they are told, behind real routes and a clock that is set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.magic import Recipients
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import prices_of
from lotse_notify.providers.provider import MayBegin, Parcel, Sighting
from lotse_notify.providers.routes import Guard, Routes


@dataclass
class Scripted:
    """A provider that does as it is told."""

    name: str
    channel: NoticeChannel = "sms"
    outcome: Outcome = Outcome("accepted", "provider_took_it")  # noqa: RUF009 - frozen
    lease_seconds: float = 30.0
    sent: list[Parcel] = field(default_factory=list)
    closed: bool = False

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        if not await may_begin():
            return Outcome("withdrawn", "withdrawn")
        self.sent.append(parcel)
        return self.outcome

    async def close(self) -> None:
        self.closed = True


class WithJournal(Scripted):
    """One that can be asked later."""

    settle_seconds = 60.0

    async def lookup(self, started: Mapping[str, datetime], now: datetime) -> Mapping[str, Sighting]:
        return {reference: Sighting("found", f"{self.name}-{reference}") for reference in started}


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def routes(
    clock: Clock, *providers: Scripted, rates: dict[str, float] | None = None, recipients: Recipients = "living"
) -> Routes:
    guard = Guard(recipients, prices_of("first=750 first+380=1200"))
    return Routes(providers, per_second=rates, guard=guard, clock=clock)
