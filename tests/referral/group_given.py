"""Group offers for tests: one that meets weekly from last week on, and a browser before the pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Order
from lotse_contracts.referral import BookPlace, ChangeGroupOffer, MakeGroupOffer
from tests.referral.desk import Desk

NOON = datetime.now(UTC).replace(hour=14, minute=0, second=0, microsecond=0)  # after the session of today, if any
PIN = "2468"
OFFER_ID = UUID(int=600)


def today() -> date:
    return datetime.now(UTC).date()


def offer(**changed: Any) -> MakeGroupOffer:
    """Weekly since a week ago, at 12 o'clock in Dresden; two seats."""
    series = {"starts_on": (today() - timedelta(days=7)).isoformat(), "at": "12:00", "minutes": 60}
    given = {
        "offer_id": OFFER_ID,
        "kind": "practice_group",
        "name": "Deutsch üben",
        "series": series | {"rule": "FREQ=WEEKLY"} | changed.pop("series", {}),
        "place": "Haus B, Raum 3",
        "languages": ("de", "uk"),
        "seats": 2,
        "plan_line": "personnel",
    }
    return MakeGroupOffer.model_validate(given | changed)


def changed(**fields: Any) -> ChangeGroupOffer:
    """The same offer, changed."""
    version = fields.pop("version", None)
    return ChangeGroupOffer.model_validate(offer(**fields).model_dump() | {"version": version})


def book(number: int, person_id: UUID | None = None) -> BookPlace:
    """A place under a number; its person follows from it."""
    return BookPlace(booking_id=UUID(int=number), person_id=person_id or UUID(int=1000 + number), offer_id=OFFER_ID)


async def refused(desk: Desk, order: Order) -> str:
    """The code with which the order is refused."""
    with pytest.raises(Refused) as fault:
        await desk.hears(order)
    return fault.value.code


@asynccontextmanager
async def browser(desk: Desk, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Each from an address of its own, so that none waits for another's share."""
    address = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"
    transport = httpx.ASGITransport(app=desk.service.http, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as face:
        yield face


async def signs_up(desk: Desk, key: str | None = None, pin: str = PIN, offer_id: UUID = OFFER_ID) -> httpx.Response:
    async with browser(desk) as face:
        headers = {"Idempotency-Key": key or uuid4().hex}
        return await face.post(f"/group-offers/{offer_id}/places", json={"pin": pin}, headers=headers)


async def asked(desk: Desk, verb: str, code: str, pin: str = PIN) -> httpx.Response:
    async with browser(desk) as face:
        return await face.post(f"/group-places/{verb}", json={"code": code, "pin": pin})


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


class Tags(HTMLParser):
    """The tags of a page, each closed as it should be."""

    VOID = frozenset({"br", "input", "meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags_of(page: str) -> set[str]:
    reader = Tags()
    reader.feed(page)
    assert reader.open == []
    return reader.seen


def text_of(page: str) -> str:
    """What somebody reads."""
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))
