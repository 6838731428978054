"""When a person is asked what became of a self-referral, and what her answer means."""

from datetime import datetime, timedelta
from typing import NamedTuple

from lotse_contracts.values import CheckbackAnswerName, OutcomeCode
from lotse_referral.domain.codes import is_violence
from lotse_referral.domain.machine import Action
from lotse_referral.domain.referral import Referral

CHECKBACK = "checkback"  # kind of the timer; its key is the referral
ROUND_DAYS = (3, 10, 30)
"""After the card was handed over. Source: the project's specification of self-referrals."""


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


def due_at(handed_over_at: datetime, number: int) -> datetime | None:
    """When round `number`, counted from 1, is due; None after the last."""
    if number > len(ROUND_DAYS):
        return None
    return handed_over_at + timedelta(days=ROUND_DAYS[number - 1])


def may_be_told(referral: Referral, *, confidential: bool) -> bool:
    """Never for violence, never about a place that must stay secret: somebody else may read her messages."""
    return not confidential and not any(is_violence(code) for code in referral.codes)
