"""An entry of the log: what somebody wants to record, and the leaf that it becomes.

The leaf is the canonical JSON (RFC 8785) of the whole entry, postings included; its hash is that of RFC 6962, so that
a Merkle tree over the log needs nothing but the stored hashes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.canonical import canonical, digest_of, exact
from lotse_ledger.domain.instants import MICROSECOND, stamp

__all__ = [
    "ACTOR",
    "LEAF_BYTES_MAX",
    "LEAF_PREFIX",
    "LEAF_VERSION",
    "MAIN_LOG",
    "SALT_BYTES",
    "Attachment",
    "Draft",
    "Entry",
    "Opening",
    "Place",
    "Posting",
    "Recorded",
    "TooLarge",
    "Unbalanced",
    "canonical",
    "check_balanced",
    "commitment",
    "digest_of",
    "entered",
    "leaf_hash",
    "mirrored",
    "next_instant",
    "openings_of",
    "opens",
    "out_of_force",
    "reversal_of",
]

LEAF_VERSION = 2
"""Leaves of version 1 hold `request_sha256`, and `actor_commitment` in place of `commitments`; they stay as is."""
LEAF_BYTES_MAX = 65_535  # a tile bundle writes a leaf's length in two bytes. Source: C2SP tlog-tiles
LEAF_PREFIX = b"\x00"  # Source: RFC 6962, section 2.1
SALT_BYTES = 32
ACTOR = "actor"
"""The private part that says who gave the order. It is not part of what was ordered."""
MAIN_LOG = 0
"""The association's own, witnessed log; every other was made by an import."""


class Unbalanced(ValueError):
    """Debits and credits differ in a currency."""


class TooLarge(ValueError):
    """The leaf is longer than the log can carry."""


@dataclass(frozen=True)
class Posting:
    """Integer minor units; a debit is positive, a credit negative."""

    account: str
    amount: int
    currency: str


@dataclass(frozen=True)
class Attachment:
    """A file that an entry stands on, named by its digest alone; `role` is invoice, payment, document …"""

    sha256: str
    bytes: int
    media_type: str
    role: str


@dataclass(frozen=True)
class Draft:
    """What is to be recorded. `key` names the thing once and for all.

    `request_sha256` is the digest of what was ordered without its private parts: the digest of a name could be
    guessed. `private` holds parts, each any JSON, that the leaf only commits to; `persons` says whose key a part is
    sealed with. `known_at` is set only for a fact of the past that is reconstructed: when the public learned it.
    `moves_if_closed`: a day in a closed period becomes the first open one, and the entry says which day it was.
    """

    key: str
    kind: str
    standing: Standing
    valid_on: date
    data: Mapping[str, Any]
    request_sha256: str
    postings: tuple[Posting, ...] = ()
    grant_id: UUID | None = None
    budget_year: int | None = None
    known_at: datetime | None = None
    reverses: int | None = None
    cause: UUID | None = None
    attachments: tuple[Attachment, ...] = ()
    private: Mapping[str, Any] = field(default_factory=dict, repr=False)
    persons: Mapping[str, UUID] = field(default_factory=dict)
    moves_if_closed: bool = False

    @property
    def reconstructed(self) -> bool:
        """Whether the day it became known lies before this log."""
        return self.known_at is not None


@dataclass(frozen=True)
class Place:
    """Where an entry comes to stand: given out by the one writer."""

    origin: str
    log_index: int
    recorded_at: datetime


@dataclass(frozen=True)
class Opening:
    """What a commitment in a leaf stands for. It is kept beside the log and can be erased; the leaf cannot.

    `content` is canonical JSON.
    """

    part: str
    salt: bytes = field(repr=False)
    content: str = field(repr=False)


@dataclass(frozen=True)
class Entry:
    """A row of the log."""

    log_index: int
    recorded_at: datetime
    known_at: datetime
    draft: Draft
    body: str
    leaf_sha256: bytes


@dataclass(frozen=True)
class Recorded:
    """An entry as it is read back."""

    log_index: int
    key: str
    kind: str
    standing: Standing
    valid_on: date
    recorded_at: datetime
    known_at: datetime
    reconstructed: bool
    grant_id: UUID | None
    budget_year: int | None
    reverses: int | None
    data: Mapping[str, Any]
    postings: tuple[Posting, ...]
    leaf_sha256: bytes
    cause: UUID | None = None
    commitments: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()

    @property
    def is_demo(self) -> bool:
        """Whether it must be shown as a demonstration value."""
        return self.standing == "demo"


