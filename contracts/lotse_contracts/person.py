"""What every service hears and says about the erasure of a person, and answers about her data."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Answer, Base64Url, Digest, Fact, Order, Question, SaidPart, Sealed, Token
from lotse_contracts.values import COORDINATORS


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


class ErasureReceipt(Fact):
    """This service's part is gone."""

    NAME: ClassVar[str] = "person-erased"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    counts: tuple[ErasedCount, ...] = Field(default=(), max_length=50)
    kept: tuple[KeptRecord, ...] = Field(default=(), max_length=50)
    digest: Digest = Field(description="SHA-256 over the canonical JSON of person_id, counts and kept")


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
