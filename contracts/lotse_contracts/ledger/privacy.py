"""A person's rights, and the key that seals what names her."""

from typing import ClassVar

from lotse_contracts.envelope import Answer, Question
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion


class ErasePerson(ErasureOrder):
    """The ledger's part of an erasure: openings are erased; entries, proofs and what the law keeps stay."""

    SERVICE: ClassVar[str] = "ledger"


class PersonErased(ErasureReceipt):
    """The ledger's receipt."""

    SERVICE: ClassVar[str] = "ledger"


class AskSealingKey(Question):
    """The ledger's public key, to seal the private part of a voucher to."""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer


class AskPersonData(PersonDataQuestion):
    """The ledger's part of what is held about a person."""

    SERVICE: ClassVar[str] = "ledger"