def leaf_hash(body: bytes) -> bytes:
    """Source: RFC 6962, section 2.1."""
    return hashlib.sha256(LEAF_PREFIX + body).digest()


def check_balanced(postings: Iterable[Posting]) -> None:
    """Raises Unbalanced if debits and credits differ in any currency."""
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in postings:
        sums[posting.currency] += posting.amount
    if any(sums.values()):
        raise Unbalanced("postings do not balance")


def next_instant(now: datetime, last: datetime | None) -> datetime:
    """The clock's time, but always later than the last entry: a clock that steps back cannot reorder the log."""
    return now if last is None or now > last else last + MICROSECOND


def commitment(opening: Opening) -> str:
    """What a leaf says instead of the content."""
    return hashlib.sha256(opening.salt + opening.content.encode()).hexdigest()


def openings_of(draft: Draft, salt: Callable[[], bytes]) -> tuple[Opening, ...]:
    """One for each private part that says anything, each with a salt of its own."""
    return tuple(
        Opening(part, salt(), canonical(content).decode())
        for part, content in sorted(draft.private.items())
        if content is not None
    )


def opens(leaf: Mapping[str, Any], opening: Opening) -> bool:
    """Whether the leaf commits to exactly this."""
    committed = leaf.get("commitments", {ACTOR: leaf.get("actor_commitment")})
    return bool(committed.get(opening.part) == commitment(opening))


def entered(draft: Draft, place: Place, openings: Sequence[Opening] = ()) -> Entry:
    """The entry with its leaf. Raises Unbalanced, TooLarge, or FloatFound."""
    check_balanced(draft.postings)
    known_at = draft.known_at or place.recorded_at
    body = exact(_leaf(draft, place, known_at, openings))
    if len(body) > LEAF_BYTES_MAX:
        raise TooLarge("leaf too large")
    return Entry(place.log_index, place.recorded_at, known_at, draft, body.decode(), leaf_hash(body))


def reversal_of(entry: Recorded, *, reason: str, valid_on: date) -> Draft:
    """The mirror of an entry: the only way to correct one. It can itself be reversed, each entry once."""
    data = {"reason": reason, "reverses_kind": entry.kind}
    return Draft(
        key=f"reversal:{entry.log_index}",
        kind="reversal",
        standing=entry.standing,
        valid_on=valid_on,
        data=data,
        request_sha256=digest_of({**data, "valid_on": valid_on.isoformat()}),
        postings=mirrored(entry.postings),
        grant_id=entry.grant_id,
        budget_year=entry.budget_year,
        reverses=entry.log_index,
    )


def mirrored(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """Each of them taken back."""
    return tuple(Posting(one.account, -one.amount, one.currency) for one in postings)


def out_of_force(reversals: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The entries out of force. Given (reversal, what it reverses); a reversed reversal takes nothing out of force."""
    dead: set[int] = set()
    for reversal, target in sorted(reversals, reverse=True):
        if reversal not in dead:
            dead.add(target)
    return frozenset(dead)


def _leaf(draft: Draft, place: Place, known_at: datetime, openings: Sequence[Opening]) -> dict[str, Any]:
    leaf = {
        "v": LEAF_VERSION,
        "origin": place.origin,
        "log_index": place.log_index,
        "recorded_at": stamp(place.recorded_at),
        "known_at": stamp(known_at),
        "reconstructed": draft.reconstructed,
        "valid_on": draft.valid_on.isoformat(),
        "key": draft.key,
        "kind": draft.kind,
        "standing": draft.standing,
        "grant_id": None if draft.grant_id is None else str(draft.grant_id),
        "budget_year": draft.budget_year,
        "reverses": draft.reverses,
        "cause": None if draft.cause is None else str(draft.cause),
        "commitments": {one.part: commitment(one) for one in openings},
        "data": dict(draft.data),
        # Amounts are text: JSON's numbers are exact only up to 2^53.
        "postings": [
            {"account": one.account, "amount": str(one.amount), "currency": one.currency} for one in draft.postings
        ],
        "attachments": [
            {"sha256": one.sha256, "bytes": one.bytes, "media_type": one.media_type, "role": one.role}
            for one in draft.attachments
        ],
    }
    return {name: value for name, value in leaf.items() if value is not None and value != {} and value != []}
