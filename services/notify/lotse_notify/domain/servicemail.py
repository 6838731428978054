"""What an office of the public directory reads when somebody is referred to it: a link, and nothing about anybody."""

import base64
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from zoneinfo import ZoneInfo

from lotse_contracts.notify import OfficeLanguage
from lotse_notify.domain.mail import CRLF, Mail, Sender

HERE = ZoneInfo("Europe/Berlin")

_DE = """Guten Tag,

{sender} möchte jemanden an Ihre Stelle vermitteln und bittet um Ihre
Antwort. Was Sie dafür wissen müssen, steht auf dieser Seite:

{url}

Sie können dort zusagen, absagen, zurückfragen oder einen Termin nennen. Ein
Konto brauchen Sie nicht. Der Link öffnet sich einmal und gilt bis {until}.
Wer ihn zuerst öffnet, liest die Seite: Bitte geben Sie ihn nur innerhalb
Ihrer Stelle weiter.

Diese Nachricht wurde automatisch verschickt. Sie nennt mit Absicht niemanden.
"""

_EN = """Good day,

{sender} would like to refer somebody to your office and asks for your answer.
What you need to know is on this page:

{url}

There you can accept, decline, ask back or name a time. You need no account.
The link opens once and is valid until {until}. Whoever opens it first
reads the page: please pass it on within your office only.

This message was sent automatically. It deliberately names nobody.
"""

SUBJECTS: dict[OfficeLanguage, str] = {
    "de": "Bitte um Antwort: Vermittlung durch {sender}",
    "en": "Please answer: referral by {sender}",
}
TEXTS: dict[OfficeLanguage, str] = {"de": _DE, "en": _EN}
DAYS: dict[OfficeLanguage, str] = {"de": "%d.%m.%Y, %H:%M Uhr", "en": "%d %B %Y, %H:%M"}


@dataclass(frozen=True)
class ServiceMail:
    """Where it goes and what it says; the repr shows no link."""

    address: str
    language: OfficeLanguage
    sender: str
    until: datetime


def speakable(name: str) -> bool:
    """Whether a name may stand in a header: one line, nothing hidden."""
    return bool(name.strip()) and name.isprintable()


def service_mail_of(mail: ServiceMail, url: str, *, sender: Sender, message_id: str, at: datetime) -> Mail:
    """The bytes to hand over; the same mail again has the same Message-ID."""
    subject = SUBJECTS[mail.language].format(sender=mail.sender)
    until = mail.until.astimezone(HERE).strftime(DAYS[mail.language])
    text = TEXTS[mail.language].format(sender=mail.sender, url=url, until=until)
    if not (subject + url + mail.address).isprintable():
        raise ValueError("a header or a line would end early")
    head = [
        f"From: {formataddr((sender.name, sender.address))}",
        f"To: {mail.address}",
        f"Subject: {Header(subject, header_name='Subject').encode(linesep=CRLF)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
        f"Content-Language: {mail.language}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(text.replace("\n", CRLF).encode()).decode().replace("\n", CRLF),
    ]
    return Mail(sender.address, mail.address, CRLF.join(head).encode("ascii"))
