"""How well an offer does in one factor: the name of the level, with what a counsellor may want to read beside it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lotse_referral.domain.codes import CONCERNS, ORIENTATION, PARENT_OF, parent_of
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import LanguageSlot, Offer, Opening
from lotse_referral.domain.places import Places, kilometres
from lotse_referral.domain.slots import UNKNOWN, WEEKDAYS, Next, next_open

RECENTLY = timedelta(days=90)
THIS_YEAR = timedelta(days=365)
FINER: dict[str, frozenset[str]] = {code: frozenset(concern.finer) for code, concern in CONCERNS.items()}
DISTANCES = (
    (1.0, "within_one_kilometre"),
    (3.0, "within_three_kilometres"),
    (6.0, "within_six_kilometres"),
    (12.0, "within_twelve_kilometres"),
)
OTHER_PART = "other_part"
NO_COMMON_LANGUAGE = "language_not_listed"
GERMAN = "de"
INSTEAD = "responsible_instead"
EXACT = frozenset({INSTEAD, "code_exact", "code_exact_listed", "code_primary"})
COVERING = frozenset(
    {
        INSTEAD,
        "code_exact",
        "code_exact_listed",
        "code_primary",
        "code_listed",
        "part_primary",
        "part_listed",
        "parent_primary",
        "parent_listed",
    }
)
"""With these an offer is there for the concern; general advice and a desk for another part of it are not."""


class Level(NamedTuple):
    """A level of the scale, and its detail."""

    name: str
    detail: str | None = None


class Talk(NamedTuple):
    """One way to be received: in which language, and when."""

    language: Level
    slot: Next


def code_level(code: str, offer: Offer, instead: frozenset[str] = frozenset()) -> str | None:
    """How exactly the offer covers the code, or one that is responsible instead; None if it does something else.

    Whoever lists every part of a code covers it as a whole.
    """
    if instead & offer.codes and code not in offer.codes:
        return INSTEAD
    parent = parent_of(code)
    primary = parent_of(offer.primary_code) == parent
    finer = FINER.get(parent, frozenset())
    parts = offer.codes & finer
    if code not in PARENT_OF and len(finer) > 1 and parts == finer:
        parts = frozenset()
    if code in PARENT_OF and code in parts:
        return "code_exact" if primary else "code_exact_listed"
    if code in PARENT_OF and parts:
        return OTHER_PART
    if parts:
        return "part_primary" if primary else "part_listed"
    if parent in offer.codes:
        whole = ("parent_primary", "parent_listed") if code in PARENT_OF else ("code_primary", "code_listed")
        return whole[0] if primary else whole[1]
    return "general_advice" if parent_of(offer.primary_code) == ORIENTATION else None


def tongues(need: Need, offer: Offer) -> list[str]:
    """The levels of language that an offer can reach, whenever it is open: what `talks` finds, without the hours."""
    found = [_without(offer).name]
    if offer.interpreter and need.interpreter_possible is not False:
        found.append("interpreter")
    for place, language in enumerate(need.languages):
        spoken = language.partition("-")[0]
        kinds = {slot.kind for slot in offer.slots if slot.language == spoken}
        if kinds:
            found += [level for kind in kinds if (level := _slot_level(kind, need, first=place == 0)) is not None]
        elif spoken in offer.spoken:
            found.append("staff_speaks" if place == 0 else "staff_speaks_other")
        elif spoken in offer.doubtful:
            found.append("language_doubtful")
    return found


def _slot_level(kind: str, need: Need, *, first: bool) -> str | None:
    if kind == "interpreter":
        return None if need.interpreter_possible is False else "interpreter"
    return f"{kind}_speaks" + ("" if first else "_other")


def talks(need: Need, offer: Offer, now: datetime) -> list[Talk]:
    """Every way in which she could be received; which of them is best depends on the weights."""
    general = UNKNOWN if offer.appointment_only else next_open(offer.openings, now, need.free)
    if offer.appointment_only:
        general = Next("by_appointment")
    found = [Talk(_without(offer), general)]
    if offer.interpreter and need.interpreter_possible is not False:
        found.append(Talk(Level("interpreter"), general))
    for place, language in enumerate(need.languages):
        spoken = language.partition("-")[0]
        slots = [slot for slot in offer.slots if slot.language == spoken]
        if slots:
            found += _slotted(slots, need, now, first=place == 0, appointment=offer.appointment_only)
        elif spoken in offer.spoken:
            found.append(Talk(Level("staff_speaks" if place == 0 else "staff_speaks_other", spoken), general))
        elif spoken in offer.doubtful:
            found.append(Talk(Level("language_doubtful", spoken), general))
    return found


def _without(offer: Offer) -> Level:
    """If none of her languages is named. An empty list is unknown, not none.

    Where German is spoken somebody can go along and interpret; where it is not, nobody could talk with anybody.
    """
    named = offer.spoken | offer.doubtful | {slot.language for slot in offer.slots}
    if not named:
        return Level("languages_unknown")
    return Level("german_only" if GERMAN in named else NO_COMMON_LANGUAGE)


def _slotted(slots: Sequence[LanguageSlot], need: Need, now: datetime, *, first: bool, appointment: bool) -> list[Talk]:
    found = []
    for kind in dict.fromkeys(slot.kind for slot in slots):
        name = _slot_level(kind, need, first=first)
        if name is None:
            continue
        own = [slot for slot in slots if slot.kind == kind]
        openings = tuple(slot.opening for slot in own)
        slot = Next("by_appointment") if appointment else next_open(openings, now, need.free)
        found.append(Talk(Level(name, _times(own[0].language, openings)), slot))
    return found


def _times(language: str, openings: Sequence[Opening]) -> str:
    """Such as `uk TH 14:00-17:00`; the first of several."""
    one = openings[0]
    more = "" if len(openings) == 1 else f" +{len(openings) - 1}"
    return f"{language} {WEEKDAYS[one.weekday]} {_clock(one.opens)}-{_clock(one.closes)}{more}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def reach_level(need: Need, offer: Offer, places: Places) -> Level:
    """How far it is: by coordinates where both are known, else by postal code and borough, else unknown."""
    if offer.at_a_distance:
        wished = {True: "at_a_distance_as_wished", None: "at_a_distance", False: "at_a_distance_only"}
        return Level(wished[need.remote_possible])
    if need.step_free and offer.step_free is False:
        return Level("not_step_free")
    if None not in (need.latitude, need.longitude, offer.latitude, offer.longitude):
        return _by_distance(need, offer)
    if offer.town is not None and places.town not in offer.town.casefold():
        return Level("other_town", offer.town)
    return _by_borough(need, offer, places)


def _by_distance(need: Need, offer: Offer) -> Level:
    far = kilometres(
        float(need.latitude or 0), float(need.longitude or 0), float(offer.latitude or 0), float(offer.longitude or 0)
    )
    name = next((name for limit, name in DISTANCES if far <= limit), "further_away")
    return Level(name, f"{far:.1f} km")


def _by_borough(need: Need, offer: Offer, places: Places) -> Level:
    home = places.home_of(need)
    if home is None or home == places.boroughs:
        return Level("place_unknown")
    if offer.areas and places.serves(offer.areas, need) == "true":
        return Level("serves_her_district", ", ".join(sorted(offer.areas)))
    there = places.borough_of(offer.postal_code)
    if not there:
        return Level("place_unknown")
    if need.postal_code is not None and need.postal_code == offer.postal_code:
        return Level("same_postal_code", offer.postal_code)
    return Level("same_borough" if home & there else "other_borough", offer.postal_code)


def freshness_level(offer: Offer, today: date) -> str:
    """When somebody last checked the entry, and against how many sources."""
    if offer.assured_on is None:
        return "never_assured"
    age = today - offer.assured_on
    if age <= RECENTLY:
        return "assured_recently" if offer.assurance == "two_sources" else "one_source_recently"
    return "assured_this_year" if age <= THIS_YEAR else "assured_long_ago"
