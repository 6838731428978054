"""What receipts make of an attempt: the same receipts give the same end, in whatever order and however often they come.

Receipts climb: `accepted` < `buffered` < `lapsed` < `delivered` < `refused`. A final no that time explains (expired, a
full box) gives way to a later yes about the same part; a no for good does not, and outdoes an earlier yes, as a late
bounce does. Of several parts, one that failed fails the message, and only all of them together deliver it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lotse_notify.domain.machine import AttemptEvent, AttemptState

Says = Literal["accepted", "buffered", "lapsed", "delivered", "refused"]
"""`accepted`: it is there; `buffered`: on its way or delayed; `lapsed`: not delivered; `refused`: not, and for good."""

RANKS: dict[Says, int] = {"accepted": 1, "buffered": 2, "lapsed": 3, "delivered": 4, "refused": 5}
"""As `attempt.receipt_rank` keeps them; 0: no receipt."""
FINAL: frozenset[Says] = frozenset({"lapsed", "delivered", "refused"})

TOO_LATE = frozenset({"expired", "4.4.7", "5.4.7"})
"""Tried until its time was over. Source: RFC 3463, X.4.7; SMPP's and seven.io's EXPIRED."""

_STATES: dict[Says, AttemptState] = {
    "accepted": "accepted",
    "buffered": "buffered",
    "lapsed": "undelivered",
    "delivered": "delivered",
    "refused": "undelivered",
}
_FOLLOWS: frozenset[AttemptState] = frozenset(
    {"unknown", "accepted", "buffered", "delivered", "undelivered", "presumed_sent", "confirmed_absent", "abandoned"}
)
"""What becomes of these is what the receipts say, whatever was thought of them before."""


@dataclass(frozen=True)
class Word:
    """What one receipt says. `part` counts from 1 where a provider sends one for each part; None: of the whole."""

    says: Says
    part: int | None = None
    parts: int = 1


def standing(words: Iterable[Word], *, segments: int = 1, before: Says | None = None) -> Says | None:
    """What all receipts say together; None without any. It never falls when one more comes.

    `before` is what earlier ones said together that are no longer kept. Of a message of several segments whose receipts
    name no part, a no may be about another segment than a yes, so there the no stays.
    """
    heard = _together(list(words), segments)
    known = [says for says in (heard, before) if says is not None]
    return max(known, key=RANKS.__getitem__, default=None)


def applied(
    state: AttemptState, words: Iterable[Word], *, segments: int = 1, before: Says | None = None
) -> AttemptState:
    """The attempt after these receipts. `submitting` stays: its worker or its lease speaks first, receipts wait.

    After a definite no of the provider nothing changes: whatever comes is a contradiction, and only written down.

    Any order and any repetition gives the same, also when each is applied on what the one before has left.
    """
    says = standing(words, segments=segments, before=before)
    if says is None:
        return state
    if state in _FOLLOWS:
        return _STATES[says] if RANKS[says] >= _rank_of(state) else state
    if state == "receipt_timeout":
        return _STATES[says] if says in FINAL else state
    return state


def because_of(says: Says, code: str, *, no_way: bool) -> str:
    """Why, as a code of ours for the history and for facts; `code` is the provider's or an enhanced status."""
    if no_way:
        return "recipient_refused"
    if says == "refused":
        return (
            "mailbox_full" if code == "5.2.2" else "refused_by_policy" if code.startswith("5.7.") else "refused_later"
        )
    if says == "lapsed":
        return "not_in_time" if code in TOO_LATE else "not_delivered"
    return "receipt"


def events(state: AttemptState, target: AttemptState) -> tuple[AttemptEvent, ...]:
    """How the machine of an attempt comes from one to the other; what was given up is first found to be there."""
    if state == target:
        return ()
    if target == "accepted":
        return ("accept",)
    if target == "buffered":
        return ("accept", "buffer") if state in ("confirmed_absent", "abandoned") else ("buffer",)
    return ("deliver",) if target == "delivered" else ("bounce",)


def _together(words: Sequence[Word], segments: int) -> Says | None:
    if any(_for_good(word, segments) for word in words):
        return "refused"
    if _arrived(words):
        return "delivered"
    if any(word.says == "lapsed" for word in words):
        return "lapsed"
    if any(word.says in ("buffered", "delivered") for word in words):
        return "buffered"
    return "accepted" if words else None


def _for_good(word: Word, segments: int) -> bool:
    return word.says == "refused" or (word.says == "lapsed" and word.part is None and segments > 1)


def _arrived(words: Sequence[Word]) -> bool:
    """Of the whole, or of each of the parts; receipts that count the parts differently are of different sets."""
    seen: dict[int, set[int]] = {}
    for word in words:
        if word.says == "delivered" and word.part is None:
            return True
        if word.says == "delivered" and word.part is not None:
            seen.setdefault(word.parts, set()).add(word.part)
    return any(len(parts) >= count for count, parts in seen.items())


_SHOWN: dict[AttemptState, Says] = {
    "accepted": "accepted",
    "buffered": "buffered",
    "undelivered": "lapsed",
    "delivered": "delivered",
}
"""What a state says by itself, should it have come about without a receipt, as by a look into the journal."""


def _rank_of(state: AttemptState) -> int:
    return RANKS[_SHOWN[state]] if state in _SHOWN else 0
