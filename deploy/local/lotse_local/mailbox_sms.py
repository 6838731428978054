"""The catcher's gateway for SMS: it speaks Kannel's `sendsms`, keeps what it took, and says that it was delivered.

Numbers of dramas (+447700900xxx) fail on purpose, so that each way can be tried by hand: `…002` is refused, `…003` is
taken without an answer, `…005` is put off, `…007` is taken and not delivered. Source: Kannel 1.4.5, user guide.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from http import HTTPStatus
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from lotse_local.mailbox_folder import CHANNEL_HEADER, MailFolder

SMS_BYTES_MAX = 8_192
RECEIPT_TRIES_MAX = 20
RECEIPT_PAUSE_SECONDS = 0.5
RECEIPT_SECONDS_MAX = 5.0
DELIVERED, NOT_DELIVERED, TAKEN_BY_SMSC = 1, 2, 8
DRAMA = "+447700900"
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Said:
    """The answer; None: the line ends without one."""

    status: HTTPStatus
    text: str


@dataclass
class SmsGate:
    """Takes messages from any thread; receipts go out one after the other, to loopback only."""

    folder: MailFolder
    stopping: threading.Event = field(default_factory=threading.Event)
    _calls: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "receipts"))

    def take(self, headers: Mapping[str, str], body: bytes) -> Said | None:
        """One message, on the disk before the answer. `headers` have names in lower case."""
        number = headers.get("x-kannel-to", "").strip()
        if not number:
            return Said(HTTPStatus.BAD_REQUEST, "Empty receiver number not allowed, rejected")
        acts = number[-3:] if number.startswith(DRAMA) else ""
        if acts == "002":
            return Said(HTTPStatus.FORBIDDEN, "Not routable. Do not try again.")
        if acts == "005":
            return Said(HTTPStatus.SERVICE_UNAVAILABLE, "Temporal failure, try again later.")
        sender = headers.get("x-kannel-from", "")
        self.folder.add(sender, [number], _kept(sender, number, headers, body))
        if acts == "003":
            return None
        url = headers.get("x-kannel-dlr-url", "")
        if url and urlsplit(url).hostname in LOOPBACK_HOSTS:
            self._calls.submit(self._receipts, url, NOT_DELIVERED if acts == "007" else DELIVERED)
        return Said(HTTPStatus.ACCEPTED, "0: Accepted for delivery")

    def close(self) -> None:
        """What was not reported by now is not reported."""
        self.stopping.set()
        self._calls.shutdown(cancel_futures=True)

    def _receipts(self, url: str, end: int) -> None:
        for kind in (TAKEN_BY_SMSC, end):
            called = url.replace("%d", str(kind)).replace("%F", "").replace("%A", "").replace("%D", "")
            for _ in range(RECEIPT_TRIES_MAX):
                if self.stopping.is_set() or _called(called.replace("%%", "%")):
                    break
                self.stopping.wait(RECEIPT_PAUSE_SECONDS)


def _called(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=RECEIPT_SECONDS_MAX):
            return True
    except (URLError, OSError, ValueError):
        return False


def _kept(sender: str, number: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """As a mail, so that one folder and one page show everything that was caught."""
    mail = EmailMessage()
    mail[CHANNEL_HEADER] = "sms"
    mail["From"], mail["To"], mail["Subject"] = _line(sender), _line(number), "SMS"
    mail["X-Lotse-Coding"] = "UCS-2" if headers.get("x-kannel-coding") == "2" else "GSM-7"
    mail["X-Lotse-Validity-Minutes"] = _line(headers.get("x-kannel-validity", ""))
    mail.set_content(body.decode("utf-8", "replace"))
    return mail.as_bytes()


def _line(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:100]
