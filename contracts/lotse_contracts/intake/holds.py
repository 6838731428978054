"""What must not go before a day, and what was kept long enough.

Source: Regulation (EU) 2016/679 (GDPR), articles 17 and 18, as of 2026-11.
"""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Order, SaidPart, Token, Version
from lotse_contracts.values import COORDINATORS

HoldReason = Literal["legal_claim", "legal_obligation", "authority_order", "objection_pending"]
"""Why her data may not go yet: Art. 17(3)(e), 17(3)(b), a court's or an authority's order, Art. 18(1)(d)."""


class PlaceHold(Order):
    """Nothing of this person may go before a day, and why; it can be lifted earlier, and ends by itself."""

    NAME: ClassVar[str] = "place-hold"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    hold_id: UUID
    reason: HoldReason
    until: AwareDatetime = Field(description="at most a year ahead; a new hold may follow")


class LiftHold(Order):
    """The reason of a hold is gone."""

    NAME: ClassVar[str] = "lift-hold"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    hold_id: UUID


class HoldPlaced(Fact):
    """Nothing of her may go before this day."""

    NAME: ClassVar[str] = "hold-placed"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    hold_id: UUID
    reason: HoldReason
    until: AwareDatetime


class HoldLifted(Fact):
    """This hold is over before its day."""

    NAME: ClassVar[str] = "hold-lifted"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    hold_id: UUID


class RetentionCount(SaidPart):
    """How much one rule took."""

    rule: Code
    count: int = Field(ge=0)


class RetentionRun(Fact):
    """What was kept long enough is gone: rules and numbers only."""

    NAME: ClassVar[str] = "retention-run"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "run_id"
    ANONYMOUS: ClassVar[bool] = True

    run_id: UUID
    data_version: Token
    counts: tuple[RetentionCount, ...] = Field(max_length=50)
