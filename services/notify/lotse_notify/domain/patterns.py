"""ICU MessageFormat as far as our texts may use it: words, `{name}`, plural and select; read here, filled by ICU.

ICU itself is too obliging for texts that staff edit: it writes `{name}` where an argument is missing, drops one that is
too many, and its formats for numbers and dates bring invisible spaces.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from icu4py.messageformat import MessageFormat

PATTERN_CHARACTERS_MAX = 600
DEPTH_MAX = 4
CACHED_MAX = 4_096

Value = str | int
Kind = Literal["text", "plural", "select"]
TAKEN: Mapping[Kind, type[str] | type[int] | tuple[type, ...]] = {"text": (str, int), "plural": int, "select": str}
"""What ICU can choose by."""

_NAME = re.compile(r"[a-z][a-z_0-9]{0,29}")
_KEY = re.compile(r"=[0-9]{1,3}|[a-z][a-z_]{0,29}")
_QUOTED = frozenset("{}#|'")  # after an apostrophe ICU takes them as letters, which no editor expects


class PatternInvalid(ValueError):
    """A pattern is not of the kind that our texts may use; says what is wrong with it, never its words."""


class ArgumentsMissing(ValueError):
    """A text wants an argument that was not given; names it."""


@dataclass(frozen=True)
class Words:
    """Letters as they stand."""

    text: str


@dataclass(frozen=True)
class Variable:
    """`{name}`: an argument, or a choice by it; then each branch has a key and parts of its own."""

    name: str
    kind: Kind = "text"
    branches: tuple[tuple[str, tuple["Part", ...]], ...] = ()


Part = Words | Variable


@lru_cache(CACHED_MAX)
def parts_of(pattern: str) -> tuple[Part, ...]:
    """The parts in their order. Raises PatternInvalid."""
    if len(pattern) > PATTERN_CHARACTERS_MAX:
        raise PatternInvalid("too long")
    reader = _Reader(pattern)
    parts = tuple(reader.parts(depth=0))
    if reader.at < len(pattern):
        raise PatternInvalid("a brace is closed that was not opened")
    return parts


def variables_of(parts: tuple[Part, ...]) -> Iterator[Variable]:
    """Every variable, also within branches."""
    for part in parts:
        if isinstance(part, Variable):
            yield part
            for _, inner in part.branches:
                yield from variables_of(inner)


def words_of(parts: tuple[Part, ...]) -> Iterator[str]:
    """Every run of words, also within branches: what the lints of letters look at."""
    for part in parts:
        if isinstance(part, Words):
            yield part.text
        else:
            for _, inner in part.branches:
                yield from words_of(inner)


def formatted(pattern: str, language: str, values: Mapping[str, Value]) -> str:
    """The pattern filled. Values are never read as patterns. Raises ArgumentsMissing, PatternInvalid."""
    for variable in variables_of(parts_of(pattern)):
        if not isinstance(values.get(variable.name), TAKEN[variable.kind]):
            raise ArgumentsMissing(variable.name)
    return _compiled(pattern, language).format(dict(values))


@lru_cache(CACHED_MAX)
def _compiled(pattern: str, language: str) -> MessageFormat:
    try:
        return MessageFormat(pattern, language)
    except ValueError:
        raise PatternInvalid("ICU cannot read it") from None


@dataclass
class _Reader:
    """Reads from left to right; `at` is where it stands."""

    pattern: str
    at: int = 0

    def parts(self, *, depth: int) -> Iterator[Part]:
        """Until the end, or the brace that closes this branch, which stays unread."""
        if depth > DEPTH_MAX:
            raise PatternInvalid("nested too deeply")
        while self.at < len(self.pattern) and self.pattern[self.at] != "}":
            yield self._variable(depth) if self.pattern[self.at] == "{" else self._words()

    def _words(self) -> Words:
        start = self.at
        while self.at < len(self.pattern) and self.pattern[self.at] not in "{}":
            letter, follows = self.pattern[self.at], self.pattern[self.at + 1 : self.at + 2]
            if letter == "#":
                raise PatternInvalid("a # is written by ICU as it likes; say {name}")
            if letter == "'" and follows in _QUOTED and follows:
                raise PatternInvalid("an apostrophe hides what follows it")
            self.at += 1
        return Words(self.pattern[start : self.at])

    def _variable(self, depth: int) -> Variable:
        self.at += 1
        name = self._word(_NAME)
        if self._next() == "}":
            return Variable(name)
        self._expect(",")
        kind = self._word(_NAME)
        self._expect(",")
        if kind == "plural":
            return Variable(name, "plural", tuple(self._branches(depth)))
        if kind == "select":
            return Variable(name, "select", tuple(self._branches(depth)))
        raise PatternInvalid("only plural and select may choose")

    def _branches(self, depth: int) -> Iterator[tuple[str, tuple[Part, ...]]]:
        seen: set[str] = set()
        while True:
            self._skip()
            if self.pattern[self.at : self.at + 1] == "}":
                self.at += 1
                break
            key = self._word(_KEY)
            if key in seen:
                raise PatternInvalid("a branch stands twice")
            seen.add(key)
            self._skip()
            self._expect("{")
            inner = tuple(self.parts(depth=depth + 1))
            self._expect("}")
            yield key, inner
        if "other" not in seen:
            raise PatternInvalid("a choice has no branch for everything else")

    def _word(self, kind: re.Pattern[str]) -> str:
        self._skip()
        found = kind.match(self.pattern, self.at)
        if found is None:
            raise PatternInvalid("a brace is open, or its name is none")
        self.at = found.end()
        return found.group()

    def _next(self) -> str:
        self._skip()
        letter = self.pattern[self.at : self.at + 1]
        self.at += letter == "}"
        return letter

    def _expect(self, letter: str) -> None:
        self._skip()
        if self.pattern[self.at : self.at + 1] != letter:
            raise PatternInvalid("a brace is open")
        self.at += 1

    def _skip(self) -> None:
        while self.pattern[self.at : self.at + 1] == " ":
            self.at += 1
