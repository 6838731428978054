"""By which keys a record is found among many: whoever shares one is compared, nobody else.

A key is a text that nobody stores: the index holds its keyed digest. Slips are met by leaving out one consonant after
the other on both sides (as in SymSpell, Garbe 2012).
"""

from lotse_intake.domain.birthdates import BirthDate
from lotse_intake.domain.matching import Record
from lotse_intake.domain.names.folding import consonants, sounds
from lotse_intake.domain.names.given import classes_of, first_letters_of
from lotse_intake.domain.names.parsing import Name, is_initial, readings_of
from lotse_intake.domain.phones import core_of

PHONE, SURNAME_GIVEN, GIVEN_DATE, SURNAME_INITIAL, SURNAME, EMAIL = 1, 2, 3, 4, 5, 6
"""Kinds of keys. That of a surname alone is for a search; it meets too many to suspect anybody."""
KEYS_MAX = 160  # of one record; a name of ordinary length has a dozen or two
SHORT_BONES = 3  # consonants from which on one may be left out without meeting everybody
SCHEME = "1"
"""Rises with every change of what follows: an index that was made by other rules is made again."""

Key = tuple[int, str]


def keys_of(record: Record) -> tuple[Key, ...]:
    """Kind and text of each key, at most `KEYS_MAX`, the telling ones first."""
    found: dict[Key, None] = {}
    if record.phone:
        found[PHONE, core_of(record.phone)] = None
    if record.email:
        found[EMAIL, record.email] = None
    readings = [reading for name in (record.name, *record.aliases) for reading in readings_of(name)]
    for reading in readings:
        found |= dict.fromkeys(_of_name(reading, record.birth_date))
    return tuple(found)[:KEYS_MAX]


def telling(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Without those that meet many."""
    return tuple(key for key in keys if key[0] != SURNAME)


def _of_name(name: Name, born: BirthDate | None) -> list[Key]:
    found: list[Key] = []
    surnames = list(dict.fromkeys(bones for part in _surnames(name) for bones in _bones(part)))
    for who in _given(name.given):
        if born is not None and born.month:
            low, high = sorted((born.month, born.day))
            found.append((GIVEN_DATE, f"{who}|{born.year}-{low}-{high}"))
        found += [(SURNAME_GIVEN, f"{who}|{worn}") for bones in surnames for worn in _worn(bones)]
    letters = sorted(_letters(name.given))
    found += [(SURNAME_INITIAL, f"{letter}|{bones}") for bones in surnames for letter in letters]
    return [*found, *((SURNAME, bones) for bones in surnames)]


def _surnames(name: Name) -> list[str]:
    """Each part of a double surname, and both as one word."""
    whole = ["".join(name.surnames)] if len(name.surnames) > 1 else []
    return [*(part for part in name.surnames if not is_initial(part)), *whole]


def _bones(surname: str) -> list[str]:
    return list(dict.fromkeys(consonants(sound) for sound in sounds(surname) if sound))


def _worn(bones: str) -> list[str]:
    """The consonants, and each way to lose one of them."""
    if len(bones) < SHORT_BONES:
        return [bones]
    return list(dict.fromkeys([bones, *(bones[:place] + bones[place + 1 :] for place in range(len(bones)))]))


def _given(given: str | None) -> list[str]:
    """What a given name is known by: its names in the list, or how it begins and what its consonants are."""
    if given is None or is_initial(given):
        return []
    found: dict[str, None] = {}
    for part in given.split("-"):
        found |= dict.fromkeys(
            sorted(classes_of(part)) or [f"?{consonants(sound)[:2]}" for sound in sounds(part) if sound]
        )
    return list(found)


def _letters(given: str | None) -> frozenset[str]:
    if given is None:
        return frozenset()
    if is_initial(given):
        return frozenset(sound[0] for sound in sounds(given) if sound)
    return frozenset().union(*(first_letters_of(part) for part in given.split("-") if part))
