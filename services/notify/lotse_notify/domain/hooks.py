"""Reads what SMS gateways report: of each receipt its codes alone, of each message that a person sent its text.

Source: docs.seven.io/en/rest-api/webhooks (2026-11); Kannel 1.4.5, user guide, delivery reports, and its
`gw/smsc/smsc_smpp.c` for the words of an answer; SMPP 3.4, 5.1.3, for the codes of a refusal.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from lotse_notify.domain.receipts import Says

SEVEN, KANNEL, BOUNCE = "seven", "kannel", "bounce"

SEVEN_STATUS: Mapping[str, Says] = {
    "TRANSMITTED": "accepted",
    "ACCEPTED": "accepted",
    "UNKNOWN": "accepted",
    "BUFFERED": "buffered",
    "DELIVERED": "delivered",
    "NOTDELIVERED": "lapsed",
    "EXPIRED": "lapsed",
    "FAILED": "lapsed",
    "REJECTED": "lapsed",
}
"""UNKNOWN says only that the gateway has it. None of its noes is one for good: none names the reason."""

KANNEL_DELIVERED, KANNEL_FAILED, KANNEL_BUFFERED, KANNEL_TAKEN, KANNEL_REFUSED = 1, 2, 4, 8, 16
INVALID_DESTINATION = "0x0000000b"
"""ESME_RINVDSTADR: the SMSC knows no such number."""
UNKNOWN_SUBSCRIBER = bytes((3, 0, 1))
"""Network GSM, error 1: nobody has this number. Source: 3GPP TS 29.002, `unknownSubscriber`."""

_CLEAN_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_CLEAN_TIME = re.compile(r"[0-9TZ:+. -]{1,40}")
_NUMBER = re.compile(r"\+?([1-9][0-9]{6,14})")
_STAT = re.compile(r"\bstat:([A-Z]{1,15})\b")
_NACK = re.compile(r"NACK/(0x[0-9a-f]{8})", re.IGNORECASE)
_META_ERROR = re.compile(r"[?&]dlr_err=([^&?]*)")
TEXT_CHARACTERS_MAX = 2_000  # ten parts of an SMS are less
KANNEL_CHARSETS = frozenset({"utf-8", "utf-16be", "us-ascii", "iso-8859-1", "iso-8859-15"})


@dataclass(frozen=True)
class Received:
    """One receipt as it is stored. `event` tells it from every other one of this provider; `code` is the provider's."""

    provider: str
    event: str
    reference: UUID | None
    provider_id: str | None
    says: Says
    code: str
    no_way: bool = False
    part: int | None = None
    parts: int = 1
    provider_time: str = ""


@dataclass(frozen=True)
class InboundSms:
    """What somebody wrote to us; the number is E.164, and neither it nor the text shows itself."""

    provider: str
    event: str
    number: str = field(repr=False)
    text: str = field(repr=False)


def flattened(payload: Mapping[str, Any]) -> dict[str, str]:
    """seven.io's fields by their names, whether they came as JSON (`data` inside) or as a form (`data[msg_id]`)."""
    inside = payload.get("data")
    nested = inside if isinstance(inside, Mapping) else {}
    named = {name.removeprefix("data[").removesuffix("]"): value for name, value in payload.items()}
    merged = {**named, **nested}
    return {str(name): str(value) for name, value in merged.items() if isinstance(value, str | int)}


def seven_said(payload: Mapping[str, Any]) -> Received | InboundSms | None:
    """A receipt, a message from a person, or None: an event that is neither, or nothing that can be read."""
    said = flattened(payload)
    event = said.get("webhook_event", "dlr" if "msg_id" in said else "")
    if event == "dlr":
        return _seven_receipt(said)
    if event == "sms_mo":
        return _inbound(SEVEN, said.get("id", ""), said.get("sender", ""), said.get("text", ""))
    return None


