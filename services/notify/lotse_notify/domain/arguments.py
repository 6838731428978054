"""What a template is told besides its words: codes, times and numbers, checked before anything is kept of them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from lotse_contracts.notify import Tell
from lotse_contracts.values import TemplateName
from lotse_notify.domain.lint import telling_words
from lotse_notify.domain.reminders import sayable

Change = Literal["fixed", "moved", "cancelled", "reminder"]
Kind = Literal["instant", "count", "change"]

COUNT_MAX = 999
"""From a thousand on ICU sets an invisible space into the number; no message of ours counts so far."""
PLACE_CHARACTERS_MAX = 120
DIALLED_DIGITS_MIN = 9

_LINK = re.compile(
    r"\w:\S|@|[^\W_]\.[^\W\d_]{2,6}(?![^\W_])|[^\W_](?<!\bSt)(?<![Ss]tr)\.[^\W\d_]{7,}(?![^\W_])|\d\.\d+\.\d+\.\d"
)
"""A scheme, a mailbox, a name with an ending as domains have, an address of four numbers; not `St.Petersburger`."""
_FULL_STOPS = str.maketrans("\u3002\uff61", "..")
_NUMBER = re.compile(r"\+?\d[\d ()/.\-\u2010-\u2015]*\d")


@dataclass(frozen=True)
class Wanted:
    """One argument; an optional one may be left out, and then the message says less."""

    kind: Kind
    optional: bool = False


_STARTS = {"starts_at": Wanted("instant", optional=True)}

ARGUMENTS: Mapping[TemplateName, Mapping[str, Wanted]] = {
    "receipt": {},
    "answer_waits": {},
    "referral_made": {},
    "referral_sent": {},
    "referral_accepted": {},
    "referral_declined": {},
    "group_place": {},
    "group_booked": _STARTS,
    "group_moved_up": _STARTS,
    "group_cancelled": _STARTS,
    "appointment": {"change": Wanted("change"), "starts_at": Wanted("instant")},
    "documents": _STARTS,
    "checkback": {"round": Wanted("count")},
    "handover": {"round": Wanted("count")},
    "erasure_done": {},
    "sms_stopped": {},
}


def arguments_of(order: Tell) -> dict[str, str] | None:
    """The arguments by name; None if they are not those of the template or say nothing it knows."""
    given = {argument.name: argument.value for argument in order.arguments}
    wanted = ARGUMENTS[order.template]
    needed = {name for name, one in wanted.items() if not one.optional}
    if len(given) != len(order.arguments) or not needed <= given.keys() <= wanted.keys():
        return None
    return given if all(_says(wanted[name].kind, value) for name, value in given.items()) else None


def instant_of(text: str) -> datetime | None:
    """An aware time that an appointment can have."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if sayable(instant) else None


def place_of(text: str) -> str:
    """A place as a message may show it; empty where it hides something, leads elsewhere, or names who is there."""
    place = " ".join(unicodedata.normalize("NFC", text).split())
    if not place.isprintable() or len(place) > PLACE_CHARACTERS_MAX or _leads_elsewhere(place):
        return ""
    if any(unicodedata.category(letter) in ("Cf", "Co", "Cn") for letter in place) or telling_words(place):
        return ""
    return place


def _leads_elsewhere(place: str) -> bool:
    """Whether a phone would make a link of it, or dial it: a directory and an office write places as they like."""
    plain = unicodedata.normalize("NFKC", place).translate(_FULL_STOPS)
    return bool(_LINK.search(plain)) or any(_dials(found[0]) for found in _NUMBER.finditer(plain))


def _dials(number: str) -> bool:
    """A postal code after a house number has fewer digits."""
    return number.startswith("+") or sum(letter.isdigit() for letter in number) >= DIALLED_DIGITS_MIN


def _says(kind: Kind, value: str) -> bool:
    match kind:
        case "instant":
            return instant_of(value) is not None
        case "count":
            return (
                value.isascii()
                and value.isdigit()
                and int(value[:4]) <= COUNT_MAX
                and len(value) <= len(str(COUNT_MAX))
            )
        case "change":
            return value in get_args(Change)
