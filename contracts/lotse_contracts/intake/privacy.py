"""What a person has a right to: access, rectification, restriction, erasure."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Fact, Order, Token
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion
from lotse_contracts.values import COORDINATORS


class BeginErasure(Order):
    """A coordinator starts the erasure of a person in all services of the association."""

    NAME: ClassVar[str] = "begin-erasure"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID


class ErasePerson(ErasureOrder):
    """Intake's part of an erasure."""

    SERVICE: ClassVar[str] = "intake"


class ErasureBegun(Fact):
    """Every service is now erasing this person."""

    NAME: ClassVar[str] = "erasure-begun"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID


class ErasureConfirmed(Fact):
    """Every service has answered with its receipt and the keys are destroyed."""

    NAME: ClassVar[str] = "erasure-confirmed"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    services: tuple[Token, ...] = Field(max_length=20)


class PersonErased(ErasureReceipt):
    """Intake's receipt."""

    SERVICE: ClassVar[str] = "intake"


class AskPersonData(PersonDataQuestion):
    """Intake's part of what is held about a person (Art. 15, 20 GDPR)."""

    SERVICE: ClassVar[str] = "intake"
