"""Parcels for the tests of providers, with a number, an address and words that nothing may ever show."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.mail import Mail
from lotse_notify.providers.provider import Parcel

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
NUMBER = "+4915112345678"
TEXT = "Вам написали. Прочитайте: https://example.org/p/canary"
ADDRESS = "canary.olena@example.org"
SENDER = "message@post.example.org"


def parcel(
    *,
    address: str = NUMBER,
    text: str = TEXT,
    channel: NoticeChannel = "sms",
    useful_by: datetime = NOW + timedelta(hours=2, seconds=30),
    reference: str = "",
) -> Parcel:
    """One SMS, with a reference of its own."""
    return Parcel(reference or uuid4().hex, channel, address, useful_by, text=text, segments=2)


def letter(*, address: str = ADDRESS, reference: str = "") -> Parcel:
    """One mail."""
    content = f"From: {SENDER}\r\nTo: {address}\r\nSubject: x\r\n\r\n{TEXT}\r\n".encode()
    mail = Mail(SENDER, address, content)
    return Parcel(reference or uuid4().hex, "email", address, NOW + timedelta(hours=2), mail=mail)


class Gate:
    """`may_begin` that counts, and says no when told to."""

    def __init__(self, *, may: bool = True) -> None:
        self.asked, self._may = 0, may

    async def __call__(self) -> bool:
        self.asked += 1
        return self._may
