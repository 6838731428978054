"""Receipt codes: a new one, and who holds one."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Digest, Language, Order, Part, Question, Sealed
from lotse_contracts.intake.contents import Pin, ReceiptCode
from lotse_contracts.values import COUNSELLORS


class GiveReceipt(Order):
    """A new receipt code is printed for her, who has none or lost it; she chooses a PIN. An older code ends."""

    NAME: ClassVar[str] = "give-receipt"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    receipt_sha256: Digest = Field(description="SHA-256 of the receipt code printed for her")
    content: Sealed


class HolderContent(Part):
    """The plaintext of `AskHolder.content`."""

    receipt_code: ReceiptCode
    pin: Pin


class HolderAnswer(Answer):
    """Whose code and PIN they are. An unknown code, a wrong PIN and a lock after too many tries look the same.

    `person_ids` are all records that are hers, the one of the enquiry first.
    """

    known: bool
    person_ids: tuple[UUID, ...] = Field(default=(), max_length=ITEMS_MAX)
    language: Language | None = None


class AskHolder(Question):
    """Who holds this receipt code and its PIN? Asked by referral alone, for the person's page; the tries are counted.

    The content is sealed, bound to `attempt_id`.
    """

    NAME: ClassVar[str] = "holder"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = HolderAnswer

    attempt_id: UUID
    content: Sealed
