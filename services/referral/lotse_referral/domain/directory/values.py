"""Checks one value of a directory's file: what it becomes, or why it cannot be kept and what is allowed instead."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

LINE_CHARACTERS_MAX = 500
TEXT_CHARACTERS_MAX = 10_000
HISTORY_CHARACTERS_MAX = 100_000
LINK_CHARACTERS_MAX = 2_000
MAIL_CHARACTERS_MAX = 254  # RFC 5321, 4.5.3.1.3, without the brackets
YEAR_MIN, YEAR_MAX = 1900, 2200
AGE_MAX = 120
WHOLE_MAX = 2**31 - 1

HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
"""Control characters, marks that turn the direction of what follows, and tags: nothing of them is ever meant."""
SURROGATE = re.compile("[\ud800-\udfff]")
WEB = re.compile(r"https?://[^\s/<>\"{}|\\^`@]+(:\d{1,5})?([/?#][^\s<>\"{}|\\^`]*)?")
MAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s.<>\"(),:;\[\]\\]+(\.[^@\s.<>\"(),:;\[\]\\]+)+")
CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
PHONE = re.compile(r"(?=.*\d.*\d)[^\n<>]{2,80}")
"""Offices write more than a number: who answers, when. It is kept as it is written."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CLOCK = re.compile(r"(([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?|24:00(:00)?)(Z|[+-](0\d|1[0-4]):?[0-5]\d)?")
DAYS = re.compile(r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)){0,34}")
NUMBERS = re.compile(r"-?\d{1,3}(,-?\d{1,3}){0,59}")


class Wrong(Exception):
    """The value cannot be kept; `allowed` says what could be."""

    def __init__(self, code: str, allowed: str) -> None:
        super().__init__(code)
        self.code = code
        self.allowed = allowed


Check = Callable[[Any], Any]


def checked(kind: str, value: Any) -> Any:
    """The value as it is kept. Raises Wrong."""
    return CHECKS[kind](value)


def one_of(value: Any, choices: tuple[str, ...]) -> str:
    """One of these texts. Raises Wrong."""
    if isinstance(value, str) and value in choices:
        return value
    raise Wrong("not_allowed", ", ".join(choices))


def _text(value: Any, limit: int = TEXT_CHARACTERS_MAX) -> str:
    if not isinstance(value, str):
        raise Wrong("not_a_text", "a text")
    plain = value.replace("\r\n", "\n").strip()
    if len(plain) > limit:
        raise Wrong("too_long", f"at most {limit} characters")
    if HOSTILE.search(plain) or SURROGATE.search(plain):
        raise Wrong("control_characters", "letters, digits, signs, and line ends in longer texts")
    return plain


def _line(value: Any) -> str:
    plain = _text(value, LINE_CHARACTERS_MAX)
    if "\n" in plain or "\t" in plain:
        raise Wrong("control_characters", "one line")
    return plain


def _history(value: Any) -> str:
    """What a field was; it may have been empty, and it may be a whole list."""
    return _text(value, HISTORY_CHARACTERS_MAX)


def _matching(pattern: re.Pattern[str], code: str, allowed: str, limit: int = LINE_CHARACTERS_MAX) -> Check:
    def check(value: Any) -> str:
        plain = _text(value, limit)
        if not pattern.fullmatch(plain):
            raise Wrong(code, allowed)
        return plain

    return check


def _id(value: Any) -> str:
    try:
        if isinstance(value, str) and len(value) == 36:
            return str(UUID(value))
    except ValueError:
        pass
    raise Wrong("not_an_id", "a UUID as 8-4-4-4-12 hexadecimal digits")


def _day(value: Any) -> str:
    try:
        if isinstance(value, str) and DAY.fullmatch(value) and YEAR_MIN <= date.fromisoformat(value).year <= YEAR_MAX:
            return value
    except ValueError:
        pass
    raise Wrong("not_a_day", f"YYYY-MM-DD from {YEAR_MIN} to {YEAR_MAX}")


def _moment(value: Any) -> str:
    try:
        given = datetime.fromisoformat(value) if isinstance(value, str) else None
        if given is not None and given.tzinfo is not None and YEAR_MIN < given.year < YEAR_MAX:
            return moment_text(given)
    except (ValueError, OverflowError):
        pass
    raise Wrong("not_a_moment", "an ISO 8601 date and time with its offset, as 2026-11-25T10:00:00.000Z")


def moment_text(moment: datetime) -> str:
    """As HSDS wants it: UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(value: Any, low: float, high: float) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("not_a_number", "a number")
    if not low <= value <= high or (isinstance(value, float) and not math.isfinite(value)):
        raise Wrong("out_of_range", f"from {low:g} to {high:g}")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _between(low: float, high: float) -> Check:
    return lambda value: _number(value, low, high)


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        number = _number(value, low, high)
        if not isinstance(number, int):
            raise Wrong("not_a_whole_number", f"a whole number from {low} to {high}")
        return number

    return check


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong("not_true_or_false", "true or false")


CHECKS: Mapping[str, Check] = {
    "id": _id,
    "line": _line,
    "text": _text,
    "history": _history,
    "code": _matching(CODE, "not_a_code", "small letters, digits, _ . -, at most 64"),
    "language": _matching(LANGUAGE, "not_a_language", "a code of BCP 47, as uk or de"),
    "phone": _matching(PHONE, "not_a_phone_number", "a text of at most 80 characters with a number in it"),
    "uri": _matching(WEB, "not_a_web_address", "http:// or https://", LINK_CHARACTERS_MAX),
    "email": _matching(MAIL, "not_a_mail_address", "name@example.org", MAIL_CHARACTERS_MAX),
    "day": _day,
    "moment": _moment,
    "clock": _matching(CLOCK, "not_a_time", "HH:MM from 00:00 to 24:00, with Z or an offset if need be"),
    "days": _matching(DAYS, "not_days", "MO, TU, WE, TH, FR, SA, SU with commas; 2MO and -1FR within a month"),
    "numbers": _matching(NUMBERS, "not_numbers", "whole numbers with commas"),
    "age": _whole(0, AGE_MAX),
    "year": _whole(0, YEAR_MAX),
    "whole": _whole(0, WHOLE_MAX),
    "extension": _whole(0, 2**53),
    "amount": _between(0, 1e9),
    "timezone": _between(-12, 14),
    "latitude": _between(-90, 90),
    "longitude": _between(-180, 180),
    "flag": _flag,
}
