"""What anybody may post is small: a flood of bytes is turned away before it is read."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from tests.referral.desk import Desk

PATHS = (
    f"/group-offers/{UUID(int=1)}/places",
    "/group-places/state",
    "/group-places/cancel",
    f"/me/checkbacks/{'A' * 26}",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("counted", [True, False])
async def test_a_large_body_is_refused_unread(desk: Desk, path: str, *, counted: bool) -> None:
    read = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b" " * 65_536

    headers = {"Content-Type": "application/json", "Idempotency-Key": "a" * 20}
    length = {"Content-Length": str(64 * 65_536)} if counted else {}
    transport = httpx.ASGITransport(app=desk.service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.post(path, content=flood(), headers=headers | length)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert read == 0
