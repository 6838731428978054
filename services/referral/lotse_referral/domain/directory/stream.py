"""Takes a JSON file apart while it is read, object by object, so that a directory of any size needs little memory.

What is broken beyond one object's end stops the reading; what is broken inside of one is said, and the next is read.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

OBJECT_CHARACTERS_MAX = 4 * 1024 * 1024
DEPTH_MAX = 64
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_MARK = re.compile(r'["\[\]{}]')
_END = re.compile(r"[,\]}]")


class NotJson(Exception):
    """The file is no JSON, or no directory; `code` says what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Broken(Exception):
    """One object cannot be read; the next can."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Twice(ValueError):
    """A name that stands twice in one object: readers disagree about which counts."""


class Text:
    """The text of a file, read on when it is needed and forgotten when it was used."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._held = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            start = _SPACE.match(self._held, self._at)
            self._at = start.end() if start else self._at
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Pass over one character. Raises NotJson if it is another."""
        if self.peek() != expected:
            raise NotJson("not_json")
        self._at += 1

    def value(self) -> str | None:
        """The text of the next value; None if it is too long. Raises NotJson if it does not end."""
        first = self.peek()
        return self._nested() if first in ("[", "{") else self._scalar(quoted=first == '"')

    def row(self) -> Any:
        """The next value. Raises Broken if it cannot be read; what comes behind it can."""
        if self.peek() not in ("[", "{"):
            return parsed(self.value())
        try:
            value, end = _DECODER.raw_decode(self._held, self._at)
        except (ValueError, RecursionError):  # not whole yet, or wrong: look for its end first
            return parsed(self.value())
        text, self._at = self._held[self._at : end], end
        _require_small(text)
        return value

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._held, self._at = self._held[self._at :] + chunk, 0
        return True

    def _nested(self) -> str | None:
        scan = _Scan(self._at)
        while not scan.ended(self._held):
            if scan.seen > OBJECT_CHARACTERS_MAX:  # let go of it, remember only where we are
                self._at = scan.at
            scan.at -= self._at
            if not self._more():
                raise NotJson("ends_too_early")
        start, self._at = self._at, scan.at
        return None if scan.seen > OBJECT_CHARACTERS_MAX else self._held[start : scan.at]

    def _scalar(self, *, quoted: bool) -> str:
        while True:
            end = _STRING.match(self._held, self._at + 1) if quoted else _END.search(self._held, self._at)
            if end is not None:
                start, self._at = self._at, end.end() if quoted else end.start()
                return self._held[start : self._at]
            if len(self._held) - self._at > OBJECT_CHARACTERS_MAX:
                raise NotJson("too_large")
            if not self._more():
                raise NotJson("ends_too_early")


class _Scan:
    """Finds where an object or a list ends, without keeping it."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0
        self._depth = 0
        self._in_string = False

    def ended(self, text: str) -> bool:
        """Whether it ends within this text; `at` is then behind its end."""
        while self._pass_string(text):
            mark = _MARK.search(text, self.at)
            if mark is None:
                self._go(len(text))
                return False
            self._go(mark.end())
            if mark.group() == '"':
                self._in_string = True
            else:
                self._depth += 1 if mark.group() in "[{" else -1
                if self._depth == 0:
                    return True
        return False

    def _pass_string(self, text: str) -> bool:
        if not self._in_string:
            return True
        closed = _STRING.match(text, self.at)
        if closed is not None:
            self._go(closed.end())
            self._in_string = False
        elif len(text) - self.at > OBJECT_CHARACTERS_MAX:
            raise NotJson("too_large")
        return closed is not None

    def _go(self, to: int) -> None:
        self.seen += to - self.at
        self.at = to


def parsed(text: str | None) -> Any:
    """One value. Raises Broken if it is too large, too deep, names a field twice, or is no JSON."""
    if text is None:
        raise Broken("too_large")
    _require_small(text)
    try:
        return _DECODER.decode(text)
    except _Twice:
        raise Broken("field_twice") from None
    except (ValueError, RecursionError):
        raise Broken("not_json") from None


def _require_small(text: str) -> None:
    if len(text) > OBJECT_CHARACTERS_MAX:
        raise Broken("too_large")
    if _deeper_than(text, DEPTH_MAX):
        raise Broken("too_deep")


def _deeper_than(text: str, limit: int) -> bool:
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = at = 0
    while (mark := _MARK.search(text, at)) is not None:
        at = mark.end()
        if mark.group() == '"':
            closed = _STRING.match(text, at)
            at = closed.end() if closed else len(text)
            continue
        depth += 1 if mark.group() in "[{" else -1
        if depth > limit:
            return True
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Twice
    return made


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
