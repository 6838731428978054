"""The bytes of one e-mail: neither sender, subject, ids, file name nor anything else says who helps whom with what."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache
from uuid import UUID

from lotse_notify.domain.letters import Letter

CRLF = "\r\n"
SUBJECTS_KEPT = 256
LINE_ENDS = frozenset("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
METHODS = frozenset({"PUBLISH", "CANCEL"})
"""REQUEST would make mail programs answer to a mailbox that nobody reads. Source: RFC 5546, section 1.4."""
FILE_NAME = re.compile(r"[a-z]{1,20}\.ics")


@dataclass(frozen=True)
class Sender:
    """The neutral sender; `domain` also names this machine to the server and ends the Message-ID."""

    address: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Mail:
    """What goes over the line. The repr shows neither address nor text."""

    sender: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class CalendarFile:
    """A file of an appointment as referral built it; nothing of it is changed here."""

    content: str = field(repr=False)
    method: str = "PUBLISH"
    name: str = "termin.ics"


def mail_of(
    letter: Letter,
    *,
    sender: Sender,
    recipient: str,
    message_id: str,
    at: datetime,
    may_unsubscribe: bool,
    thread: str | None = None,
    calendar: CalendarFile | None = None,
) -> Mail:
    """The bytes to hand over. Header values come from settings, our own texts and a checked address only.

    `thread` is a Message-ID that all mails of one appointment refer to, so that a mailbox shows them together.
    Raises ValueError if a header would end early, or the calendar file does not say the method that its part names.
    """
    if LINE_ENDS & set(f"{sender.name}{letter.subject}"):
        raise ValueError("a header would end early")
    head = [
        f"From: {formataddr((sender.name, sender.address))}",
        f"To: {recipient}",
        f"Subject: {_subject(letter.subject)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
        *_threaded(thread),
        f"Content-Language: {letter.language}",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
    ]
    if may_unsubscribe:
        head.append(f"List-Unsubscribe: <{letter.stop_url}>")
        if letter.stop_url.startswith("https://"):  # RFC 8058 allows one click over HTTPS only
            head.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if any(LINE_ENDS & set(line.replace(f"{CRLF} ", "")) for line in head):
        raise ValueError("a header would end early")
    return Mail(sender.address, recipient, CRLF.join([*head, *_body(letter, message_id, calendar)]).encode("ascii"))


def thread_of(appointment_id: UUID, domain: str) -> str:
    """What all mails of one appointment refer to; nobody can tell the appointment from it."""
    return f"<{hashlib.sha256(f'lotse.thread|{appointment_id}'.encode()).hexdigest()[:32]}@{domain}>"


@lru_cache(maxsize=SUBJECTS_KEPT)
def _subject(text: str) -> str:
    """There are few, and each costs as much to encode as the rest of a mail."""
    return Header(text, header_name="Subject").encode(linesep=CRLF)


def _threaded(thread: str | None) -> Iterator[str]:
    """Both, since programs differ in which they follow. Source: RFC 5322, section 3.6.4."""
    if thread is not None:
        yield f"In-Reply-To: {thread}"
        yield f"References: {thread}"


def _body(letter: Letter, message_id: str, calendar: CalendarFile | None) -> Iterator[str]:
    """Base64 by hand: the standard library's own messages take four times as long, which a busy day would feel."""
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    if calendar is None:
        yield from _alternative(letter, f"part-{mark}")
        return
    boundary = f"mixed-{mark}"
    yield f'Content-Type: multipart/mixed; boundary="{boundary}"'
    yield ""
    yield f"--{boundary}"
    yield from _alternative(letter, f"part-{mark}")
    yield f"--{boundary}"
    yield from _calendar(calendar)
    yield f"--{boundary}--"
    yield ""


def _alternative(letter: Letter, boundary: str) -> Iterator[str]:
    """Plain and HTML; no line of base64 holds a dash, so the boundary stands in none."""
    yield f'Content-Type: multipart/alternative; boundary="{boundary}"'
    yield ""
    for text, kind in ((letter.plain, "plain"), (letter.html, "html")):
        yield f"--{boundary}"
        yield f"Content-Type: text/{kind}; charset=utf-8"
        yield f"Content-Language: {letter.language}"
        yield "Content-Transfer-Encoding: base64"
        yield ""
        yield _base64(text.replace("\n", CRLF))
    yield f"--{boundary}--"
    yield ""


def _calendar(calendar: CalendarFile) -> Iterator[str]:
    """Its method is that of the file, or mail programs drop it. Source: RFC 6047, section 2.4."""
    if f"{CRLF}METHOD:{calendar.method}{CRLF}" not in calendar.content or calendar.method not in METHODS:
        raise ValueError("the calendar file has another method")
    if not FILE_NAME.fullmatch(calendar.name):
        raise ValueError("no name of a calendar file")
    yield f'Content-Type: text/calendar; charset=utf-8; method={calendar.method}; name="{calendar.name}"'
    yield f'Content-Disposition: attachment; filename="{calendar.name}"'
    yield "Content-Transfer-Encoding: base64"
    yield ""
    yield _base64(calendar.content)


def _base64(text: str) -> str:
    return base64.encodebytes(text.encode()).decode().replace("\n", CRLF)
