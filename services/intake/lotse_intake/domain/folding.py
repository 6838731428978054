"""Words as they are compared: one spelling for what people write in many ways.

A word has a key in one of two alphabets. Cyrillic is spelled in plain Latin letters, so that a message typed on a
German keyboard ("muzh menya bjet") meets the key of "муж меня бьет"; German and English lose umlauts and doubled
letters.
"""

import re
import unicodedata
from dataclasses import dataclass

WORDS_MAX = 4_000  # of one text; 10,000 characters hold no more

_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"(?<=\w)['’ʼ`´‘\"ʹ*](?=\w)")
"""Apostrophes, and what is typed for them: one person writes them, the next one does not."""
_LETTERS = {
    **dict(zip("абвдезиклмнопрстуфц", "abvdeziklmnoprstufc", strict=True)),
    **dict(zip("ёєэіїйгґхжшщч", "eeeiiihhhzssc", strict=True)),
    "ъ": "",
    "ь": "",
    "ю": "u",
    "я": "a",
}
"""Cyrillic, as bare as it gets: ж and з, ш and с, ч and ц fall together, and so do most that people mix up; ы stays,
since "была" is not "била"."""
_HUSHING = re.compile(r"(?<=[жшц])ы")
_LOOKALIKES = dict(zip("aceopxyikmhtbn", "асеорхуікмнтвп", strict=True))
_SLAVIC_LATIN = (
    ("shch", "s"),
    ("sch", "s"),
    ("zh", "z"),
    ("kh", "h"),
    ("ch", "c"),
    ("sh", "s"),
    ("ts", "c"),
    ("ye", "e"),
    ("ie", "e"),
    ("je", "e"),
    ("yu", "u"),
    ("iu", "u"),
    ("ju", "u"),
    ("ya", "a"),
    ("ia", "a"),
    ("ja", "a"),
    ("yo", "e"),
    ("jo", "e"),
    ("y", "i"),
    ("j", "i"),
    ("g", "h"),
    ("x", "h"),
    ("w", "v"),
)
"""What people write for Cyrillic on a Latin keyboard, the longer ones first."""
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ph", "f"))
COMMON_MIN = 2  # different ones that make a text in Latin letters Ukrainian or Russian
COMMON_STEM = 4
# fmt: off
_COMMON = frozenset({
    "abo", "ak", "ale", "bez", "bil", "bilo", "bud", "bula", "bulo", "ce", "cei", "cto", "deti", "diti", "dla",
    "dle", "doc", "docka", "dom", "doma", "eto", "etot", "hde", "ia", "ili", "kak", "kohda", "koli", "laska",
    "mama", "mami", "mena", "mene", "meni", "mi", "mia", "mii", "mne", "moa", "moe", "moi", "moia", "mozna",
    "muz", "nado", "nam", "nas", "ne", "nema", "nemae", "net", "nuzno", "papa", "pri", "sehodna", "sho", "sin",
    "sohodni", "svoi", "tak", "tam", "tato", "teper", "treba", "tut", "uze", "vcora", "vi", "vze", "zavtra",
    "zena",
})
# fmt: on
_COMMON_BEGINNINGS = (
    "dopomo",
    "dopomoh",
    "pomohi",
    "pomoht",
    "pozalu",
    "zdravs",
    "dobrii",
    "dekui",
    "spasib",
    "colov",
    "ditin",
    "rebenk",
    "rebeno",
    "potrib",
    "prosu",
    "bouc",
    "bous",
    "pidkaz",
    "podska",
    "znau",
    "mozet",
    "rozumi",
    "ponima",
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class Word:
    """One word of a text. `slavic` and `latin` are its keys, empty where the word is not of that alphabet."""

    slavic: str
    latin: str


def words_of(text: str) -> list[Word]:
    """The words of a text, in their order; numbers are words, signs and emoji are not.

    Latin words count as Ukrainian or Russian only in a text that has some of the commonest: "but" is no "б'ють".
    """
    found = [word_of(one) for one in _WORD.findall(plain(text))[:WORDS_MAX]]
    common = {word.slavic for word in found if word.latin and _is_common(word.slavic)}
    if len(common) >= COMMON_MIN:
        return found
    return [Word("", word.latin) if word.latin else word for word in found]


def _is_common(key: str) -> bool:
    return key in _COMMON or (len(key) > COMMON_STEM and key.startswith(_COMMON_BEGINNINGS))


def plain(text: str) -> str:
    """Lower case, composed, without invisible signs, and without apostrophes inside words."""
    composed = unicodedata.normalize("NFKC", text)
    visible = "".join(sign for sign in composed if unicodedata.category(sign) != "Cf")
    return _INSIDE.sub("", visible.casefold())


def word_of(word: str) -> Word:
    """The keys of one word that is plain already."""
    cyrillic = sum("Ѐ" <= letter <= "ӿ" for letter in word)
    if cyrillic:
        return Word(_slavic(word, mixed=cyrillic < len(word)), "")
    return Word(_romanised(word), _latin(word))


def _slavic(word: str, *, mixed: bool) -> str:
    """A Cyrillic word; Latin letters in it are those that look alike."""
    whole = "".join(_LOOKALIKES.get(letter, letter) for letter in word) if mixed else word
    whole = _HUSHING.sub("и", whole)
    return _DOUBLED.sub(r"\1", "".join(_LETTERS.get(letter, letter) for letter in whole))


def _romanised(word: str) -> str:
    """A word that may be Ukrainian or Russian in Latin letters."""
    for written, key in _SLAVIC_LATIN:
        word = word.replace(written, key)
    return _DOUBLED.sub(r"\1", word)


def _latin(word: str) -> str:
    """A German or English word: no accents, ä as ae as a, ß as s, no doubled letters."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    for written, key in _UMLAUTS:
        bare = bare.replace(written, key)
    return _DOUBLED.sub(r"\1", bare)
