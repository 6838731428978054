"""Figures that name nobody."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from lotse_contracts.envelope import ITEMS_MAX, Code, Fact, Order, SaidPart
from lotse_contracts.values import COORDINATORS


class PublishStatistics(Order):
    """A coordinator asks for the anonymous figures of a period."""

    NAME: ClassVar[str] = "publish-statistics"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "period"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]


class CountedCell(SaidPart):
    """One cell of a table; a suppressed count is absent, which is not zero."""

    name: Code
    count: int | None = Field(default=None, ge=0)


class StatisticsPublished(Fact):
    """Anonymous figures of a month."""

    NAME: ClassVar[str] = "statistics-published"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "period"

    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
    enquiries_by_channel: tuple[CountedCell, ...] = Field(max_length=ITEMS_MAX)
    concerns_by_code: tuple[CountedCell, ...] = Field(max_length=ITEMS_MAX)
