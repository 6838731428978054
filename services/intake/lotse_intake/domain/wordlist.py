"""The maintained list of urgent words: read, checked, compiled, and asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lotse_intake.domain.phrases import (
    PHRASES_MAX,
    Alphabet,
    Found,
    Lexicon,
    Part,
    Phrase,
    PhraseInvalid,
    Words,
    lexicon_of,
    phrase_of,
)

Level = Literal["violence", "emergency", "urgent"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""The most urgent first; a word of violence also makes the contact unsafe."""
ALPHABETS: Mapping[str, Alphabet] = {"uk": "slavic", "ru": "slavic", "de": "latin", "en": "latin"}
CALM = "calm"
GROUPS = "groups"
NUMBERS = "numbers"


class WordsInvalid(ValueError):
    """The list breaks a rule; the text says where, in German and in English."""

    def __init__(self, german: str, english: str) -> None:
        super().__init__(english)
        self.texts = {"de": german, "en": english}


@dataclass(frozen=True)
class WordList:
    """The phrases of each level, those that only look urgent, and all their words; made once."""

    levels: Mapping[Level, tuple[Phrase, ...]]
    calm: tuple[Phrase, ...]
    lexicon: Lexicon


@dataclass(frozen=True)
class Hit:
    """The most urgent level that a text reaches, and by which phrase."""

    level: Level
    phrase: str


def compiled(given: Mapping[str, Any]) -> WordList:
    """The list from its TOML: a table for each language, with `violence`, `emergency`, `urgent`, `calm`, `numbers` and
    `groups`.

    Raises WordsInvalid naming the first line that breaks a rule.
    """
    levels: dict[Level, list[Phrase]] = {level: [] for level in LEVELS}
    calm: list[Phrase] = []
    groups: dict[str, Part] = {}
    numbers: list[str] = []
    for language, table in given.items():
        own = _Language(language, table)
        groups |= own.groups()
        numbers += own.lines(NUMBERS)
        calm += own.phrases(CALM)
        for level in LEVELS:
            levels[level] += own.phrases(level)
    phrases = [*calm, *(phrase for found in levels.values() for phrase in found)]
    if len(phrases) > PHRASES_MAX:
        raise WordsInvalid(f"mehr als {PHRASES_MAX} Wendungen", f"more than {PHRASES_MAX} phrases")
    return WordList(
        {level: tuple(found) for level, found in levels.items()}, tuple(calm), lexicon_of(phrases, groups, numbers)
    )


def hit(words: WordList, text: str) -> Hit | None:
    """The most urgent level that stands in the text, if any; what only looks urgent is not looked at."""
    found = Found(words.lexicon, text)
    found.forget(words.calm)
    for level in LEVELS:
        if (phrase := found.first(words.levels[level])) is not None:
            return Hit(level, phrase.text)
    return None


class _Language:
    """One table of the file."""

    def __init__(self, language: str, table: Any) -> None:
        if language not in ALPHABETS or not isinstance(table, dict):
            raise WordsInvalid(f"die Sprache {language} gibt es nicht", f"there is no language {language}")
        if unknown := set(table) - {*LEVELS, CALM, GROUPS, NUMBERS}:
            name = min(unknown)
            raise WordsInvalid(f"[{language}] kennt kein {name}", f"[{language}] knows no {name}")
        self._language, self._table, self._alphabet = language, table, ALPHABETS[language]
        self._names = table.get(GROUPS, {})
        if not isinstance(self._names, dict):
            raise WordsInvalid(f"[{language}] groups ist keine Tabelle", f"[{language}] groups is no table")

    def lines(self, name: str) -> list[str]:
        return list(self._strings(name, self._table.get(name, [])))

    def phrases(self, name: str) -> list[Phrase]:
        return [self._phrase(name, line) for line in self.lines(name)]

    def groups(self) -> dict[str, Part]:
        """A group holds words and phrases of words, no other group: so none can hold itself."""
        return {
            f"{self._language}:{name}": tuple(
                self._words(name, line) for line in self._strings(f"{GROUPS}.{name}", lines)
            )
            for name, lines in self._names.items()
        }

    def _words(self, name: str, line: str) -> Words:
        try:
            phrase = phrase_of(line, self._alphabet, (), in_group=True)
        except PhraseInvalid as fault:
            raise self._broken(f"{GROUPS}.{name}", line, fault) from None
        if len(phrase.parts) != 1 or len(phrase.parts[0]) != 1:
            raise self._broken(f"{GROUPS}.{name}", line, PhraseInvalid("a group holds neither + nor |"))
        return phrase.parts[0][0]

    def _phrase(self, name: str, line: str) -> Phrase:
        own = {group: f"{self._language}:{group}" for group in self._names}
        written = line
        for group, full in own.items():
            written = written.replace(f"<{group}>", f"<{full}>")
        try:
            found = phrase_of(written, self._alphabet, own.values(), calm=name == CALM)
        except PhraseInvalid as fault:
            raise self._broken(name, line, fault) from None
        return Phrase(f"[{self._language}] {line}", found.parts)

    def _strings(self, name: str, lines: Any) -> Iterator[str]:
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise WordsInvalid(
                f"[{self._language}] {name} ist keine Liste von Wendungen",
                f"[{self._language}] {name} is no list of phrases",
            )
        yield from lines

    def _broken(self, name: str, line: str, fault: PhraseInvalid) -> WordsInvalid:
        where = f'[{self._language}] {name}, "{line}"'
        return WordsInvalid(f"{where}: {fault}", f"{where}: {fault}")
