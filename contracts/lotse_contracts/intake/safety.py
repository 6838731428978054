"""Whether anything may be pushed to a person's contact."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Fact, Order, Version
from lotse_contracts.values import COUNSELLORS


class MarkContactSafe(Order):
    """A counsellor has asked her: messages to her contact are safe for her, or they are not."""

    NAME: ClassVar[str] = "mark-contact-safe"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    safe: bool = True


class ContactSafetyChanged(Fact):
    """Nothing is pushed to her contact any more, or it may be again, or another one has taken its place."""

    NAME: ClassVar[str] = "contact-safety-changed"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    safe: bool
    replaced: bool = Field(default=False, description="what was sent to her so far must open nothing any more")
