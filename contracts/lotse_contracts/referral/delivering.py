"""How what was released reaches the receiver."""

from typing import ClassVar
from uuid import UUID

from lotse_contracts.envelope import Order, Sealed


class ForwardFields(Order):
    """Intake hands over the sealed fields of one referral; referral cannot open them."""

    NAME: ClassVar[str] = "forward-fields"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    fields: Sealed
