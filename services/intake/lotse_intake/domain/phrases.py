"""A list of phrases that people maintain, compiled once, and what of it stands in a text.

A phrase is written as follows. Each word is the beginning of a word ("висел" finds "виселяють"), a final dot makes it
the whole word. Words follow each other, with at most two others in between. `|` stands between what may be one or the
other, `<name>` is one of a group that the list defines, `#` a number. ` + ` joins parts that stand near each other, in
any order. A long word also forgives a slip of the finger. There are no regular expressions: no text makes it slow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rapidfuzz.distance import OSA

from lotse_intake.domain.folding import Word, plain, word_of, words_of

Alphabet = Literal["slavic", "latin"]

BETWEEN_MAX = 2  # words that may stand between two words of a phrase
NEAR_WORDS = 14  # within so many words stand the parts of a phrase
ALONE_CHARACTERS_MIN = 4  # a shorter beginning that stands alone would be found everywhere
PHRASE_CHARACTERS_MAX = 400
PHRASES_MAX = 5_000
SLIPS_ALONE = ((11, 2), (7, 1))  # from so many letters on, so many slips are forgiven
SLIPS_AMONG_OTHERS = ((10, 2), (6, 1))

_NUMBER = "#"

Spans = dict[int, int]
"""Where something stands: the last word's place, and the first word's, as late as can be."""


class PhraseInvalid(ValueError):
    """A phrase breaks the rules of its spelling."""


@dataclass(frozen=True, eq=False)
class Stem:
    """A beginning of a word, or the whole word, in one alphabet; an empty key is any number. `letters` is their mask.

    There is one of each (`_made`), so that two are the same when they are one object: this is asked very often.
    """

    key: str
    alphabet: Alphabet
    whole: bool
    slips: int
    letters: int


Words = tuple[Stem | str, ...]
"""Words that follow each other; a string is the name of a group."""
Part = tuple[Words, ...]
"""One or the other."""


@dataclass(frozen=True)
class Phrase:
    """A phrase as it is written, and its parts, which stand near each other."""

    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Lexicon:
    """Groups, and every stem by alphabet and first letter. Made once; it knows no text."""

    groups: Mapping[str, Part]
    stems: Mapping[tuple[Alphabet, str], tuple[Stem, ...]]
    numbers: frozenset[str]
    needed: Mapping[Part, frozenset[Stem]]
    """One of these must be in a text, else the part cannot stand there."""


class Found:
    """A text as the lexicon sees it: where each stem stands."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self._lexicon = lexicon
        self._places: dict[Stem, list[int]] = {}
        self._groups: dict[str, Spans] = {}
        seen: dict[Word, tuple[Stem, ...]] = {}
        for place, word in enumerate(words_of(text)):
            if word not in seen:
                seen[word] = tuple(_stems_of(lexicon, word))
            for stem in seen[word]:
                self._places.setdefault(stem, []).append(place)
        self._present = frozenset(self._places)

    def forget(self, phrases: Iterable[Phrase]) -> None:
        """Look no more at the words of these phrases, where nothing stands between them."""
        covered: set[int] = set()
        for phrase in phrases:
            for part in phrase.parts:
                if self._lexicon.needed[part].isdisjoint(self._present):
                    continue
                for words in part:
                    for last, first in self._following(words, between=0).items():
                        covered.update(range(first, last + 1))
        if covered:
            kept = {stem: [one for one in places if one not in covered] for stem, places in self._places.items()}
            self._places, self._groups = {stem: places for stem, places in kept.items() if places}, {}
            self._present = frozenset(self._places)

    def first(self, phrases: Iterable[Phrase]) -> Phrase | None:
        """The first of these phrases that stands in the text."""
        return next((phrase for phrase in phrases if self._stands(phrase)), None)

    def _stands(self, phrase: Phrase) -> bool:
        if any(self._lexicon.needed[part].isdisjoint(self._present) for part in phrase.parts):
            return False
        spans = []
        for part in phrase.parts:
            found = self._part(part)
            if not found:
                return False
            spans.append(found)
        return len(spans) == 1 or _near(spans)

    def _part(self, part: Part) -> Spans:
        spans: Spans = {}
        for words in part:
            for last, first in self._following(words).items():
                spans[last] = max(first, spans.get(last, 0))
        return spans

    def _following(self, words: Words, *, between: int = BETWEEN_MAX) -> Spans:
        found = self._one(words[0])
        for word in words[1:]:
            if not found:
                return {}
            longer: Spans = {}
            for last, first in self._one(word).items():
                before = next((one for one in range(first - 1, first - 2 - between, -1) if one in found), None)
                if before is not None:
                    longer[last] = max(found[before], longer.get(last, 0))
            found = longer
        return found

    def _one(self, word: Stem | str) -> Spans:
        if isinstance(word, Stem):
            return {place: place for place in self._places.get(word, ())}
        if word not in self._groups:
            self._groups[word] = self._part(self._lexicon.groups[word])
        return self._groups[word]


