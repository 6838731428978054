"""Needs, offers and the knowledge that comes along, for tests of the matching."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lotse_referral.domain import codes
from lotse_referral.domain.index import Index
from lotse_referral.domain.index import match as matched
from lotse_referral.domain.levels import code_level
from lotse_referral.domain.matching import Match
from lotse_referral.domain.needs import Free, Need
from lotse_referral.domain.offers import LanguageSlot, Offer, Opening
from lotse_referral.domain.scoring import Fixed, Scoring, standing_of
from lotse_referral.providers.knowledge import knowledge

KNOWN = knowledge()
property_of_many = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
"""The first example reads the calendar, and machines that do other things as well are slow."""
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
TODAY = date(2026, 11, 25)
CODES = sorted(codes.CONCERNS)
ALL_CODES = [*CODES, *sorted(codes.PARENT_OF)]
LANGUAGES = ("uk", "ru", "de", "en", "ar")
STATUSES = ("p24_title", "p24_fiktion", "asylum_pending", "refugee", "residence_work", "residence_study", "unknown")
BRACKETS = ("before_2025_04_01", "after", "unknown")
AREAS = ("Prohlis", "Leuben", "Cotta", "Dresden", "Pirna", "DE")
POSTAL_CODES = ("01067", "01239", "01169", "01097", "01277", "04109")
RULES = sorted(KNOWN.rules)
URGENCIES = sorted(KNOWN.scale.weights)
REASONS = ("no_capacity", "not_eligible", "outside_area", "wrong_service", "language_not_available", "other")

some_languages = st.frozensets(st.sampled_from(LANGUAGES), max_size=3)
openings = st.builds(
    Opening, weekday=st.integers(0, 6), opens=st.sampled_from((480, 600, 840)), closes=st.sampled_from((900, 1080))
)
slots = st.builds(
    LanguageSlot,
    language=st.sampled_from(LANGUAGES),
    opening=openings,
    kind=st.sampled_from(("native", "staff", "interpreter")),
)
ids = st.integers(1, 40).map(lambda number: UUID(int=number))


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    covered = draw(st.frozensets(st.sampled_from(ALL_CODES), min_size=1, max_size=5))
    where = draw(st.none() | st.tuples(st.floats(50.9, 51.2), st.floats(13.5, 14.0)))
    return Offer(
        service_id=draw(ids),
        primary_code=draw(st.sampled_from(sorted(covered))),
        codes=covered,
        spoken=draw(some_languages),
        doubtful=draw(some_languages),
        interpreter=draw(st.booleans()),
        capacity=draw(st.sampled_from(["available", "waitlist", "none", "unknown"])),
        active=draw(st.sampled_from([True, True, True, True, False])),
        valid_to=draw(st.none() | st.dates(date(2026, 11, 1), date(2027, 1, 31))),
        confidential=draw(st.sampled_from([False, False, False, True])),
        assured_on=draw(st.none() | st.dates(date(2024, 1, 1), TODAY)),
        assurance=draw(st.sampled_from(["two_sources", "one_source", "unknown"])),
        minimum_age=draw(st.none() | st.sampled_from([6, 27])),
        maximum_age=draw(st.none() | st.sampled_from([5, 26])),
        appointment_only=draw(st.booleans()),
        slots=tuple(draw(st.lists(slots, max_size=2))),
        openings=tuple(draw(st.lists(openings, max_size=2))),
        areas=draw(st.frozensets(st.sampled_from(AREAS), max_size=2)),
        town=draw(st.sampled_from([None, "Dresden", "Pirna"])),
        postal_code=draw(st.none() | st.sampled_from(POSTAL_CODES)),
        latitude=None if where is None else where[0],
        longitude=None if where is None else where[1],
        step_free=draw(st.none() | st.booleans()),
        rules=draw(st.frozensets(st.sampled_from(RULES), max_size=2)),
        helped=draw(st.integers(0, 12)),
        closed=draw(st.integers(12, 20)),
    )


@st.composite
def needs(draw: st.DrawFn) -> Need:
    home = draw(st.none() | st.tuples(st.floats(50.9, 51.2), st.floats(13.5, 14.0)))
    maybe = st.none() | st.booleans()
    return Need(
        code=draw(st.sampled_from(ALL_CODES)),
        languages=tuple(draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True))),
        urgency=draw(st.sampled_from(URGENCIES)),
        interpreter_possible=draw(maybe),
        status=draw(st.none() | st.sampled_from(STATUSES)),
        first_title=draw(st.none() | st.sampled_from(BRACKETS)),
        receives=draw(st.frozensets(st.sampled_from(["sgb2", "wohngeld"]), max_size=1)),
        age=draw(st.none() | st.integers(0, 90)),
        children=draw(st.none() | st.integers(0, 3)),
        able_to_work=draw(maybe),
        women_only=draw(maybe),
        district=draw(st.sampled_from([None, "Prohlis", "Gorbitz", "Nirgendwo"])),
        postal_code=draw(st.none() | st.sampled_from(POSTAL_CODES)),
        town=draw(st.sampled_from([None, None, "Pirna"])),
        latitude=None if home is None else home[0],
        longitude=None if home is None else home[1],
        step_free=draw(maybe),
        remote_possible=draw(maybe),
        free=tuple(draw(st.lists(st.builds(Free, weekday=st.integers(0, 6)), max_size=2))),
        preferred=draw(st.frozensets(ids, max_size=2)),
        declined=tuple(draw(st.lists(st.tuples(ids, st.sampled_from(REASONS)), max_size=2, unique_by=lambda x: x[0]))),
    )


directories = st.lists(offers(), max_size=6, unique_by=lambda offer: offer.service_id)


def match(need: Need, directory: list[Offer], now: datetime = NOW) -> Match:
    return matched(need, directory, now, KNOWN)


def rank_of(found: Match, service_id: UUID) -> int:
    return [suggestion.service_id for suggestion in found.suggestions].index(service_id)


def tier_of(found: Match, service_id: UUID) -> int:
    return next(one.tier for one in found.suggestions if one.service_id == service_id)


def score_of(need: Need, offer: Offer) -> int:
    """The score of one offer, whatever leaves it out."""
    keyed = next(iter(Index([offer], KNOWN).by_id.values()))
    scoring = Scoring(need, NOW, KNOWN)
    level = code_level(need.code, offer) or "other_part"
    return scoring.suggestion(
        Fixed(0, scoring.table["code"][level] + standing_of(offer, scoring)[0], 0, level, keyed)
    ).score


def offer(number: int = 1, code: str = "benefits", **given: Any) -> Offer:
    """A plain one; what is not given is unknown."""
    return Offer(UUID(int=number), code, given.pop("codes", frozenset({code})), **given)
