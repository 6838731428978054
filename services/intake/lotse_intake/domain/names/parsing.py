"""Which word of a name is which: given name, patronymic, surname, in any order; where that is open, every reading."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from lotse_intake.domain.names.cleaning import HYPHENS, bounded, compatible
from lotse_intake.domain.names.folding import TOKENS_REMEMBERED, sounds, stem
from lotse_intake.domain.names.given import classes_of

WORDS_MAX = 8  # of one name; more is a sentence, and its end is not looked at
READINGS_MAX = 6
PATRONYMIC = re.compile("(ovic|evic|[aeou]ic|ivna|ovna|evna|inicna|icna)$")
"""How Петрович, Petrovych, Petrowytsch, Іллівна, Кузьмівна, Ильинична sound at their end."""
HERS = re.compile("(ivna|ovna|evna|inicna)$")
"""Few surnames end like this, so that in a name of two words it may be a patronymic, or a surname."""
SURNAME_ENDINGS = ("enk", "uk", "sk", "ov", "ev", "iv", "ic")
"""How most Ukrainian surnames sound at the end of their stem, and few given names do."""
ONE_LETTER = frozenset({"yu", "ya", "ye", "yi", "zh", "kh", "ts", "ch", "sh", "shch", "ju", "ja", "je"})
NOT_NAMES = frozenset({"geb", "geborene", "нар", "урожд", "урожденная", "frau", "herr", "пані", "пан"})


@dataclass(frozen=True)
class Name:
    """One way to understand a name. An initial is one letter; a double surname has several parts."""

    given: str | None = None
    patronymic: str | None = None
    surnames: tuple[str, ...] = ()
    is_guess: bool = False
    """Neither word is a given name that we know: which of them is one, their order alone says."""


@lru_cache(TOKENS_REMEMBERED)
def readings_of(name: str) -> tuple[Name, ...]:
    """Every way to understand a name, at least one; an empty name is one of nobody."""
    text = compatible(bounded(name))
    before, comma, after = text.partition(",")
    words, rest = _words(before), _words(after)
    if comma and words and rest:
        found = [_named(rest[0], _second(rest), words)]
    else:
        found = _readings([*words, *rest][:WORDS_MAX])
    return tuple(dict.fromkeys(found))[:READINGS_MAX]


def _words(text: str) -> list[str]:
    joined = re.sub(rf"\s*[{re.escape(HYPHENS)}]+\s*", "-", text)
    spaced = re.sub(r"[.()\[\]/\"«»„“”]+", " ", joined)
    words = [word.strip("-") for word in spaced.split()]
    return [word for word in words if word.casefold() not in NOT_NAMES and any(one.isalpha() for one in word)]


def _second(words: list[str]) -> str | None:
    return words[1] if len(words) > 1 else None


def _readings(words: list[str]) -> list[Name]:
    full = [word for word in words if not is_initial(word)]
    initials = [word for word in words if is_initial(word)]
    if len(full) <= 1:
        return _alone(full, initials)
    if len(full) == 2 and _patronymic(full) is not None:
        return [Name(given=full[0], patronymic=full[1]), _named(full[0], None, full[1:])]
    patronymic = _patronymic(full) if len(full) > 2 else None
    others = [word for place, word in enumerate(full) if place != patronymic]
    father = full[patronymic] if patronymic is not None else (initials[0] if initials else None)
    known = [place for place, word in enumerate(others) if classes_of(word)]
    open_ones = [place for place in range(len(others)) if not _is_surname(others, place)]
    places = known or [place for place in (0, len(others) - 1) if place in open_ones] or open_ones
    found = [_named(others[place], father, others[:place] + others[place + 1 :]) for place in places]
    return found if known else [replace(name, is_guess=True) for name in found]


def _is_surname(words: list[str], place: int) -> bool:
    """Whether this word ends as surnames do, and another one does not."""
    ends = [any(stem(sound).endswith(SURNAME_ENDINGS) for sound in sounds(word)) for word in words]
    return ends[place] and not all(ends)


def _alone(full: list[str], initials: list[str]) -> list[Name]:
    if not full:
        return [Name()]
    if initials:
        return [_named(initials[0], _second(initials), full)]
    given = [Name(given=full[0])] if classes_of(full[0]) else []
    return [*given, _named(None, None, full)]


def _patronymic(words: list[str]) -> int | None:
    """The place of a patronymic. One that follows a known given name comes before one that stands elsewhere."""
    enough = len(words) > 2
    pattern = PATRONYMIC if enough else HERS
    places = [place for place, word in enumerate(words) if "-" not in word and _sounds_like(pattern, word)]
    places = [place for place in places if place > 0 and not classes_of(words[place])]
    after = [place for place in places if classes_of(words[place - 1])]
    return next(iter(after or places), None)


def _sounds_like(pattern: re.Pattern[str], word: str) -> bool:
    return any(pattern.search(sound) for sound in sounds(word))


def _named(given: str | None, patronymic: str | None, surnames: list[str]) -> Name:
    parts = tuple(part for word in surnames for part in word.split("-") if part)
    return Name(given, patronymic, parts)


def is_initial(word: str) -> bool:
    """Whether a word is one letter; Yu, Ye and the like stand for one Cyrillic letter."""
    return len(word) == 1 or word.casefold() in (
        "yu",
        "ya",
        "ye",
        "yi",
        "zh",
        "kh",
        "ts",
        "ch",
        "sh",
        "shch",
        "ju",
        "ja",
        "je",
    )
