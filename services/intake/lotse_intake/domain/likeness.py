"""How alike two surnames, given names and patronymics are: the same, alike, in part, or different."""

from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA, JaroWinkler

from lotse_intake.domain.names.folding import TOKENS_REMEMBERED, consonants, sounds, stem
from lotse_intake.domain.names.given import classes_of, first_letters_of
from lotse_intake.domain.names.parsing import Name, is_initial

Likeness = Literal["same", "alike", "part", "initial", "unknown", "different"]

ALIKE_MIN = 0.92  # Jaro-Winkler of two sounds: below it are Мельник and Мельниченко, above it a slip of the pen
LONG_WORD = 8  # letters from which on two slips are still slips
BONES_MIN = 3  # consonants that tell a given name
VERY_LONG_WORD = 10  # letters from which on one slip is one wherever it is
SURNAME_ENDINGS = (
    *("cenk", "enk", "cuk", "uk", "ak", "ik", "ovic", "evic", "ic", "ivsk", "ovsk", "evsk", "insk", "sk"),
    *("ov", "ev", "iv", "in", "ec", "es", "an", "ar", "il", "un", "iak", "iuk"),
)
"""What Ukrainian surnames end with, as it sounds: Остапюк and Остапчук are two families, however few letters differ."""
DIMINUTIVE = "k"  # Кулішко and Куліщук end alike, and are two families
ENDINGS_SAME = (frozenset({"ov", "ev", "iv"}), frozenset({"ik", "iuk"}), frozenset({"ovsk", "evsk", "ivsk"}))
"""Endings that change with the language alone."""


def surnames(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """`part`: one name of a double surname is the other's; `unknown` where either has none."""
    if not one or not other:
        return "unknown"
    if any(is_initial(part) for part in (*one, *other)):
        return _initial_surnames(one, other)
    found = [[surname(a, b) for b in other] for a in one]
    best = [max(row, key=_RANK.index) for row in found]
    if len(one) == len(other) and "different" not in best and _each_once(found):
        return "same" if all(likeness == "same" for likeness in best) else "alike"
    if len(one) == len(other) == 1:
        return best[0]
    joined = surname("".join(one), "".join(other))
    if joined == "same":
        return "same"
    return "part" if any(likeness in ("same", "alike") for likeness in best) else "different"


@lru_cache(TOKENS_REMEMBERED)
def surname(one: str, other: str) -> Likeness:
    """Two single surnames."""
    if one > other:
        one, other = other, one  # so that nothing depends on who comes first
    pairs = [(stem(a), stem(b)) for a in sounds(one) for b in sounds(other)]
    if any(a == b for a, b in pairs):
        return "same"
    return "alike" if any(_slip(a, b) for a, b in pairs) else "different"


@lru_cache(TOKENS_REMEMBERED)
def given(one: str | None, other: str | None) -> Likeness:
    """Two given names: forms of one name are the same, and two that are both known and share none are different."""
    if one is None or other is None:
        return "unknown"
    if is_initial(one) or is_initial(other):
        return "initial" if _first_letters(one) & _first_letters(other) else "different"
    parts = [(a, b) for a in one.split("-") for b in other.split("-") if a and b]
    return max((_given(*sorted(pair)) for pair in parts), key=_RANK.index, default="unknown")


def patronymic(one: str | None, other: str | None) -> Likeness:
    """Two patronymics, of which either may be an initial."""
    if one is None or other is None:
        return "unknown"
    if is_initial(one) or is_initial(other):
        return "initial" if _first_letters(one) & _first_letters(other) else "different"
    fathers = [(_father(a), _father(b)) for a in sounds(one) for b in sounds(other)]
    return "same" if any(a == b or _near(a, b) for a, b in fathers) else "different"


def sound_alike(one: Name, other: Name) -> bool:
    """Whether every word sounds the same to its very end, which tells him from her."""
    words = [(one.given or "", other.given or ""), *zip(one.surnames, other.surnames, strict=False)]
    same = all({*sounds(mine)} & {*sounds(theirs)} for mine, theirs in words)
    return same and len(one.surnames) == len(other.surnames)


_RANK: list[Likeness] = ["different", "unknown", "initial", "part", "alike", "same"]


def _given(one: str, other: str) -> Likeness:
    classes = classes_of(one), classes_of(other)
    mine, theirs = sounds(one), sounds(other)
    if classes[0] & classes[1] or set(mine) & set(theirs):
        return "same"
    if all(classes):
        return "different"
    return "alike" if any(_one_given(a, b) for a in mine for b in theirs) else "different"


def _one_given(one: str, other: str) -> bool:
    """Whether two names that no list knows may be one: a slip, or Mohammad and Muhammad."""
    bones = consonants(one)
    same_bones = len(bones) >= BONES_MIN and bones == consonants(other)
    return (same_bones or _near(one, other)) and _one_gender(one, other)


def _one_gender(one: str, other: str) -> bool:
    """Мар'ян and Мар'яна differ by one letter, and by everything."""
    return one.endswith("a") == other.endswith("a")


def _slip(one: str, other: str) -> bool:
    """Whether one stem may be the other, mistyped or in the other language."""
    if len(one) > 3 and consonants(one) == consonants(other) and abs(len(one) - len(other)) <= 1:
        return _ending(one)[1] == _ending(other)[1] or len(consonants(one)) > 2
    if one[-1] != other[-1] or not (_near(one, other) or _one_consonant(one, other)):
        return False
    ends = frozenset({_ending(one)[1], _ending(other)[1]})
    if min(len(one), len(other)) >= VERY_LONG_WORD and OSA.distance(one, other) == 1:
        return True
    if len(ends) == 1 or any(ends <= same for same in ENDINGS_SAME):
        return True
    return "" in ends and not (one.endswith(DIMINUTIVE) and other.endswith(DIMINUTIVE))


def _one_consonant(one: str, other: str) -> bool:
    """Жовтобрюх and Желтобрюх: in a long name one consonant and its vowel may be the other language's."""
    bones = consonants(one), consonants(other)
    return min(map(len, bones)) > 5 and OSA.distance(*bones) <= 1 and OSA.distance(one, other) <= 2


def _near(one: str, other: str) -> bool:
    slips = 2 if min(len(one), len(other)) >= LONG_WORD else 1
    if OSA.distance(one, other, score_cutoff=slips) > slips:
        return False
    return JaroWinkler.similarity(one, other) >= ALIKE_MIN


@lru_cache(TOKENS_REMEMBERED)
def _ending(of: str) -> tuple[str, str]:
    """Root and ending; the longest ending that leaves a root."""
    fitting = [end for end in SURNAME_ENDINGS if of.endswith(end) and len(of) > len(end) + 1]
    end = max(fitting, key=len, default="")
    return of.removesuffix(end) if end else of, end


def _each_once(found: list[list[Likeness]]) -> bool:
    """Whether every part of one name has a part of its own in the other."""
    columns = zip(*found, strict=True)
    return all(any(likeness in ("same", "alike") for likeness in column) for column in columns)


def _initial_surnames(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    return "initial" if _first_letters(one[0]) & _first_letters(other[0]) else "different"


def _first_letters(word: str) -> frozenset[str]:
    if is_initial(word):
        return frozenset(sound[0] for sound in sounds(word) if sound)
    return first_letters_of(word)


def _father(sound: str) -> str:
    """The father's name in a patronymic, without what the language or the child's gender adds."""
    for end in ("iovic", "ovic", "evic", "ivna", "ovna", "evna", "inicna", "icna", "ic"):
        if sound.endswith(end):
            return stem(sound.removesuffix(end)) or sound
    return sound
