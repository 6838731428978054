"""What every service hears and says about the erasure of a person, and answers about her data."""

import hashlib
import json
from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Answer, Base64Url, Digest, Fact, Order, Question, SaidPart, Sealed, Token
from lotse_contracts.values import COORDINATORS

STORES_MAX = 200  # tables, folders and queues of one service in a receipt


class ErasureOrder(Order):
    """Erase your part of this person and answer with a receipt."""

    NAME: ClassVar[str] = "erase-person"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID


class ErasedCount(SaidPart):
    """How many rows or files of one store are gone."""

    store: Token
    count: int = Field(ge=0)


class KeptRecord(SaidPart):
    """What stays, and by which rule."""

    store: Token
    count: int = Field(ge=0)
    rule: Token


def receipt_digest(person_id: UUID, counts: Iterable[ErasedCount], kept: Iterable[KeptRecord]) -> str:
    """SHA-256, hexadecimal, over the canonical JSON (RFC 8785) of person_id, counts and kept.

    For their plain names and numbers compact JSON with sorted keys is canonical.
    """
    whole = {
        "person_id": str(person_id),
        "counts": [count.model_dump() for count in counts],
        "kept": [record.model_dump() for record in kept],
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class ErasureReceipt(Fact):
    """This service's part is gone."""

    NAME: ClassVar[str] = "person-erased"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    counts: tuple[ErasedCount, ...] = Field(default=(), max_length=STORES_MAX)
    kept: tuple[KeptRecord, ...] = Field(default=(), max_length=STORES_MAX)
    digest: Digest = Field(description="`receipt_digest` of person_id, counts and kept")


class PersonDataAnswer(Answer):
    """This service's part, sealed to the key of whoever asked; inside is one JSON object."""

    held: bool
    content: Sealed | None = None


class PersonDataQuestion(Question):
    """What do you hold about this person?"""

    NAME: ClassVar[str] = "person-data"
    ANSWER: ClassVar[type[Answer]] = PersonDataAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    reply_key: Base64Url