def _seven_receipt(said: Mapping[str, str]) -> Received | None:
    status, provider_id = said.get("status", "").strip().upper(), _clean(_CLEAN_ID, said.get("msg_id", ""))
    reference = _reference(said.get("foreign_id", ""))
    if status not in SEVEN_STATUS or not (provider_id or reference):
        return None
    time = _clean(_CLEAN_TIME, said.get("timestamp", ""))
    return Received(
        provider=SEVEN,
        event=_digest("dlr", provider_id, str(reference), status, time),
        reference=reference,
        provider_id=provider_id or None,
        says=SEVEN_STATUS[status],
        code=status.lower(),
        provider_time=time,
    )


def kannel_said(query: Mapping[str, str]) -> Received | None:
    """A receipt from the parameters of `callbacks.kannel_dlr_url`; None if they are not of that form.

    Of `answer` two codes are kept; the rest may hold the first words of the message.
    """
    reference, kind = _reference(query.get("ref", "")), query.get("type", "")
    if reference is None or not kind.isascii() or not kind.isdigit() or len(kind) > 4:
        return None
    answer, meta = query.get("answer", ""), query.get("meta", "")
    found = _kannel_kind(int(kind), answer, meta)
    if found is None:
        return None
    says, code, no_way = found
    provider_id = _clean(_CLEAN_ID, query.get("id", ""))
    return Received(
        provider=KANNEL,
        event=_digest("dlr", str(reference), kind, provider_id, code),
        reference=reference,
        provider_id=provider_id or None,
        says=says,
        code=code,
        no_way=no_way,
        part=1,  # Kannel asks for a receipt of the first part alone, which so speaks for the message
    )


def _kannel_kind(kind: int, answer: str, meta: str) -> tuple[Says, str, bool] | None:
    stat = _STAT.search(answer)
    word = stat[1].lower() if stat else ""
    if kind & KANNEL_REFUSED:
        nack = _NACK.match(answer)
        code = nack[1].lower() if nack else "refused_by_smsc"
        return "refused", code, code == INVALID_DESTINATION
    if kind & KANNEL_FAILED:
        unknown = _network_error(meta) == UNKNOWN_SUBSCRIBER
        code = "unknown_subscriber" if unknown else word or "failed"
        return ("refused" if unknown else "lapsed"), code, unknown
    if kind & KANNEL_DELIVERED:
        return "delivered", word or "delivered", False
    if kind & KANNEL_BUFFERED:
        return "buffered", word or "buffered", False
    return ("accepted", "taken_by_smsc", False) if kind & KANNEL_TAKEN else None


def _network_error(meta: str) -> bytes:
    """The three bytes of SMPP's network_error_code: network, then the error in two bytes."""
    found = _META_ERROR.search(meta)
    return unquote_to_bytes(found[1]) if found else b""


def kannel_inbound(message_id: str, sender: str, body: bytes, charset: str) -> InboundSms | None:
    """A message that Kannel posts to a `post-url`: the text is the body, the number a header."""
    if charset.lower() not in KANNEL_CHARSETS:
        return None
    return _inbound(KANNEL, message_id, sender, body.decode(charset, errors="replace"))


def _inbound(provider: str, message_id: str, sender: str, text: str) -> InboundSms | None:
    """None without a number to answer to: a name as sender is no person's phone."""
    found = _NUMBER.fullmatch(sender.strip())
    known = _clean(_CLEAN_ID, message_id)
    if found is None or not known:
        return None
    return InboundSms(provider, f"mo:{known}", f"+{found[1]}", text[:TEXT_CHARACTERS_MAX])


def _reference(text: str) -> UUID | None:
    try:
        return UUID(hex=text) if len(text) in (32, 36) else None
    except ValueError:
        return None


def _clean(form: re.Pattern[str], text: str) -> str:
    return text if form.fullmatch(text) else ""


def _digest(*said: str) -> str:
    return hashlib.sha256("\0".join(said).encode()).hexdigest()
