"""How a person may be told: her own ordered chain of ways, as intake last said it and as she has chosen since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Literal
from uuid import UUID

from lotse_contracts.values import ContactKind, Detail, NoticeCategory, NoticeChannel, RecipientLanguage

PointHindrance = Literal[
    "invalid_address", "not_mobile", "russian_operator", "unsafe", "no_message_left", "dead", "opted_out"
]
"""Why nothing goes to one way, though others may be open: not an address, no phone that takes SMS, a Russian operator
carries it, not safe, may be called but not written to, proved dead, ended by herself."""
CAREFUL: frozenset[PointHindrance] = frozenset({"unsafe", "no_message_left"})
Choice = NoticeChannel | Literal["off"]
"""What she chose for a category: which way comes first, or nothing at all where she can do without."""


@dataclass(frozen=True)
class SafeWindow:
    """When something may be sent to a point: days (1 is Monday, 7 Sunday), from `starts` until `ends`, Dresden time."""

    weekdays: frozenset[int]
    starts: time
    ends: time


@dataclass(frozen=True)
class Point:
    """One way to tell her something. `hindrance`: nothing goes there, and why. `hours` empty: at any decent hour.

    `checked`: False where it is from before addresses were checked.
    """

    point_id: UUID
    channel: NoticeChannel
    hindrance: PointHindrance | None = None
    detail: Detail = "neutral"
    shared: bool = False
    hours: tuple[SafeWindow, ...] = ()
    checked: bool = True

    @property
    def shown(self) -> Detail:
        """What a message there may show: others read along on a shared one, and Telegram only nudges."""
        return "neutral" if self.shared or self.channel == "telegram" else self.detail


@dataclass(frozen=True)
class Contact:
    """Everything about telling her but the addresses themselves; `points` are in her own order.

    `version` rises with every change of anything here, `said_version` is that of intake's order.
    """

    version: int
    said_at: datetime
    languages: tuple[RecipientLanguage, ...]
    consented: bool
    safe: bool
    points: tuple[Point, ...] = ()
    choices: Mapping[NoticeCategory, Choice] = field(default_factory=dict)
    said_version: int = 0

    @property
    def kind(self) -> ContactKind:
        """The first way that intake named."""
        for point in self.points:
            if point.channel != "telegram":
                return point.channel
        return "none"

    @property
    def usable(self) -> bool:
        """Whether anything can be sent to any of them."""
        return any(point.hindrance is None for point in self.points)

    @property
    def detail(self) -> Detail:
        """What a message to the first usable way may show."""
        return next((point.shown for point in self.points if point.hindrance is None), "neutral")

    def point_on(self, channel: NoticeChannel, *, despite_stop: bool = False) -> Point | None:
        """Where a message on this channel goes: the first usable point there, or None.

        `despite_stop`: for the one message that answers a STOP, which goes by the way that was ended.
        """
        wanted = "opted_out" if despite_stop else None
        return next((one for one in self.points if one.channel == channel and one.hindrance == wanted), None)

    def another_on(self, channel: NoticeChannel, than: UUID | None) -> bool:
        """Whether something can be sent on this channel by another way than this one; False if nobody knows which."""
        ours = (one for one in self.points if one.channel == channel and one.hindrance is None)
        return than is not None and any(one.point_id != than for one in ours)


def with_chat_rules(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """A chat is on one of her phones, nobody knows which: it is as careful as the most careful of her other ways."""
    named = [one for one in points if one.channel != "telegram"]
    closed = next((one.hindrance for one in named if one.hindrance in CAREFUL), None)
    hours: tuple[SafeWindow, ...] = ()
    for one in named:
        hours = within(hours, one.hours) if hours and one.hours else hours or one.hours
        if one.hours and not hours:
            closed = closed or "unsafe"  # there is no hour at which all of them are safe
    return tuple(
        replace(one, hindrance=one.hindrance or closed, hours=hours) if one.channel == "telegram" else one
        for one in points
    )


def within(some: Sequence[SafeWindow], others: Sequence[SafeWindow]) -> tuple[SafeWindow, ...]:
    """When both are safe; empty: never."""
    return tuple(
        SafeWindow(days, max(one.starts, other.starts), min(one.ends, other.ends))
        for one in some
        for other in others
        if (days := one.weekdays & other.weekdays) and max(one.starts, other.starts) < min(one.ends, other.ends)
    )
