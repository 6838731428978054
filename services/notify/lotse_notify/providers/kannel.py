"""SMS by a Kannel gateway: all that is personal travels in headers and body, never in an address.

Its yes carries no id, so receipts come back with our reference in their address. Source: Kannel 1.4.5, user guide,
`sendsms` and `X-Kannel` headers; answers as in gw/smsbox.c.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.callbacks import KANNEL_DLR_MASK, kannel_dlr_url
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.segments import Encoding, encoding_of
from lotse_notify.domain.validity import validity_minutes
from lotse_notify.providers.calling import WITHDRAWN, Answer, get, lease_of, post, refused_before
from lotse_notify.providers.lines import Lines
from lotse_notify.providers.provider import MayBegin, Parcel

PROVIDER = "kannel"
CODING: dict[Encoding, str] = {"GSM-7": "0", "UCS-2": "2"}
TAKEN = ("0:", "3:", "Sent.")
"""Given to a driver; kept until a driver is there; kept, where `immediate-sendsms-reply` is set."""


@dataclass(frozen=True)
class KannelBox:
    """Where a Kannel's smsbox is, who we are there, and where its receipts go; empty: it is to send none."""

    url: str
    user: str
    password: str = field(repr=False)
    sender: str
    callback_url: str = field(repr=False)
    timeout_seconds: float


class Kannel:
    """The provider `kannel`."""

    name = PROVIDER
    channel: NoticeChannel = "sms"

    def __init__(self, box: KannelBox, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._box, self._clock = box, clock
        self._lines = Lines()

    @property
    def lease_seconds(self) -> float:
        """Longer than the slowest call."""
        return lease_of(self._box.timeout_seconds)

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        """One SMS."""
        minutes = validity_minutes(parcel.useful_by, self._clock())
        if minutes is None:
            return Outcome("not_sent", "too_late")
        if not await may_begin():
            return WITHDRAWN
        answer = await post(
            self._lines,
            self._box.url,
            self._box.timeout_seconds,
            self._headers(parcel, minutes),
            content=parcel.text.encode(),
        )
        return (
            answer if isinstance(answer, Outcome) else outcome_of(answer, receipt_follows=bool(self._box.callback_url))
        )

    async def probe(self) -> str:
        """Whether anything answers there, without sending. A code."""
        parts = urlsplit(self._box.url)
        answer = await get(self._lines, f"{parts.scheme}://{parts.netloc}/", self._box.timeout_seconds)
        return "provider_away" if answer is None else "answers"

    async def close(self) -> None:
        """Let go of its lines."""
        await self._lines.aclose()

    def _headers(self, parcel: Parcel, minutes: int) -> dict[str, str]:
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-Username": self._box.user,
            "X-Kannel-Password": self._box.password,
            "X-Kannel-To": parcel.address,
            "X-Kannel-Coding": CODING[encoding_of(parcel.text)],
            "X-Kannel-Validity": str(minutes),
        }
        if self._box.sender:
            headers["X-Kannel-From"] = self._box.sender
        if self._box.callback_url:
            headers["X-Kannel-DLR-Mask"] = str(KANNEL_DLR_MASK)
            headers["X-Kannel-DLR-Url"] = kannel_dlr_url(self._box.callback_url, parcel.reference)
        return headers


def outcome_of(answer: Answer, *, receipt_follows: bool) -> Outcome:
    """What smsbox's answer means; what it does not say in so many words is in doubt."""
    text = answer.text.strip()
    match answer.status:
        case 202 if text.startswith(TAKEN):
            return Outcome("accepted", "gateway_took_it", receipt_follows=receipt_follows)
        case 503 if text.startswith("Temporal failure"):
            return Outcome("deferred", "gateway_busy")
        case 403 if text.startswith("Not routable"):
            return Outcome("rejected", "not_routable")
        case 400 if "white- and/or black-lists" in text:
            return Outcome("rejected", "recipient_refused")
        case 400 if text.endswith("rejected"):
            return Outcome("rejected", "content_refused")
        case _:
            return refused_before(answer) or Outcome("unknown", "answer_unclear")
