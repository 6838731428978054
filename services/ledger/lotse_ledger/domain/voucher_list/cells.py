"""What a cell says, as Germans and their spreadsheets write it: amounts, days, months, shares, plain text."""

import re
import unicodedata
from datetime import date
from typing import Literal

CENTS_MAX = 10**12
YEAR_MIN, YEAR_MAX = 2000, 2100
CENTURY = 2000  # of a year with two digits
WHOLE = 10_000  # basis points
TEXT_CHARACTERS_MAX = 200
CELL_CHARACTERS_MAX = 1_000

_AMOUNT = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,13})(?:,(\d{1,2}))?\Z", re.ASCII)
_DOTTED = re.compile(r"(\d{1,13})\.(\d{1,2})\Z", re.ASCII)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})\Z", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_ISO_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?\Z", re.ASCII)
_GERMAN_MONTH = re.compile(r"(?:\d{1,2}\.)?(\d{1,2})[./](\d{4})\Z", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3})(?:,(\d{1,2}))?\s*%?\Z", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_SIGNED_NUMBER = re.compile(r"[+-][\d.,\s]+\Z")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009"), " ")
_FORMULA_HEADS = ("=", "@", "+", "-", "\t", "\r")
_MONTHS = (
    *("januar", "februar", "märz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)

PaidFrom = Literal["bank", "cash"]
_PAID_FROM: dict[str, PaidFrom] = {
    **dict.fromkeys(
        ("", "bank", "konto", "girokonto", "überweisung", "lastschrift", "karte", "ec", "dauerauftrag"), "bank"
    ),
    **dict.fromkeys(("bar", "barkasse", "kasse", "bargeld"), "cash"),
}


class CellRefused(ValueError):
    """A cell does not say what its column asks for. `code` names what would be allowed; never quotes the cell."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def plain(text: str) -> str:
    """Composed, without spaces at its ends or of odd widths; a lone dash is an empty cell. Raises CellRefused."""
    if len(text) > CELL_CHARACTERS_MAX:
        raise CellRefused("too_long")
    found = " ".join(unicodedata.normalize("NFC", text).translate(_SPACES).split())
    if any(unicodedata.category(one) in ("Cc", "Cf", "Co", "Cs", "Cn") for one in found):
        raise CellRefused("control_character")
    return "" if found in ("-", "–", "—") else found


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute this cell; a number with a sign is none."""
    return text.startswith(_FORMULA_HEADS) and not _SIGNED_NUMBER.match(text) and plain(text) != ""


def words(text: str) -> str:
    """A short text. Raises CellRefused."""
    if len(text) > TEXT_CHARACTERS_MAX:
        raise CellRefused("too_long")
    return text


def cents(text: str) -> int:
    """`1.234,56`, `1234,5`, `1234`, `1234.56`, with or without a euro sign: integer cents. Raises CellRefused.

    A dot before three digits groups thousands, for money has no third decimal.
    """
    bare = text.removesuffix("€").removesuffix("EUR").removeprefix("€").removeprefix("EUR").replace(" ", "")
    found = _DOTTED.match(bare) or _AMOUNT.match(bare)
    if found is None:
        raise CellRefused("negative_amount" if bare.startswith(("-", "(")) else "not_an_amount")
    amount = int(found[1].replace(".", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
    if amount > CENTS_MAX:
        raise CellRefused("not_an_amount")
    return amount


def day(text: str) -> date:
    """`03.02.2026`, `3.2.26` or `2026-02-03`. Raises CellRefused."""
    german, iso = _GERMAN_DAY.match(text), _ISO_DAY.match(text)
    if german is not None:
        year = int(german[3]) + (CENTURY if len(german[3]) == 2 else 0)
        return _date(year, int(german[2]), int(german[1]))
    if iso is not None:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    raise CellRefused("not_a_day")


def month(text: str) -> str:
    """`2026-03`, `03.2026`, `03/2026`, `März 2026`, or any day of it: `2026-03`. Raises CellRefused."""
    name, _, year = text.casefold().partition(" ")
    if name in _MONTHS and re.fullmatch(r"\d{4}", year):
        return f"{_date(int(year), _MONTHS.index(name) + 1, 1):%Y-%m}"
    iso, german = _ISO_MONTH.match(text), _GERMAN_MONTH.match(text)
    try:
        if iso is not None:
            return f"{_date(int(iso[1]), int(iso[2]), 1):%Y-%m}"
        if german is not None:
            return f"{_date(int(german[2]), int(german[1]), 1):%Y-%m}"
    except CellRefused:
        raise CellRefused("not_a_month") from None
    raise CellRefused("not_a_month")


def basis_points(text: str) -> int:
    """`50`, `33,33 %`: more than 0 and at most 100 per cent. Raises CellRefused."""
    found = _PERCENT.match(text)
    points = 0 if found is None else int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
    if not 0 < points <= WHOLE:
        raise CellRefused("not_a_share")
    return points


def paid_from(text: str) -> PaidFrom:
    """Bank or cash, from how the treasurer calls it; any other name or number of an account is the bank's."""
    first = re.split(r"[\s:/-]", text.casefold(), maxsplit=1)[0]
    return _PAID_FROM.get(first, "bank")


def code(text: str) -> str:
    """A name of a cost line or the like: letters, digits, `-` and `_`. Raises CellRefused."""
    if not _CODE.match(text):
        raise CellRefused("not_a_code")
    return text


def digest(text: str) -> str:
    """SHA-256 in hexadecimal. Raises CellRefused."""
    if not _DIGEST.match(text.lower()):
        raise CellRefused("not_a_digest")
    return text.lower()


def _date(year: int, month_number: int, day_number: int) -> date:
    try:
        found = date(year, month_number, day_number)
    except ValueError:
        raise CellRefused("not_a_day") from None
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise CellRefused("not_a_day")
    return found
