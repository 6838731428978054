"""What a text must not hold: letters of another alphabet, words that give away who helps whom with what, and more."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from lotse_notify.domain.plain import hard_to_read

UK_LETTERS = frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
RU_LETTERS = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
DE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzäöüß")
EN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
LETTERS = {"uk": UK_LETTERS, "ru": RU_LETTERS, "de": DE_LETTERS, "en": EN_LETTERS}
LATIN_IN_CYRILLIC = frozenset({"PIN", "SMS", "STOP", "stop", "Telegram"})
"""Whole words; any other Latin letter in a Cyrillic text is a look-alike or a slip of the keyboard."""

TELLING_WORDS = (
    # who it is, anywhere in a word
    r"jobcent|job cent|sozialamt|arbeitsamt|arbeitsagentur|jugendamt|amt für|ausländer|bamf|behörde",
    r"verein(?!bar|fach|t)|caritas|diakonie|beratung|frauenhaus|konsulat|botschaft|authority|welfare|counsel|consul|embassy",
    r"\bshelter|центр\w* зайнятост|центр\w* занятост|джобцент|соцамт|соцслужб|відомств|ведомств|консул",
    r"посольств|товариств|убежищ",
    # what for
    r"asyl|flüchtling|geflücht|aufenthalt|abschieb|krank|klinik|psych|schwanger|sucht(?!e)|schulden|gewalt|bürgergeld",
    r"ausweis|reisepass|refugee|residence|deport|disease|illness|pregnan|violence|\bdebt|passport",
    r"біжен|бежен|притул|посвідк|вид на жит|депорт|хвор|болезн|психо|вагітн|беремен|насил|\bборг|\bдолги|паспорт",
)
"""Patterns in lower case; that somebody is counselled is itself the secret (§ 203 StGB, as of 2026-11-22)."""
ADVERTISING_WORDS = (
    r"umfrage|zufrieden|bewerten sie|\bspende|newsletter|rabatt|folgen sie uns|\bsurvey|satisf|rate us|\bdonat",
    r"discount|special offer|follow us|опитуван|задоволен|оцініть|пожертв|знижк|\bопрос|удовлетвор|оцените|скидк",
    r"підпишіть|подпишит",
)
"""A survey, a call for gifts or an offer makes advertising of all it stands in (BGH, 10.07.2018, VI ZR 225/17)."""
SALUTATIONS = (r"sehr geehrte|\bliebe[rs]? |шановн|уважаем|дорог(?:ой|ая|ие|ий|а|і) |\bdear ",)
"""They bend to whoever is addressed; `Guten Tag` does not."""

INVISIBLE = frozenset("\u00ad\u061c\u180e\ufeff") | {
    chr(code)
    for first, last in ((0x200B, 0x200F), (0x2028, 0x202F), (0x2060, 0x206F))
    for code in range(first, last + 1)
}
SENTENCE_WORDS_MAX = {"de": 12, "en": 20, "uk": 20, "ru": 20}
"""Short sentences are read by more people; in German, which most readers still learn, shorter ones."""

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[.!?:]\s")
_BOTH_GENDERS = re.compile(r"[^\W\d_]/-|[^\W\d_]\(-?[^\W\d_]{1,3}\)|[^\W\d_]/[^\W\d_]{1,3}\b|[^\W\d_][*:_·][^\W\d_]+\b")
_ADDRESS = re.compile(r"https?:|www\.|[^\W_]@[^\W_]|\b[a-z0-9-]+\.(de|com|org|net|eu|ua|ru)\b", re.IGNORECASE)


def faults_of(language: str, text: str) -> list[str]:
    """Names of what is wrong with the words of a text, quoting no more than the word at fault."""
    found = [*_letters(language, text), *(f"telling word {word!r}" for word in telling_words(text))]
    found += [f"advertising word {word!r}" for word in _held(ADVERTISING_WORDS, text)]
    found += [f"salutation {word!r}" for word in _held(SALUTATIONS, text)]
    if INVISIBLE & set(text):
        found.append("invisible characters")
    if unicodedata.normalize("NFC", text) != text:
        found.append("letters in two parts (not NFC)")
    if _BOTH_GENDERS.search(text):
        found.append("a word for both genders with a stroke or brackets")
    if _ADDRESS.search(text):
        found.append("an address in the words")
    found += hard_to_read(text) if language == "de" else ()
    return [*found, *_long_sentences(language, text)]


def telling_words(text: str) -> list[str]:
    """Which stems that give something away stand in it, whatever the language."""
    return _held(TELLING_WORDS, text)


def _held(patterns: Iterable[str], text: str) -> list[str]:
    return list(dict.fromkeys(found.strip() for one in patterns for found in re.findall(one, text.casefold())))


def _letters(language: str, text: str) -> Iterator[str]:
    for word in dict.fromkeys(_WORD.findall(text)):
        if len(alphabets := _alphabets(word)) > 1:
            yield f"mixed alphabets in {word!r}"
        elif not (set(word.lower()) <= LETTERS[language] or (language in ("uk", "ru") and word in LATIN_IN_CYRILLIC)):
            kind = "another alphabet" if alphabets != _alphabets(next(iter(LETTERS[language]))) else "another language"
            yield f"letters of {kind} in {word!r}"


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in word}


def _long_sentences(language: str, text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        if (words := len(sentence.split())) > SENTENCE_WORDS_MAX[language]:
            yield f"a sentence of {words} words"
