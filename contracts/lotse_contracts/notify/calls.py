"""Who must be called, since a message about her appointment may not have reached her."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact


class CallFact(Fact):
    """About one message that may not have reached her; `until`: later a call is of no use."""

    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    notification_id: UUID
    appointment_id: UUID | None = None
    until: AwareDatetime
    reason: Code = Field(description="why the message does not count as told, such as `presumed_sent` or `failed`")


class CallNeeded(CallFact):
    """Nobody can say that she was told, and there is still time: somebody should call her."""

    NAME: ClassVar[str] = "call-needed"


class CallNotNeeded(CallFact):
    """It has reached her after all, or something newer is told instead. It may come before what it ends."""

    NAME: ClassVar[str] = "call-not-needed"
