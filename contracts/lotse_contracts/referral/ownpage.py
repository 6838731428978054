"""What a person says on her own page."""

from typing import ClassVar
from uuid import UUID

from lotse_contracts.envelope import Fact
from lotse_contracts.values import MoveWish


class AppointmentMoveWished(Fact):
    """She would like another time; the desk arranges it with the office, and nothing is moved until then."""

    NAME: ClassVar[str] = "appointment-move-wished"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    wish: MoveWish
