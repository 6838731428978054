"""Whoever mirrors the directory slowly, or stops reading, takes no connection from the desk."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httpx

from tests.referral.desk import Desk

READERS = 40


async def test_readers_who_stop_reading_leave_the_directory_to_others(desk: Desk) -> None:
    first, again, never = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stops(message: MutableMapping[str, Any]) -> None:
        if message.get("body"):
            first.set()
            await again.wait()

    async def says_nothing() -> dict[str, Any]:
        await never.wait()
        return {"type": "http.disconnect"}

    readers = [asyncio.create_task(desk.service.http(scope_of(), says_nothing, stops)) for _ in range(READERS)]
    await first.wait()
    transport = httpx.ASGITransport(app=desk.service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        page = await client.get("/services", params={"search": "jobcenter"})
        assert page.status_code == 200
    for one in readers[:10]:
        one.cancel()  # who goes away holds nothing up
    again.set()
    ends = await asyncio.gather(*readers, return_exceptions=True)
    assert [end for end in ends if end is not None] == ends[:10]


def scope_of() -> dict[str, Any]:
    """A request for all services as lines."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/services",
        "raw_path": b"/services",
        "query_string": b"format=ndjson&full=true",
        "root_path": "",
        "headers": [],
        "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 80),
    }
