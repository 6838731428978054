"""What sending asks of whoever carries messages: one small interface, and outcomes that are closed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.mail import Mail
from lotse_notify.domain.outcome import Outcome

MayBegin = Callable[[], Awaitable[bool]]
"""Commits that the content begins; False: it must not, nothing has left, and the provider returns `withdrawn`."""


@dataclass(frozen=True)
class Parcel:
    """What is handed over once. `reference` is the attempt's id, which receipts come back with.

    `useful_by` is the provider's validity: a message that arrives later harms. The repr shows neither address nor text.
    """

    reference: str
    channel: NoticeChannel
    address: str = field(repr=False)
    useful_by: datetime
    mail: Mail | None = field(default=None, repr=False)  # for e-mail
    text: str = field(default="", repr=False)  # for SMS and Telegram
    segments: int = 0


class Provider(Protocol):
    """Somebody who carries messages of one channel."""

    @property
    def name(self) -> str:
        """As it stands in attempts, costs and settings."""

    @property
    def channel(self) -> NoticeChannel:
        """What it carries."""

    @property
    def lease_seconds(self) -> float:
        """Longer than the slowest hand-over: who holds a message longer is gone."""

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        """Hand over one message; never repeats by itself. After `may_begin` all but a clear answer is `unknown`."""

    async def close(self) -> None:
        """Let go of lines and pools."""


Seen = Literal["found", "absent", "unclear"]
"""`absent`: its journal is complete for that time, and the message is not in it; a definite no."""


@dataclass(frozen=True)
class Sighting:
    """What a provider answers when it is asked later about a reference."""

    seen: Seen
    provider_id: str = ""


@runtime_checkable
class Journal(Protocol):
    """A provider that can be asked later what it has."""

    @property
    def settle_seconds(self) -> float:
        """How long after a try its journal shows everything; asked before that, nothing is `absent`."""

    async def lookup(self, started: Mapping[str, datetime], now: datetime) -> Mapping[str, Sighting]:
        """Which of these references it has, each tried at its time. Asking sends nothing."""


@runtime_checkable
class Probed(Protocol):
    """A provider that can be asked whether it answers and knows us."""

    async def probe(self) -> str:
        """A code: `answers`, `answers_with_reports`, or why not. Nothing is sent to anybody."""
