"""What an office is told, in German or English: plain text, since it is kept, compared and printed."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from typing import Literal

from lotse_contracts.notify import OfficeLanguage, OfficeTemplate
from lotse_notify.domain.addresses import address_of
from lotse_notify.domain.mail import CRLF, Mail, Sender

StaffTemplate = Literal["staff_digest", "staff_alarm"]
"""What only notify itself mails, to the mailboxes of the staff; nobody can order it."""
MailTemplate = OfficeTemplate | StaffTemplate

ARGUMENTS: dict[OfficeTemplate, frozenset[str]] = {
    "log_checkpoint": frozenset({"association", "month", "checkpoint"}),
    "emergency": frozenset({"association", "received"}),
}


class OfficesInvalid(ValueError):
    """The setting names an office without an address, or twice."""


@dataclass(frozen=True)
class OfficeText:
    """A subject and a text with places for arguments."""

    subject: str
    text: str


WRITTEN = OfficeText("{subject}", "{text}")
"""The words were written when the counts in them were true."""

_CHECKPOINT_DE = """Guten Tag,

dies ist der monatliche Prüfpunkt des Fördermittel-Journals von
{association}. Bitte bewahren Sie diese Nachricht auf.

Die Zeilen zwischen den Strichen halten fest, wie viele Einträge das Journal
hat und welche Prüfsumme sie haben. Wer später einen alten Eintrag ändert,
einfügt oder löscht, kann diese Zeilen nicht mehr erfüllen: Die Prüfung mit
lotse-verify schlägt dann fehl, auch wenn sich alle außer Ihnen absprechen.
Darum geht diese Nachricht an Sie.

--------
{checkpoint}--------

Der Prüfpunkt beweist nicht, dass alles gebucht wurde, dass Belege echt sind
oder dass Ausgaben zuwendungsfähig sind.

Diese Nachricht wurde automatisch verschickt.
"""

_CHECKPOINT_EN = """Good day,

this is the monthly checkpoint of the grant ledger of {association}.
Please keep this message.

The lines between the rules fix how many entries the ledger has and their
digest. Whoever changes, slips in or removes an old entry later can no longer
match these lines: the check with lotse-verify then fails, even if everybody
but you agrees to it. That is why this message goes to you.

--------
{checkpoint}--------

The checkpoint does not prove that everything was booked, that vouchers are
genuine, or that expenditure is eligible.

This message was sent automatically.
"""

_EMERGENCY_DE = """Guten Tag,

im Posteingang von {association} liegt seit {received} ein Notfall.
Bitte sehen Sie sofort in den Posteingang.

Diese Nachricht sagt mit Absicht nicht mehr. Bitte antworten Sie nicht auf
sie und leiten Sie sie nicht weiter.

Diese Nachricht wurde automatisch verschickt.
"""

_EMERGENCY_EN = """Good day,

an emergency has been waiting in the inbox of {association} since {received}.
Please look into the inbox at once.

This message deliberately says no more. Please do not reply to it and do not
forward it.

This message was sent automatically.
"""

TEXTS: dict[tuple[MailTemplate, OfficeLanguage], OfficeText] = {
    ("log_checkpoint", "de"): OfficeText("Prüfpunkt des Fördermittel-Journals, {month}", _CHECKPOINT_DE),
    ("log_checkpoint", "en"): OfficeText("Checkpoint of the grant ledger, {month}", _CHECKPOINT_EN),
    ("emergency", "de"): OfficeText("Notfall im Posteingang, bitte sofort nachsehen", _EMERGENCY_DE),
    ("emergency", "en"): OfficeText("Emergency in the inbox, please look at once", _EMERGENCY_EN),
    ("staff_digest", "de"): WRITTEN,
    ("staff_digest", "en"): WRITTEN,
    ("staff_alarm", "de"): WRITTEN,
    ("staff_alarm", "en"): WRITTEN,
}


def writable(template: OfficeTemplate, language: OfficeLanguage, arguments: Mapping[str, str]) -> bool:
    """Whether these are the arguments of the template, and its subject stays one line with them."""
    if arguments.keys() != ARGUMENTS[template]:
        return False
    return TEXTS[template, language].subject.format_map(arguments).isprintable()


def offices_of(setting: str) -> dict[str, str]:
    """`name=address` pairs, separated by spaces. Raises OfficesInvalid naming the office."""
    found: dict[str, str] = {}
    for pair in setting.split():
        name, _, value = pair.partition("=")
        address = address_of("email", value)
        if not name or address is None or name in found:
            raise OfficesInvalid(name or "an office without a name")
        found[name] = address
    return found


def mailboxes_of(setting: str) -> dict[str, str]:
    """Addresses separated by spaces, each under a name that no order can spell. Raises OfficesInvalid."""
    found = {f"staff:{number}": address_of("email", value) for number, value in enumerate(setting.split(), 1)}
    if None in found.values() or len({*found.values()}) < len(found):
        raise OfficesInvalid("a mailbox of the staff")
    return {name: address for name, address in found.items() if address is not None}


def office_mail_of(
    template: MailTemplate,
    language: OfficeLanguage,
    arguments: Mapping[str, str],
    *,
    sender: Sender,
    recipient: str,
    message_id: str,
    at: datetime,
) -> Mail:
    """The bytes to hand over; the same mail again has the same Message-ID. Raises KeyError without an argument."""
    words = TEXTS[template, language]
    subject = words.subject.format_map(arguments)
    if not subject.isprintable():
        raise ValueError("a header would end early")
    text = words.text.format_map(arguments)
    head = [
        f"From: {formataddr((sender.name, sender.address))}",
        f"To: {recipient}",
        f"Subject: {Header(subject, header_name='Subject').encode(linesep=CRLF)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
        f"Content-Language: {language}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(text.replace("\n", CRLF).encode()).decode().replace("\n", CRLF),
    ]
    return Mail(sender.address, recipient, CRLF.join(head).encode("ascii"))


def message_id_of(dedupe_key: str, domain: str) -> str:
    """One for each key, so that a mail program shows a second copy as the same message."""
    return f"<office-{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@{domain}>"
