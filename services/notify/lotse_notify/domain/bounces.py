"""Reads what a mail server says of a mail of ours; only the report's codes are looked at, never words or addresses.

Source: RFC 3464 (delivery status), RFC 6522 (multipart/report), RFC 6533 (the same with letters outside ASCII),
RFC 3834 (automatic answers), RFC 3461 (envelope id).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Literal
from uuid import UUID

from lotse_notify.domain.hooks import BOUNCE, Received
from lotse_notify.domain.receipts import Says
from lotse_notify.domain.reportparts import HEADER_CHARS_MAX, Part, blocks_of, part_of, parts_of
from lotse_notify.domain.verp import bounced_reference

BOUNCE_BYTES_MAX = 1_048_576
"""A bounce may hold our whole mail, though we ask for its head alone (RFC 3461, RET=HDRS)."""
READ_BYTES_MAX = 65_536
"""Of it that are looked at: the report stands before the mail that comes back (RFC 6522)."""

ADDRESS_IS_DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
"""No such mailbox, no such system, no address, moved, a domain that takes no mail, mailbox disabled, no way to the
domain. Not: full (5.2.2), refused by policy (5.7.x), or a fault of the sender (5.1.7, 5.1.8).
Source: RFC 3463 (2003) and RFC 7505 (2015), IANA's registry of enhanced status codes."""

Ignored = Literal["auto_reply", "read_receipt", "complaint", "no_report", "unreadable", "contradictory"]
"""Why a mail to the bounce address is none. `auto_reply`: somebody is away, and the mail has arrived."""

_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_IN_WORDS = re.compile(r"\b([45])\d\d[ -]([45])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
"""`550 5.1.1` as servers quote each other; an IPv4 address is none."""
_UNSAID = frozenset({"", "4.0.0", "5.0.0"})
_ENVELOPE_ID = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_KINDEST_FIRST: tuple[Says, ...] = ("delivered", "accepted", "buffered", "lapsed", "refused")


@dataclass(frozen=True)
class Bounce:
    """One report, cut down to codes. `code` is an enhanced status such as `5.1.1`, or empty.

    `no_way`: the address itself is dead. `provider_time` is the reporting server's own clock.
    """

    reference: UUID | None
    says: Says
    code: str
    no_way: bool
    provider_time: str


def bounce_of(raw: bytes, recipients: Sequence[str], domain: str) -> Bounce | Ignored:
    """The report in a mail, and which attempt it is about: by envelope id, or by the address that it came to.

    `recipients` are those of the envelope, never of a header. Whatever comes in, nothing is raised.
    """
    if len(raw) > BOUNCE_BYTES_MAX:
        return "unreadable"
    try:
        mail = part_of(raw[:READ_BYTES_MAX])
        blocks = list(_report(mail))
        if not blocks:
            return _other(mail.head)
        return _read(mail.head, blocks, _addressed(recipients, domain))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "unreadable"


def received_of(bounce: Bounce) -> Received | None:
    """As it is stored; None where nothing tells which attempt it is about. The same again is the same receipt."""
    if bounce.reference is None:
        return None
    said = f"{bounce.reference.hex}|{bounce.says}|{bounce.code}"
    return Received(
        provider=BOUNCE,
        event=hashlib.sha256(said.encode()).hexdigest(),
        reference=bounce.reference,
        provider_id=None,
        says=bounce.says,
        code=bounce.code,
        no_way=bounce.no_way,
        provider_time=bounce.provider_time,
    )


def _read(mail: Message, blocks: Sequence[Message], addressed: UUID | None) -> Bounce | Ignored:
    """The kindest of several recipients counts: a list or a forward may reach her where another copy fails."""
    named = _named(blocks[0])
    if named is not None and addressed is not None and named != addressed:
        return "contradictory"
    found = [(said, code) for said, code in map(_said, blocks) if said is not None]
    if not found:
        return "no_report"
    says, code = min(found, key=lambda one: _KINDEST_FIRST.index(one[0]))
    return Bounce(
        reference=named or addressed,
        says=says,
        code=code,
        no_way=says == "refused" and code in ADDRESS_IS_DEAD,
        provider_time=_time(mail),
    )


def _report(mail: Part) -> Iterator[Message]:
    """The blocks of the delivery status: the first about the mail, then one for each recipient."""
    if mail.head.get_content_type() != "multipart/report":
        return
    for part in parts_of(mail):
        if part.head.get_content_type() in STATUS_TYPES:
            yield from blocks_of(part)
            return


def _said(block: Message) -> tuple[Says | None, str]:
    """What one recipient's block says, and its status; None if it is not about a recipient."""
    action = str(block.get("Action", "")).partition("(")[0].strip().lower()
    code = _code(str(block.get("Status", "")), str(block.get("Diagnostic-Code", "")))
    match action:
        case "delivered":
            return "delivered", code
        case "relayed" | "expanded":
            return "accepted", code
        case "delayed":
            return "buffered", code
        case "failed":
            return ("refused" if code.startswith("5.") else "lapsed"), code
    return None, code


def _code(status: str, diagnostic: str) -> str:
    """The enhanced status; where it says nothing in particular, the one that the other server had said."""
    found = _STATUS.match(status)
    code = "" if found is None else ".".join(str(int(number)) for number in found.groups())
    quoted = _IN_WORDS.search(diagnostic)
    if code not in _UNSAID or quoted is None or quoted[1] != quoted[2] or (code and code[0] != quoted[1]):
        return code
    return ".".join(str(int(number)) for number in quoted.groups()[1:])


def _named(block: Message) -> UUID | None:
    given = str(block.get("Original-Envelope-Id", "")).strip().strip("<>")
    return UUID(given) if _ENVELOPE_ID.fullmatch(given) else None


def _addressed(recipients: Sequence[str], domain: str) -> UUID | None:
    found = [bounced_reference(one, domain) for one in recipients] if domain else []
    return next((UUID(one) for one in found if one is not None), None)


def _other(mail: Message) -> Ignored:
    """A mail without a delivery status. Servers mark their reports as automatic too, so that is asked only now."""
    report = mail.get_content_type() == "multipart/report" and len(str(mail["Content-Type"])) <= HEADER_CHARS_MAX
    kind = str(mail.get_param("report-type", "")).lower() if report else ""
    if kind == "disposition-notification":
        return "read_receipt"
    if kind == "feedback-report":
        return "complaint"
    automatic = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower() != "no"
    return "auto_reply" if automatic or "X-Autoreply" in mail or "X-Autorespond" in mail else "no_report"


def _time(mail: Message) -> str:
    try:
        return parsedate_to_datetime(str(mail.get("Date", ""))[:HEADER_CHARS_MAX]).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
