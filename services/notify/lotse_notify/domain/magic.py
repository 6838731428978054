"""Recipients that exist for tests only: nobody living can have them, so each can stand for an outcome.

Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes" (mobile: 07700 900000 to 900999, 2026-11);
RFC 2606 and RFC 6761, names reserved for examples and tests.
"""

import re
from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.hooks import Received
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.receipts import Says

Recipients = Literal["living", "magic", "local"]
"""`living`: all but magic ones. `magic`: only those, and no provider is spoken to. `local`: anybody, by a provider that
delivers nowhere."""

DRAMA_NUMBER = re.compile(r"^\+447700900([0-9]{3})$")
RESERVED_NAME = re.compile(r"(^|\.)(example\.(org|com|net)|example|test|invalid|localhost)$", re.IGNORECASE)

REFUSED = Outcome("rejected", "magic_recipient", no_way=True)
NOT_MAGIC = Outcome("rejected", "living_recipient")

OUTCOMES: Mapping[str, Outcome] = {
    "001": Outcome("accepted", "magic", receipt_follows=True),
    "002": Outcome("rejected", "recipient_refused", no_way=True),
    "003": Outcome("unknown", "answer_missing"),
    "004": Outcome("throttled", "too_many", retry_after_seconds=60.0),
    "005": Outcome("deferred", "gateway_busy"),
    "006": Outcome("not_sent", "provider_away"),
    "007": Outcome("accepted", "magic", receipt_follows=True),
}
"""By the last three digits of a drama number; `001` is reported as delivered, `007` as not."""
NAMES: Mapping[str, str] = {
    "accepted": "001",
    "rejected": "002",
    "unknown": "003",
    "throttled": "004",
    "deferred": "005",
    "away": "006",
    "undelivered": "007",
}
"""The same by what stands before the @ of a reserved address. All others are accepted, and no receipt comes."""
TAKEN = Outcome("accepted", "magic")


def is_magic(channel: NoticeChannel, address: str) -> bool:
    """Whether nobody living can have this address. Telegram has none of that kind."""
    if channel == "sms":
        return DRAMA_NUMBER.fullmatch(address) is not None
    return channel == "email" and RESERVED_NAME.search(address.rpartition("@")[2].rstrip(".")) is not None


def held_back(recipients: Recipients, channel: NoticeChannel, address: str) -> Outcome | None:
    """Why nothing may be handed to a provider for this address; None: it may."""
    magic = is_magic(channel, address)
    if recipients == "living":
        return REFUSED if magic else None
    if recipients == "magic":
        return outcome_of(channel, address) if magic else NOT_MAGIC
    return None


def report_of(provider: str, reference: str, channel: NoticeChannel, address: str) -> Received:
    """The receipt of a magic recipient whose outcome announces one."""
    failed = _digits(channel, address) == "007"
    says: Says = "refused" if failed else "delivered"
    return Received(provider, f"magic-{reference}", UUID(reference), None, says, "magic")


def outcome_of(channel: NoticeChannel, address: str) -> Outcome:
    """What a magic recipient stands for."""
    return OUTCOMES.get(_digits(channel, address), TAKEN)


def _digits(channel: NoticeChannel, address: str) -> str:
    return address[-3:] if channel == "sms" else NAMES.get(address.partition("@")[0].lower(), "")
