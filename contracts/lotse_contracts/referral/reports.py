"""Figures of referrals, gaps and groups: counted once a period is over, published once, the same ever after."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Answer, Digest, Fact, Order, Question, SaidPart
from lotse_contracts.intake import Day
from lotse_contracts.intake.statistics import REPORT_CHARACTERS_MAX, Period
from lotse_contracts.values import COORDINATORS, ReferralReportPart, ReferralReportState

STALE_MAX = 200


class PublishReferralReport(Order):
    """A coordinator publishes the figures of a period that is over; they are counted once and then stay.

    `part` gaps: what nobody serves, for the city; referrals: all the rest. Each part guards its own earlier reports.
    """

    NAME: ClassVar[str] = "publish-referral-report"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "span"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    span: Period
    part: ReferralReportPart = "referrals"


class ReferralReportPublished(Fact):
    """Figures of referrals or gaps may be read; `ask referral-report` says them."""

    NAME: ClassVar[str] = "referral-report-published"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "span"

    span: Period
    part: ReferralReportPart
    sha256: Digest = Field(description="of the report as `ask referral-report` says it")


class StaleService(SaidPart):
    """A service of the directory that somebody should look at again."""

    service_id: UUID
    name: str
    next_check_due: Day


class ReferralReportAnswer(Answer):
    """A report as canonical JSON (RFC 8785), byte for byte when encoded as UTF-8. A draft may still change.

    `stale` is about today and about offices, so nothing of it is hidden.
    """

    span: Period
    part: ReferralReportPart
    state: ReferralReportState
    report: str = Field(max_length=REPORT_CHARACTERS_MAX)
    sha256: Digest
    published_at: AwareDatetime | None = None
    stale: tuple[StaleService, ...] = Field(
        default=(), max_length=STALE_MAX, description="beyond the day of their check, the longest first; today"
    )


class AskReferralReport(Question):
    """What are the figures of this span: as published, or as a draft?"""

    NAME: ClassVar[str] = "referral-report"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = ReferralReportAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    span: Period
    part: ReferralReportPart = "referrals"
