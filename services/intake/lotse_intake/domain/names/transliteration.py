"""Ukrainian in Latin letters, as in passports.

Source: resolution 55 of the Cabinet of Ministers of Ukraine of 27 January 2010, in force as of 2026-11.
"""

import unicodedata

from lotse_intake.domain.names.cleaning import APOSTROPHES

AT_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
"""At the start of a word; elsewhere as in `LETTERS`."""
LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z", "и": "y",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu",
    "я": "ia",
}  # fmt: skip
"""The 33 letters; the soft sign is not written."""
AFTER_Z = {"г": "gh"}
"""`зг` is `zgh`, so that it is not read as `ж`."""
RUSSIAN = {"ё": "io", "ъ": "", "ы": "y", "э": "e"}
"""Letters that Ukrainian has not: the resolution says nothing of them, and a name may still hold them."""
RUSSIAN_AT_START = {"ё": "yo"}


def latin(text: str) -> str:
    """In Latin letters, with capitals where they were; whatever is no Cyrillic letter stays as it is."""
    letters = without_stress(text)
    return "".join(_written(letters, place) for place in range(len(letters)))


def without_stress(text: str) -> str:
    """Accents that show how a Cyrillic word is stressed are no part of it; й and ї are letters of their own (NFC)."""
    kept: list[str] = []
    for one in unicodedata.normalize("NFC", text):
        if not (unicodedata.combining(one) and kept and _is_letter(kept[-1])):
            kept.append(one)
    return "".join(kept)


def _written(letters: str, place: int) -> str:
    one = letters[place]
    before = letters[place - 1] if place else ""
    after = letters[place + 1] if place + 1 < len(letters) else ""
    if one in APOSTROPHES and _is_letter(before) and _is_letter(after):
        return ""
    if not _is_letter(one):
        return one
    sound = _sound(one.lower(), before.lower(), is_start=not _is_inside(letters, place))
    if one.islower() or not sound:
        return sound
    return sound.upper() if _is_all_capitals(letters, place) else sound.capitalize()


def _sound(one: str, before: str, *, is_start: bool) -> str:
    if is_start:
        return AT_START.get(one) or RUSSIAN_AT_START.get(one) or LETTERS.get(one, RUSSIAN.get(one, one))
    if before == "з" and one in AFTER_Z:
        return AFTER_Z[one]
    return LETTERS.get(one, RUSSIAN.get(one, one))


def _is_letter(one: str) -> bool:
    return one.lower() in LETTERS or one.lower() in RUSSIAN


def _is_inside(letters: str, place: int) -> bool:
    """Whether a letter stands before it, be it across an apostrophe."""
    before = place - 1
    if before > 0 and letters[before] in APOSTROPHES:
        before -= 1
    return before >= 0 and letters[before].isalpha()


def _is_all_capitals(letters: str, place: int) -> bool:
    """A capital that stands for several letters is all capitals where its neighbours in the word are."""
    for step in (1, -1):
        near = place + step
        if 0 <= near < len(letters) and letters[near] in APOSTROPHES:
            near += step
        if 0 <= near < len(letters) and letters[near].isalpha():
            return letters[near].isupper()
    return False
