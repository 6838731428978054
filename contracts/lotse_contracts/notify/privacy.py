"""Keys, erasure and what is held about a person."""

from typing import ClassVar

from lotse_contracts.envelope import Answer, Question
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion


class ErasePerson(ErasureOrder):
    """Notify's part of an erasure."""

    SERVICE: ClassVar[str] = "notify"


class PersonErased(ErasureReceipt):
    """Notify's receipt."""

    SERVICE: ClassVar[str] = "notify"


class AskSealingKey(Question):
    """Which key does intake seal contacts to?"""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "notify"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer


class AskPersonData(PersonDataQuestion):
    """Notify's part of what is held about a person."""

    SERVICE: ClassVar[str] = "notify"
