"""The handover of open cases at the end of 2026: its days and words, and how far somebody is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from lotse_contracts.values import FieldGroup, HandoverAnswerName, HandoverStep, RecipientLanguage

HERE = ZoneInfo("Europe/Berlin")
PURPOSE = "handover"
LANGUAGES: tuple[RecipientLanguage, ...] = ("uk", "ru", "de", "en")
TAKE_ME: HandoverAnswerName = "take_me"
MY_PAPERS: HandoverAnswerName = "my_papers"
CLOSE: HandoverAnswerName = "close"
ANSWERED: Mapping[HandoverAnswerName, HandoverStep] = {TAKE_ME: "take_me", MY_PAPERS: "my_papers", CLOSE: "closed"}


@dataclass(frozen=True)
class Option:
    """One answer in one language."""

    title: str
    text: str


@dataclass(frozen=True)
class Words:
    """Everything that is said about the handover in one language."""

    title: str
    text: str
    until: str
    options: Mapping[HandoverAnswerName, Option]
    groups: Mapping[FieldGroup, str]
    place: str
    letter: Mapping[str, str]
    recipient: Mapping[str, str]
    page: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """Days, periods and words, as the data has them."""

    version: str
    round: int
    remind_after: timedelta
    answers_until: date
    closes_on: date
    deadlines_from: date
    purge_after: timedelta
    consent_ends_on: date
    words: Mapping[RecipientLanguage, Words]

    def is_over(self, now: datetime) -> bool:
        """Whether nobody is asked and no answer is taken any more; the last day counts whole, in Dresden."""
        return now.astimezone(HERE).date() > self.closes_on

    def end_of(self, day: date) -> datetime:
        """The midnight that ends a day in Dresden."""
        return datetime.combine(day + timedelta(days=1), time(0), HERE).astimezone(UTC)

    def may_remind(self, at: datetime) -> bool:
        """Whether she can still answer in time at that moment."""
        return at.astimezone(HERE).date() <= self.answers_until

    def may_purge(self, receipted_at: datetime | None, now: datetime) -> bool:
        """Never before the receipt, and then after the period."""
        return receipted_at is not None and now >= receipted_at + self.purge_after


class Standing(Protocol):
    """What is kept of one person's handover."""

    asked_at: datetime | None
    answer: HandoverAnswerName | None
    papers_at: datetime | None
    packaged_at: datetime | None
    receipted_at: datetime | None
    purged_at: datetime | None


def step_of(standing: Standing | None) -> HandoverStep:
    """How far she is."""
    if standing is None:
        return "open"
    ends: tuple[tuple[datetime | None, HandoverStep], ...] = (
        (standing.purged_at, "purged"),
        (standing.receipted_at, "receipted"),
        (standing.packaged_at, "packaged"),
        (standing.papers_at, "papers_given"),
    )
    for at, step in ends:
        if at is not None:
            return step
    if standing.answer is None:
        return "asked" if standing.asked_at is not None else "open"
    return ANSWERED[standing.answer]


def reference_of(batch_id: UUID, person_id: UUID) -> UUID:
    """How the receiver of a batch knows her: the same each time, and from it nobody gets back to her id here."""
    digest = hashlib.sha256(f"lotse.handover.v1|{batch_id}|{person_id}".encode()).digest()
    return UUID(bytes=digest[:16], version=4)
