"""A line of an import file: `{"date": …, "text": …, "postings": [{"account": …, "amount": "-12.34", "currency": …}]}`.

Imports go into logs of their own, beside the witnessed one: any names, any commodities, up to 18 decimals.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from lotse_ledger.domain.amounts import IMPORT_SCALE, NotAnAmount, TooManyDigits, WrongScale, minor_units
from lotse_ledger.domain.canonical import INTEGER_MAX, digest_of
from lotse_ledger.domain.entries import Draft, Place, Posting, TooLarge, entered

LINE_BYTES_MAX = 262_144
NAME_CHARACTERS_MAX = 200
LEAF_SURELY_FITS_BYTES = 40_000  # a leaf is at most half as long again as its line, and 700 bytes
KIND = "imported"
_BOM = b"\xef\xbb\xbf"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NAME = re.compile(rf"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{{1,{NAME_CHARACTERS_MAX}}}")
_LEDGER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_ENTRY_FIELDS = {"date", "text", "postings"}
_POSTING_FIELDS = {"account", "amount", "currency"}
_LATER = datetime(9999, 1, 1, tzinfo=UTC)


class BadLine(ValueError):
    """A line that cannot be entered; the text says why, and never what stood there."""


class BadLedgerName(ValueError):
    """No name that a log can have, or that of the association's own."""


@dataclass(frozen=True)
class Line:
    """A line that is not blank; `number` counts from 1."""

    number: int
    raw: bytes


def check_ledger_name(name: str, *, association: str) -> None:
    """Raises BadLedgerName."""
    if not _LEDGER.fullmatch(name):
        raise BadLedgerName("a ledger's name has 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit")
    if name.casefold() in ("grant-ledger", association.casefold()):
        raise BadLedgerName("this is the association's own ledger, which nothing is imported into")


def lines_of(content: bytes) -> Iterator[Line]:
    """The lines of a file; a last one needs no line feed, blank ones are passed over."""
    start = len(_BOM) if content.startswith(_BOM) else 0
    number = 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        number += 1
        raw = content[start:end]
        if not raw.isspace() and raw:
            yield Line(number, raw)
        start = end + 1


def draft_of(line: Line, *, file_sha256: str) -> Draft:
    """The entry that a line asks for. Raises BadLine."""
    said = _object(_parsed(line.raw), _ENTRY_FIELDS, "the line")
    postings = tuple(_posting(one) for one in _list(said["postings"]))
    _check_balance(postings)
    text = said["text"]
    if not isinstance(text, str):
        raise BadLine("text is no text")
    _check_text(text)
    draft = Draft(
        key=f"import:{file_sha256}:{line.number}",
        kind=KIND,
        standing="own",
        valid_on=_day(said["date"]),
        data={"text": text},
        request_sha256=digest_of([file_sha256, line.number]),
        postings=postings,
    )
    if len(line.raw) > LEAF_SURELY_FITS_BYTES:
        _check_size(draft)
    return draft


def _parsed(raw: bytes) -> Any:
    if len(raw) > LINE_BYTES_MAX:
        raise BadLine(f"the line is longer than {LINE_BYTES_MAX} bytes")
    if b"\0" in raw:
        raise BadLine("the line holds a NUL byte")
    try:
        return _decode(raw.decode())
    except UnicodeDecodeError:
        raise BadLine("the line is not UTF-8") from None
    except RecursionError:
        raise BadLine("the line is nested too deeply") from None
    except BadLine:
        raise
    except ValueError:
        raise BadLine("the line is not JSON") from None


class _Float:
    """A number that JSON's readers round."""


def _refuse_constant(_: str) -> Any:
    raise BadLine("a number is none")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadLine("a field stands twice in an object")
    return found


_decode = json.JSONDecoder(
    parse_float=lambda _: _Float, parse_constant=_refuse_constant, object_pairs_hook=_without_twins
).decode


def _object(value: Any, fields: set[str], where: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise BadLine(f"{where} is no object")
    if value.keys() != fields:
        missing = fields - value.keys()
        raise BadLine(f"{where} lacks {', '.join(sorted(missing))}" if missing else f"{where} has unknown fields")
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list or not value:
        raise BadLine("postings is no list of postings")
    return value


def _posting(value: Any) -> Posting:
    said = _object(value, _POSTING_FIELDS, "a posting")
    account, amount, currency = said["account"], said["amount"], said["currency"]
    for name, field in ((account, "account"), (currency, "currency")):
        if type(name) is not str or not _NAME.fullmatch(name):
            raise BadLine(f"{field} is no text of 1 to {NAME_CHARACTERS_MAX} characters without control characters")
    return Posting(account, _amount(amount), currency)


def _amount(value: Any) -> int:
    if value is _Float:
        raise BadLine('amount is a float; an amount is a text such as "-12.34"')
    if type(value) is not str:
        raise BadLine('amount is no text such as "-12.34"')
    try:
        return minor_units(value, IMPORT_SCALE)
    except NotAnAmount:
        raise BadLine("amount is no plain decimal number") from None
    except WrongScale:
        raise BadLine(f"amount has more than {IMPORT_SCALE} decimals") from None
    except TooManyDigits:
        raise BadLine("amount has more digits than the books can hold") from None


def _check_balance(postings: tuple[Posting, ...]) -> None:
    sums: defaultdict[str, int] = defaultdict(int)
    for one in postings:
        sums[one.currency] += one.amount
    if any(sums.values()):
        raise BadLine("debits and credits differ in a currency")


def _day(value: Any) -> date:
    try:
        if type(value) is str and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadLine("date is no day such as 2026-01-02")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BadLine("text holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadLine("text holds half a character") from None


def _check_size(draft: Draft) -> None:
    try:
        entered(draft, Place("x" * NAME_CHARACTERS_MAX, INTEGER_MAX, _LATER))
    except TooLarge:
        raise BadLine("the entry is too large for a log") from None
