"""By which ways something of a category is told, in which order, or why by none of them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import get_args

from lotse_contracts.values import NoticeCategory, NoticeChannel
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.contact import Contact

CHANNELS: tuple[NoticeChannel, ...] = get_args(NoticeChannel)
CATEGORIES: tuple[NoticeCategory, ...] = get_args(NoticeCategory)
MAY_BE_OFF: frozenset[NoticeCategory] = frozenset(CATEGORIES) - {
    entry.category for entry in CATALOGUE.values() if entry.essential
}
"""What she can do without; for the rest she may change the way, and end all messages, but never lose one by itself."""


@dataclass(frozen=True)
class Plan:
    """The channels to try, one after the other; `because` says why there is none."""

    channels: tuple[NoticeChannel, ...]
    because: str = ""


def plan_of(
    contact: Contact,
    category: NoticeCategory,
    *,
    served: Collection[NoticeChannel] = CHANNELS,
    answers_stop: bool = False,
) -> Plan:
    """Her own chain, with what she chose for this category in front; `served` are the channels that have a provider.

    What answers a STOP goes by SMS, the way that was ended, and by no other. Reasons: `no_channel`, `category_off`,
    `no_provider`, or the hindrance of her first point.
    """
    if answers_stop:
        return Plan(("sms",)) if contact.point_on("sms", despite_stop=True) else Plan((), "no_channel")
    choice = contact.choices.get(category)
    if choice == "off" and category in MAY_BE_OFF:
        return Plan((), "category_off")
    open_ways = tuple(dict.fromkeys(point.channel for point in contact.points if point.hindrance is None))
    if not open_ways:
        return Plan((), next((point.hindrance for point in contact.points if point.hindrance), "no_channel"))
    ordered = sorted(open_ways, key=lambda channel: channel != choice)  # stable: the rest stays in her order
    carried = tuple(channel for channel in ordered if channel in served)
    return Plan(carried) if carried else Plan((), "no_provider")
