"""Figures that name nobody."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Digest, Fact, Order, Question, SaidPart
from lotse_contracts.values import COORDINATORS

Period = Annotated[str, StringConstraints(pattern=r"^\d{4}(-(Q[1-4]|H[12]|\d{2}(_\d{4}-\d{2})?))?$")]
"""A year, half-year, quarter or month, such as `2026`, `2026-H1`, `2026-Q3`, `2026-11`; or from a month to a month,
both included: `2025-10_2026-12`."""
ReportState = Literal["draft", "published", "handed_in"]
REPORT_CHARACTERS_MAX = 180_000  # with the envelope it fits the broker's limit


class PublishStatistics(Order):
    """A coordinator asks for the anonymous figures of a period that is over; they are counted once and then stay."""

    NAME: ClassVar[str] = "publish-statistics"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "period"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    period: Period


class CountedCell(SaidPart):
    """One cell of a table; a suppressed count is absent, which is not zero."""

    name: Code
    count: int | None = Field(default=None, ge=0)


class StatisticsPublished(Fact):
    """Anonymous figures of a period."""

    NAME: ClassVar[str] = "statistics-published"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "period"

    period: Period
    enquiries_by_channel: tuple[CountedCell, ...] = Field(max_length=ITEMS_MAX)
    concerns_by_code: tuple[CountedCell, ...] = Field(max_length=ITEMS_MAX)
    sha256: Digest | None = Field(default=None, description="of the whole report as `ask report` says it")


class HandInReport(Order):
    """A published report goes to the funder: kept byte for byte from now on."""

    NAME: ClassVar[str] = "hand-in-report"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "report_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    report_id: UUID
    period: Period
    recipient: Code = Field(default="sozialamt", description="to whom")
    corrects: UUID | None = Field(
        default=None, description="the report that was handed in before and this one replaces"
    )


class ReportHandedIn(Fact):
    """A report was handed in and is frozen."""

    NAME: ClassVar[str] = "report-handed-in"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "report_id"

    report_id: UUID
    period: Period
    sha256: Digest
    corrects: UUID | None = None


class ReportAnswer(Answer):
    """A report as canonical JSON (RFC 8785), byte for byte when encoded as UTF-8. A draft may still change."""

    period: Period
    state: ReportState
    report: str = Field(max_length=REPORT_CHARACTERS_MAX)
    sha256: Digest
    published_at: AwareDatetime | None = None
    report_id: UUID | None = None
    corrects: UUID | None = None
    corrected_by: UUID | None = None


class AskReport(Question):
    """What are the figures of this period, or what was handed in under this id?"""

    NAME: ClassVar[str] = "report"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ReportAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    period: Period | None = Field(default=None, description="a draft, unless it was published")
    report_id: UUID | None = Field(default=None, description="instead of a period: a report that was handed in")
