"""What the story asks by HTTP is answered also when a service is killed meanwhile."""

import asyncio
from asyncio import StreamReader, StreamWriter

import httpx
import pytest

from lotse_local.demo import houses
from lotse_local.demo.houses import Patient
from tests import kit

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup"


async def test_a_question_waits_for_a_service_that_is_started_again() -> None:
    asked = 0

    async def killed_at_the_first(reader: StreamReader, writer: StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.readuntil(b"\r\n\r\n")
        if asked > 1:
            writer.write(ANSWER)
        writer.close()

    (port,) = kit.free_ports(1)
    async with Patient(base_url=f"http://127.0.0.1:{port}") as http:
        answering = asyncio.create_task(http.get("/"))
        done, _ = await asyncio.wait({answering}, timeout=2 * houses.PAUSE_SECONDS)
        assert not done
        async with await asyncio.start_server(killed_at_the_first, "127.0.0.1", port):
            assert (await answering).text == "up"
    assert asked == 2


async def test_a_service_that_stays_away_is_waited_for_no_longer_than_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(houses, "AGAIN_SECONDS", 0.1)
    (port,) = kit.free_ports(1)
    async with Patient(base_url=f"http://127.0.0.1:{port}") as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("/")
