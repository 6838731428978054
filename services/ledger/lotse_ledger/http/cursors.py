"""A cursor holds where a list goes on, of which list it is, and the two dates that its first page stood on.

So every page of one list shows the same state of the books, whatever is entered while somebody reads. A cursor opens
nothing: what it points to is filtered again by the token.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import Request

from lotse_chassis.faults import Refused
from lotse_ledger.domain.entries import canonical

CURSOR_CHARACTERS_MAX = 300
VERSION = 1
DIGEST_CHARACTERS = 16
INDEX_MAX = 2**53
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """The dates of the first page, and the place: numbers and days as the list orders by them."""

    recorded_to: datetime
    valid_to: date
    place: tuple[int, ...]


def written(request: Request, cursor: Cursor) -> str:
    """The cursor as text."""
    micros = (cursor.recorded_to - _EPOCH) // _MICROSECOND
    said = [VERSION, _list_of(request), micros, cursor.valid_to.toordinal(), *cursor.place]
    return base64.urlsafe_b64encode(canonical(said)).rstrip(b"=").decode()


def read(request: Request, text: str | None, *, places: int) -> Cursor | None:
    """The cursor that a page before gave, if one was sent. Raises Refused if it is none, or that of another list."""
    if not text:
        return None
    said = _decoded(text)
    if len(said) != 4 + places or said[0] != VERSION:
        raise Refused("malformed", fields=("cursor",))
    if said[1] != _list_of(request):
        raise Refused("cursor_of_another_list", fields=("cursor",))
    numbers = said[2:]
    if not all(type(one) is int and 0 <= one <= INDEX_MAX for one in numbers):
        raise Refused("malformed", fields=("cursor",))
    try:
        return Cursor(_EPOCH + numbers[0] * _MICROSECOND, date.fromordinal(numbers[1]), tuple(numbers[2:]))
    except (ValueError, OverflowError):
        raise Refused("malformed", fields=("cursor",)) from None


def _decoded(text: str) -> list[Any]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("malformed", fields=("cursor",)) from None
    if not isinstance(said, list):
        raise Refused("malformed", fields=("cursor",))
    return said


def _list_of(request: Request) -> str:
    """The path and what was asked besides the cursor and the size of a page."""
    asked = {name: value for name, value in request.query_params.items() if name not in ("cursor", "limit")}
    whole = canonical([request.url.path, asked])
    return hashlib.sha256(whole).hexdigest()[:DIGEST_CHARACTERS]
