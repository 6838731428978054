"""A spelling as it sounds, so that all spellings of a name come out alike, whoever wrote it in which letters."""

import re
import unicodedata
from functools import lru_cache

from lotse_intake.domain.names.cleaning import APOSTROPHES, compatible
from lotse_intake.domain.names.scripts import is_cyrillic
from lotse_intake.domain.names.transliteration import without_stress

TOKENS_REMEMBERED = 65_536

CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "е": "e", "є": "ie", "ж": "x", "з": "s", "и": "i",
    "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "s", "ч": "c", "ш": "x", "щ": "x", "ь": "", "ю": "iu", "я": "ia",
    "ё": "io", "ъ": "", "ы": "i", "э": "e", "ў": "v",
}  # fmt: skip
"""Sounds that Latin spellings confuse are one: г ґ х; з с ц; ж ш щ; и і ї й ы."""

_SHARED = (
    ("š", "x"), ("ž", "x"), ("č", "c"), ("ć", "c"), ("ś", "s"), ("ź", "s"), ("ż", "x"), ("ł", "l"), ("ń", "n"),
    ("ß", "s"), ("ä", "e"), ("ö", "o"), ("ü", "u"), ("é", "e"), ("è", "e"), ("á", "a"), ("à", "a"), ("ç", "s"),
)  # fmt: skip
_ENGLISH = (
    ("schtsch", "x"), ("shch", "x"), ("sch", "x"), ("sh", "x"), ("sz", "x"), ("zh", "x"), ("kh", "h"),
    ("tch", "\x01"), ("ch", "\x01"),
)  # fmt: skip
_GERMAN = (
    ("schtsch", "x"), ("shch", "x"), ("tsch", "\x01"), ("sch", "x"), ("sh", "x"), ("sz", "x"), ("zh", "x"),
    ("kh", "h"), ("ch", "h"),
)  # fmt: skip
_FRENCH = (("chtch", "x"), ("tch", "\x01"), ("ch", "x"), ("kh", "h"), ("j", "x"), ("ou", "u"))
_ANY = (
    ("ck", "k"), ("ph", "f"), ("th", "t"), ("ts", "s"), ("tz", "s"), ("cz", "\x01"), ("q", "k"), ("x", "\x02"),
    ("w", "v"), ("z", "s"), ("g", "h"), ("j", "i"), ("y", "i"), ("ce", "se"), ("ci", "si"), ("c", "k"),
    ("\x01", "c"), ("\x02", "ks"),
)  # fmt: skip
_LOOK_ALIKE = str.maketrans("aceiopxykmthb", "асеіорхукмтнв")
_LOOK_ALIKE_LATIN = {cyrillic: latin for latin, cyrillic in zip("aceiopxykmthb", "асеіорхукмтнв", strict=True)}
_SOUNDS = (
    (re.compile("ts"), "s"),
    (re.compile("stn"), "sn"),
    (re.compile("s[cx]"), "x"),
    (re.compile("i+"), "i"),
    (re.compile("(?<=.)i(?=[aouei])"), ""),
    (re.compile("^i(?=[eoi])"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_FRENCH_J = re.compile("(?<![bcdfghklmnpqrstvwxz])j(?=[aeou])")  # as in Jeanne: Juravel is Журавель
_VOWELS = re.compile("[aeiou]")
_LAST_VOWELS = re.compile("(?<=..)[aeiou]+$")


@lru_cache(TOKENS_REMEMBERED)
def sounds(word: str) -> tuple[str, ...]:
    """How a word may sound, one form or a few: `Chomenko` is Хоменко to a German and Чоменко to others."""
    plain = "".join(one for one in without_stress(compatible(word)).casefold() if one not in APOSTROPHES)
    plain = _one_alphabet(plain)
    if any(is_cyrillic(one) for one in plain):
        return (_simplified("".join(CYRILLIC.get(one, one) for one in plain)),)
    return tuple(dict.fromkeys(_simplified(form) for form in _readings(plain)))


@lru_cache(TOKENS_REMEMBERED)
def stem(sound: str) -> str:
    """Without the ending that tells her from him, or one case from another: Чорний, Чорна, Чёрная."""
    return _LAST_VOWELS.sub("", sound)


@lru_cache(TOKENS_REMEMBERED)
def consonants(sound: str) -> str:
    """What is left of a stem in every language: Білоконь and Белоконь differ in their vowels."""
    bare = re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", stem(sound)))
    return bare or stem(sound)


def _readings(latin: str) -> list[str]:
    for mark, plain in _SHARED:
        latin = latin.replace(mark, plain if plain not in "xc" else {"x": "sh", "c": "tch"}[plain])
    latin = "".join(one for one in unicodedata.normalize("NFD", latin) if not unicodedata.combining(one))
    forms = [_replaced(latin, _GERMAN)]
    if "tch" in latin:
        forms.append(_replaced(latin, _FRENCH))
    if "tsch" not in latin:
        forms.append(_replaced(latin, _ENGLISH))
    if _FRENCH_J.search(latin):
        forms.append(_replaced(_FRENCH_J.sub("zh", latin), _GERMAN))
    return forms


def _replaced(word: str, first: tuple[tuple[str, str], ...]) -> str:
    for written, sound in first:
        word = word.replace(written, "\x03" if sound == "x" else sound)
    for written, sound in _ANY:
        word = word.replace(written, sound)
    return word.replace("\x03", "x")


def _simplified(sound: str) -> str:
    letters = "".join(one for one in sound if one.isalnum())
    for pattern, plain in _SOUNDS:
        letters = pattern.sub(plain, letters)
    return letters


def _one_alphabet(word: str) -> str:
    """A letter of the other alphabet that looks the same, as a keyboard left it, is what it looks like."""
    letters = [one for one in word if one.isalpha()]
    cyrillic = sum(is_cyrillic(one) for one in letters)
    if cyrillic in (0, len(letters)):
        return word
    if 2 * cyrillic >= len(letters):
        return word.translate(_LOOK_ALIKE)
    return "".join(_LOOK_ALIKE_LATIN.get(one, one) for one in word)
