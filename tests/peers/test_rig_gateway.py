"""The rig itself: the scripted gateway takes what it counts, and answers, drops, is silent or refuses as it is told."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests import kit
from tests.peers.gateway import Does, Gateway
from tests.peers.kannel import Receipt
from tests.peers.reports import Reports


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    server = Gateway()
    await server.start()
    yield server
    await server.stop()


@pytest.mark.parametrize(("does", "status", "kept"), [("take", 202, 1), ("refuse", 400, 0), ("busy", 503, 0)])
async def test_an_answer_says_whether_it_has_the_message(gateway: Gateway, does: Does, status: int, kept: int) -> None:
    gateway.does = does
    assert (await _sent(gateway.url)).status_code == status
    assert len(gateway.taken) == kept


async def test_a_proxy_that_lost_the_answer_says_502_for_a_message_that_was_taken(gateway: Gateway) -> None:
    gateway.does = "proxy_lost"
    assert (await _sent(gateway.url)).status_code == httpx.codes.BAD_GATEWAY
    assert len(gateway.taken) == 1


async def test_it_drops_the_line_after_taking(gateway: Gateway) -> None:
    gateway.does = "drop"
    with pytest.raises(httpx.TransportError):
        await _sent(gateway.url)
    assert gateway.copies()["+447700900131"] == 1


async def test_it_is_silent_after_taking(gateway: Gateway) -> None:
    gateway.does = "silent"
    with pytest.raises(httpx.ReadTimeout):
        await _sent(gateway.url, seconds=0.3)
    assert gateway.copies()["+447700900131"] == 1


async def test_it_says_later_what_became_of_a_message(gateway: Gateway, reports: Reports) -> None:
    await _sent(gateway.url, receipts=f"{reports.url}/cb?reference=r1&type=%d&id=%F&answer=%A&meta=%D")
    assert await gateway.receipt(gateway.taken[0], Receipt.DELIVERED) == httpx.codes.OK
    (report,) = await kit.eventually(lambda: reports.of("r1"))
    assert report.said["type"] == "1"


async def _sent(url: str, *, seconds: float = 5.0, receipts: str = "") -> httpx.Response:
    headers = {"X-Kannel-To": "+447700900131", "X-Kannel-DLR-Url": receipts}
    async with httpx.AsyncClient(timeout=seconds) as client:
        return await client.post(url, content="Для вас є повідомлення.".encode(), headers=headers)
