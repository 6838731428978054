"""An entry of the log: what somebody wants to record, and the leaf that it becomes.

The leaf is the canonical JSON (RFC 8785) of the whole entry, postings included; its hash is that of RFC 6962, so that
a Merkle tree over the log needs nothing but the stored hashes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import rfc8785

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.instants import MICROSECOND, stamp

LEAF_VERSION = 1
LEAF_BYTES_MAX = 65_535  # a tile bundle writes a leaf's length in two bytes. Source: C2SP tlog-tiles
LEAF_PREFIX = b"\x00"  # Source: RFC 6962, section 2.1
SALT_BYTES = 32


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
class Draft:
    """What is to be recorded. `key` names the thing once and for all; `request_sha256` is the digest of the order.

    `known_at` is set only for a fact of the past that is reconstructed: when the public learned it.
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
    actor: str | None = field(default=None, repr=False)

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
    """What a commitment in a leaf stands for. It is kept beside the log and can be erased; the leaf cannot."""

    salt: bytes
    content: str


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

    @property
    def is_demo(self) -> bool:
        """Whether it must be shown as a demonstration value."""
        return self.standing == "demo"


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON."""
    return rfc8785.dumps(value)


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


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


def opening_of(draft: Draft, salt: bytes) -> Opening | None:
    """Who gave the order: personal data, so the leaf carries its commitment only."""
    return None if draft.actor is None else Opening(salt, canonical({"actor": draft.actor}).decode())


def entered(draft: Draft, place: Place, opening: Opening | None) -> Entry:
    """The entry with its leaf. Raises Unbalanced or TooLarge."""
    check_balanced(draft.postings)
    known_at = draft.known_at or place.recorded_at
    body = canonical(_leaf(draft, place, known_at, opening))
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
        postings=tuple(Posting(one.account, -one.amount, one.currency) for one in entry.postings),
        grant_id=entry.grant_id,
        budget_year=entry.budget_year,
        reverses=entry.log_index,
    )


def out_of_force(reversals: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The entries out of force. Given (reversal, what it reverses); a reversed reversal takes nothing out of force."""
    dead: set[int] = set()
    for reversal, target in sorted(reversals, reverse=True):
        if reversal not in dead:
            dead.add(target)
    return frozenset(dead)


def _leaf(draft: Draft, place: Place, known_at: datetime, opening: Opening | None) -> dict[str, Any]:
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
        "request_sha256": draft.request_sha256,
        "actor_commitment": None if opening is None else commitment(opening),
        "data": dict(draft.data),
        # Amounts are text: JSON's numbers are exact only up to 2^53.
        "postings": [
            {"account": one.account, "amount": str(one.amount), "currency": one.currency} for one in draft.postings
        ],
    }
    return {name: value for name, value in leaf.items() if value is not None}
