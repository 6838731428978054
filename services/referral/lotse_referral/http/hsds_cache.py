"""Answers of the read API, kept until the directory changes, and told apart by readers with an entity tag."""

import hashlib
import json
from asyncio import Semaphore
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from lotse_referral.domain.hsds import Object

ENTRIES_MAX = 1_000
BYTES_MAX = 16 * 1024 * 1024
TOTALS_MAX = 10_000
STREAMS_MAX = 3
"""Read at once, as slowly as readers like: each holds a connection, of which the service has few."""
MAX_AGE_SECONDS = 60
HEADERS = {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Kept:
    """One answer and its tag, which is the same for the same content whoever answers."""

    body: bytes
    tag: str


class Cache:
    """Of one process; whatever belongs to an older version of the directory is dropped at the first look.

    What is too long to be kept is read in `streams`, the others wait.
    """

    def __init__(self) -> None:
        self.streams = Semaphore(STREAMS_MAX)
        self._version = -1
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._totals: OrderedDict[Hashable, int] = OrderedDict()
        self._bytes = 0

    def get(self, request: Request, version: int) -> Kept | None:
        """The kept answer, if nothing has changed since."""
        if not self._is_current(version):
            return None
        key = _key(request)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, request: Request, version: int, answer: Object) -> Kept:
        """Keep an answer; the ones that nobody asked for longest make room."""
        body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        kept = Kept(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        if self._is_current(version) and _key(request) not in self._kept:
            self._kept[_key(request)] = kept
            self._bytes += len(body)
            while self._bytes > BYTES_MAX or len(self._kept) > ENTRIES_MAX:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)
        return kept

    def total(self, form: str, filters: Hashable, version: int) -> int | None:
        """How many fit, if it was counted."""
        return self._totals.get((form, filters)) if self._is_current(version) else None

    def counted(self, form: str, filters: Hashable, version: int, total: int) -> int:
        """Remember a count."""
        if self._is_current(version):
            self._totals[form, filters] = total
            if len(self._totals) > TOTALS_MAX:
                self._totals.popitem(last=False)
        return total

    def _is_current(self, version: int) -> bool:
        """A reader whose transaction began before the last change neither reads nor fills the newer cache."""
        if version > self._version:
            self._kept.clear()
            self._totals.clear()
            self._bytes, self._version = 0, version
        return version == self._version


def answer_of(request: Request, kept: Kept) -> Response:
    """The answer, or that the reader has it."""
    headers = HEADERS | {"ETag": kept.tag}
    wanted = request.headers.get("if-none-match", "")
    if wanted.strip() == "*" or kept.tag in (one.strip().removeprefix("W/") for one in wanted.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(kept.body, media_type="application/json", headers=headers)


def lines_of(objects: Sequence[Object]) -> bytes:
    """A line of JSON for each."""
    return b"".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in objects)


def _key(request: Request) -> Hashable:
    return request.url.path, tuple(sorted(request.query_params.multi_items()))
