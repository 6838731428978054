"""When a person is asked what became of a referral, and what her answer means."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from lotse_chassis.calendar import ZONE
from lotse_contracts.values import (
    CheckbackAnswerName,
    CheckbackSeries,
    CheckbackThrough,
    CheckbackWay,
    CheckbackWord,
    DeliveryMode,
    OutcomeCode,
)
from lotse_referral.domain.codes import is_violence
from lotse_referral.domain.machine import Action
from lotse_referral.domain.referral import Referral

CHECKBACK = "checkback"  # kind of the timer of the series `way`; its key is the referral
VISIT_CHECK = "visit_check"  # the same of the series `visit`
ROUND_DAYS = (3, 10, 30)
"""After she was sent on her way. Source: the project's specification of referrals, B7."""
GRACE_DAYS = 7
"""After the last round, until silence is a state of its own."""
VISIT_HOUR = time(10)
"""In Dresden, on the day after an appointment: nobody is asked at night."""
VISITS_MAX = 10  # appointments of one referral that she is asked about
USEFUL_FOR = timedelta(days=7)
"""A question that could not be told by then is the desk's."""

ASKED_MODES: frozenset[DeliveryMode] = frozenset({"self", "accompanied", "call", "letter"})
"""No machine of the office will tell us what became of these."""
OFFICE_MAY_ANSWER: frozenset[DeliveryMode] = frozenset({"call", "letter"})
UNANSWERED = frozenset({"sent", "delivered"})


class Meaning(NamedTuple):
    """What an answer does to the referral."""

    action: Action
    reason: str | None = None
    outcome: OutcomeCode | None = None


MEANING: dict[CheckbackAnswerName, Meaning | None] = {
    "been_there": Meaning("complete", outcome="need_met"),
    "not_helped": Meaning("complete", outcome="informed_only"),
    "no_longer_needed": Meaning("withdraw", reason="need_met_elsewhere"),
    "not_yet": None,
}


@dataclass(frozen=True)
class Checkback:
    """One time that she was asked. `way` desk: the desk asks her when she comes, since nothing may be sent to her."""

    referral_id: UUID
    person_id: UUID
    series: CheckbackSeries
    round: int
    way: CheckbackWay
    asked_at: datetime
    answer: CheckbackAnswerName | None = None
    said_by: CheckbackWord | None = None
    through: CheckbackThrough | None = None
    answered_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether she has not answered this time."""
        return self.answer is None


def due_at(handed_over_at: datetime, number: int) -> datetime | None:
    """When round `number`, counted from 1, is due; None after the last."""
    if number > len(ROUND_DAYS):
        return None
    return handed_over_at + timedelta(days=ROUND_DAYS[number - 1])


def gives_up_at(handed_over_at: datetime) -> datetime:
    """When the last question has waited long enough."""
    return handed_over_at + timedelta(days=ROUND_DAYS[-1] + GRACE_DAYS)


def following_at(handed_over_at: datetime, number: int, now: datetime) -> datetime:
    """When what comes after round `number` is due: the next round, or the end. After an outage she still has a week."""
    planned = due_at(handed_over_at, number + 1) or gives_up_at(handed_over_at)
    return planned if planned > now else now + timedelta(days=GRACE_DAYS)


def waits_until(asked: Iterable[datetime]) -> datetime | None:
    """Until when the latest question waits for its answer; None where there is none."""
    latest = max(asked, default=None)
    return None if latest is None else latest + timedelta(days=GRACE_DAYS)


def visit_due_at(ends_at: datetime) -> datetime:
    """The morning after an appointment, by the clock of Dresden."""
    following = ends_at.astimezone(ZONE).date() + timedelta(days=1)
    return datetime.combine(following, VISIT_HOUR, ZONE)


def asks_back(referral: Referral) -> bool:
    """Whether nobody but her can tell us what became of it, at least until the office has said something."""
    if referral.direction != "out" or referral.mode not in ASKED_MODES or not referral.under_way:
        return False
    return referral.mode not in OFFICE_MAY_ANSWER or referral.state in UNANSWERED


def open_question(asked: Iterable[Checkback]) -> Checkback | None:
    """The one that waits for her: the newest, since an older one is asked no more."""
    newest = max(asked, key=lambda one: (one.asked_at, one.round), default=None)
    return newest if newest is not None and newest.open else None


def may_be_told(referral: Referral, *, confidential: bool) -> bool:
    """Never for violence, never about a place that must stay secret: somebody else may read her messages."""
    return not confidential and not any(is_violence(code) for code in referral.codes)