def phrase_of(
    text: str, alphabet: Alphabet, groups: Iterable[str], *, calm: bool = False, in_group: bool = False
) -> Phrase:
    """A phrase from how it is written; a calm one forgives no slip. Raises PhraseInvalid."""
    if not text.strip() or len(text) > PHRASE_CHARACTERS_MAX:
        raise PhraseInvalid("empty or too long")
    written = [[words.split() for words in part.split("|")] for part in text.split(" + ")]
    if not all(words for part in written for words in part):
        raise PhraseInvalid("something is missing beside a + or a |")
    lonely = len(written) == 1 and not in_group
    known = frozenset(groups)
    return Phrase(
        text,
        tuple(
            tuple(
                tuple(_word(one, alphabet, known, alone=lonely and len(words) == 1, calm=calm) for one in words)
                for words in part
            )
            for part in written
        ),
    )


def lexicon_of(phrases: Iterable[Phrase], groups: Mapping[str, Part], numbers: Iterable[str]) -> Lexicon:
    """Everything that is looked for."""
    parts = [part for phrase in phrases for part in phrase.parts] + list(groups.values())
    stems: dict[tuple[Alphabet, str], dict[Stem, None]] = {}
    for stem in (word for part in parts for words in part for word in words if isinstance(word, Stem)):
        stems.setdefault((stem.alphabet, stem.key[:1]), {})[stem] = None
    named = frozenset(key for one in numbers for key in (word_of(plain(one)).slavic, word_of(plain(one)).latin) if key)
    needed = {part: frozenset(_firsts(part, groups)) for part in parts}
    return Lexicon(groups, {place: tuple(found) for place, found in stems.items()}, named, needed)


def _firsts(part: Part, groups: Mapping[str, Part]) -> Iterable[Stem]:
    """The first word of each alternative; a group holds no other group."""
    for words in part:
        first = words[0]
        yield from (first,) if isinstance(first, Stem) else _firsts(groups[first], groups)


def _word(text: str, alphabet: Alphabet, groups: frozenset[str], *, alone: bool, calm: bool) -> Stem | str:
    if not (text.startswith("<") and text.endswith(">")):
        return _stem(text, alphabet, alone=alone, calm=calm)
    if text[1:-1] not in groups:
        raise PhraseInvalid(f"there is no group {text}")
    return text[1:-1]


def _stem(text: str, alphabet: Alphabet, *, alone: bool, calm: bool) -> Stem:
    if text == _NUMBER:
        return _made("", alphabet, whole=True, slips=0)
    whole = text.endswith(".")
    bare = plain(text.removesuffix("."))
    found = word_of(bare)
    key = found.slavic if alphabet == "slavic" else found.latin
    if not key or len(words_of(bare)) != 1:
        raise PhraseInvalid(f"{text} is no word of this language")
    if alone and not whole and len(key) < ALONE_CHARACTERS_MIN:
        raise PhraseInvalid(f"{text} is too short to stand alone")
    forgiven = SLIPS_ALONE if alone else SLIPS_AMONG_OTHERS
    slips = 0 if whole or calm else next((slips for length, slips in forgiven if len(key) >= length), 0)
    return _made(key, alphabet, whole=whole, slips=slips)


@cache
def _made(key: str, alphabet: Alphabet, *, whole: bool, slips: int) -> Stem:
    return Stem(key, alphabet, whole, slips, _letters(key))


def _stems_of(lexicon: Lexicon, word: Word) -> Iterable[Stem]:
    number = word.latin.isdigit() or bool({word.slavic, word.latin} & lexicon.numbers)
    keys: Sequence[tuple[Alphabet, str]] = (("slavic", word.slavic), ("latin", word.latin))
    for alphabet, key in keys:
        if number:
            yield from lexicon.stems.get((alphabet, ""), ())
        if key:
            letters = _letters(key)
            yield from (stem for stem in lexicon.stems.get((alphabet, key[0]), ()) if _begins(key, letters, stem))


def _begins(key: str, letters: int, stem: Stem) -> bool:
    if stem.whole or key.startswith(stem.key):
        return key == stem.key or not stem.whole
    return (stem.letters & ~letters).bit_count() <= stem.slips > 0 and _slipped(key, stem.key, stem.slips)


def _slipped(key: str, stem: str, slips: int) -> bool:
    """Whether the word begins as the stem does but for so many letters that are missing, doubled, wrong or swapped."""
    if len(key) < len(stem) - slips:
        return False
    lengths = range(len(stem) - slips, min(len(stem) + slips, len(key)) + 1)
    return any(OSA.distance(stem, key[:length], score_cutoff=slips) <= slips for length in lengths)


def _letters(key: str) -> int:
    """Which letters a word has, one bit each: most words are ruled out by this alone."""
    mask = 0
    for letter in key:
        mask |= 1 << (ord(letter) & 31)
    return mask


def _near(spans: Sequence[Spans]) -> bool:
    """Whether one span of each part lies within the same few words."""
    ends = sorted((last, part) for part, found in enumerate(spans) for last in found)
    latest: dict[int, int] = {}
    for last, part in ends:
        latest[part] = max(spans[part][last], latest.get(part, -1))
        if len(latest) == len(spans) and last - min(latest.values()) <= NEAR_WORDS:
            return True
    return False
