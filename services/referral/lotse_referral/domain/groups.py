"""A group offer: what people see of it, whether somebody may sign up, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from lotse_contracts.values import GroupKind, RecipientLanguage
from lotse_referral.domain.rules import RuleNotTaken
from lotse_referral.domain.series import Deviations, Series, ends_at, has, is_over

OWN_LANGUAGE: RecipientLanguage = "de"  # of an offer's name
KEPT_AFTER_END = timedelta(days=30)
"""How long sign-ups without account stay after the last session. Source: the project's retention notes, A5, 2026-11."""
LOOKED_AT_AGAIN = timedelta(days=90)  # where nobody knows yet when it ends


@dataclass(frozen=True)
class OfferWords:
    """Title and description in one language."""

    language: RecipientLanguage
    title: str
    about: str = ""


@dataclass(frozen=True)
class GroupOffer:
    """A course, a club, a practice group. Without a series nobody has said yet when it meets."""

    offer_id: UUID
    name: str
    seats: int
    open: bool = True
    service_id: UUID | None = None
    kind: GroupKind = "course"
    texts: tuple[OfferWords, ...] = ()
    series: Series | None = None
    location_id: UUID | None = None
    place: str = ""
    languages: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    women_only: bool = False
    drop_in: bool = False
    registration_until: datetime | None = None
    grant_id: UUID | None = None
    plan_line: str | None = None
    cancelled_at: datetime | None = None
    version: int = 1

    @property
    def cancelled(self) -> bool:
        """Whether it does not take place any more."""
        return self.cancelled_at is not None

    def words(self, language: str) -> OfferWords:
        """What it is called in this language; the name, in German, where nobody has written it in hers."""
        for wished in (language, OWN_LANGUAGE):
            found = next((words for words in self.texts if words.language == wished), None)
            if found is not None:
                return found
        return OfferWords(OWN_LANGUAGE, self.name)

    def same_as(self, other: "GroupOffer") -> bool:
        """Whether both say the same, whenever it was said."""
        return replace(self, version=0, cancelled_at=None) == replace(other, version=0, cancelled_at=None)


def why_not(offer: GroupOffer, deviations: Deviations, now: datetime) -> str | None:
    """The code that says why nobody can sign up now; None if somebody can."""
    if offer.cancelled:
        return "offer_cancelled"
    if ended(offer, deviations, now):
        return "offer_ended"
    if offer.drop_in:
        return "no_sign_up_needed"
    if offer.registration_until is not None and offer.registration_until <= now:
        return "registration_over"
    return None if offer.open else "offer_closed"


def ended(offer: GroupOffer, deviations: Deviations, now: datetime) -> bool:
    """Whether its last session is over."""
    return offer.series is not None and is_over(offer.series, deviations, now)


def moves_up(offer: GroupOffer, deviations: Deviations, now: datetime) -> bool:
    """Whether a free seat is given to whoever waits; a closed offer only takes nobody new."""
    return not offer.cancelled and not ended(offer, deviations, now)


def forgotten_at(offer: GroupOffer, deviations: Deviations, now: datetime) -> datetime | None:
    """When its sign-ups go; None while nobody knows when it ends."""
    if offer.cancelled_at is not None:
        return offer.cancelled_at + KEPT_AFTER_END
    if offer.series is None:
        return None
    last = ends_at(offer.series, deviations)
    if last is not None:
        return last + KEPT_AFTER_END
    return now if is_over(offer.series, deviations, now) else None


def faults(offer: GroupOffer) -> Iterator[tuple[str, str]]:
    """What is wrong with it: the code and the field."""
    if offer.age_from is not None and offer.age_to is not None and offer.age_from > offer.age_to:
        yield "ages_reversed", "age_to"
    if offer.location_id is not None and offer.place:
        yield "place_twice", "place"
    languages = [words.language for words in offer.texts]
    if len(set(languages)) != len(languages):
        yield "text_twice", "texts"
    if offer.series is not None:
        yield from _faults_of(offer.series)


def _faults_of(series: Series) -> Iterator[tuple[str, str]]:
    try:
        if not has(series, series.starts_on):
            yield "series_does_not_begin", "starts_on"
    except RuleNotTaken:
        yield "rule_not_taken", "rule"
