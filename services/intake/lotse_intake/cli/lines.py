"""JSON lines in, JSON lines out: one answer for each line, in order; a bad line is answered as one, and the next read.

    {"error": {"code": …, "field": …, "allowed": …}}

Nothing of a line stands in the answer to a bad one, and nothing needs settings or a running system.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, BinaryIO, TextIO, TypeVar

from lotse_chassis.command import Standalone
from lotse_intake.domain import phones
from lotse_intake.domain.birthdates import birth_date
from lotse_intake.domain.matching import Record, match
from lotse_intake.domain.names.cleaning import TEXT_CHARACTERS_MAX, NotText, cleaned, has_letters, visible
from lotse_intake.domain.names.transliteration import latin

LINE_BYTES_MAX = 65_536
EXIT_DONE = 0
Line = Mapping[str, Any]
Answer = dict[str, Any]
T = TypeVar("T")


class BadLine(Exception):
    """A line that is not taken: a code, the field at fault, and what would be taken."""

    def __init__(self, code: str, field: str, allowed: str) -> None:
        super().__init__(code)
        self.error = {"error": {"code": code, "field": field, "allowed": allowed}}


def transliterate(line: Line) -> Answer:
    """`{"text": …}` -> `{"latin": …}`, by resolution 55; `notes` where something invisible was left out."""
    seen = _seen(_text(line, "text"), "text", lambda text: visible(text, characters_max=TEXT_CHARACTERS_MAX))
    return {"latin": latin(seen.text), **({"notes": list(seen.notes)} if seen.notes else {})}


def same_person(line: Line) -> Answer:
    """`{"a": {"name", "birth_date", "phone"}, "b": {…}}` -> `{"score", "band", "reasons": [{"code", "points"}]}`."""
    one, noted = _record(line, "a")
    other, noted_too = _record(line, "b")
    found = match(one, other)
    reasons = [{"code": reason.code, "points": reason.points} for reason in found.reasons]
    notes = [*noted, *noted_too]
    return {"score": found.score, "band": found.band, "reasons": reasons, **({"notes": notes} if notes else {})}


def answer_lines(answer: Callable[[Line], Answer], source: BinaryIO, target: TextIO) -> None:
    """Answer every line until the source ends; each answer is written before the next line is read."""
    while raw := source.readline(LINE_BYTES_MAX + 1):
        try:
            said = answer(_read(raw, source))
        except BadLine as fault:
            said = fault.error
        target.write(json.dumps(said, ensure_ascii=False) + "\n")
        target.flush()


def _read(raw: bytes, source: BinaryIO) -> Line:
    if len(raw) > LINE_BYTES_MAX:
        while raw and not raw.endswith(b"\n"):  # the rest of the line is not another one
            raw = source.readline(LINE_BYTES_MAX)
        raise BadLine("too_long", "line", f"at most {LINE_BYTES_MAX} bytes")
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict):
        raise BadLine("not_json", "line", "one JSON object a line, UTF-8")
    return line


def _record(line: Line, side: str) -> tuple[Record, list[Answer]]:
    part = line.get(side)
    if not isinstance(part, dict):
        raise BadLine("missing", side, "an object with name, birth_date and phone; the latter two may be null")
    field = f"{side}.name"
    seen = _seen(_text(part, "name", field), field, cleaned)
    if not has_letters(seen.text):
        raise BadLine("not_a_name", field, "a name with at least one letter")
    born, phone = _optional(part, side, "birth_date"), _optional(part, side, "phone")
    today = date.today()  # noqa: DTZ011 - whoever runs the command; a birth date is no instant
    made = Record(
        seen.text,
        _seen(born, f"{side}.birth_date", lambda text: birth_date(text, today=today)) if born else None,
        _seen(phone, f"{side}.phone", phones.e164) if phone else None,
    )
    return made, [{"field": field, "code": note} for note in seen.notes]


def _text(part: Line, name: str, field: str = "") -> str:
    value = part.get(name)
    if not isinstance(value, str):
        raise BadLine("missing" if value is None else "not_text", field or name, "a text")
    return value


def _optional(part: Line, side: str, name: str) -> str:
    return "" if part.get(name) is None else _text(part, name, f"{side}.{name}")


def _seen(text: str, field: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except NotText as fault:
        raise BadLine(fault.code, field, fault.allowed) from None


def _command(answer: Callable[[Line], Answer], about: str) -> Standalone:
    def run(args: argparse.Namespace) -> int:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        answer_lines(answer, sys.stdin.buffer, sys.stdout)
        return EXIT_DONE

    return Standalone(run, lambda parser: None, about)


TRANSLITERATE = _command(transliterate, "JSON lines: Ukrainian in Latin letters, by resolution 55 of 2010")
SAME_PERSON = _command(same_person, "JSON lines: how likely two records are one person's, and why")
