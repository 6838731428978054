"""Half a request, held for ever by many, must not shut everybody else out."""

import asyncio

import pytest
from fastapi import FastAPI

from lotse_chassis.face import CONCURRENT_REQUESTS_MAX, Face
from tests import kit

HALF = b"GET / HTTP/1.1\r\n"
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
MANY = CONCURRENT_REQUESTS_MAX + 5


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lotse_chassis.patience.LOOK_SECONDS", 0.3)


@pytest.fixture
def long_looks(monkeypatch: pytest.MonkeyPatch, short_looks: None) -> None:
    """None of many lines is closed before the last is open."""
    monkeypatch.setattr("lotse_chassis.patience.LOOK_SECONDS", 4.0)


async def status(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(WHOLE)
    line = await reader.readline()
    writer.close()
    return line


@pytest.mark.usefixtures("long_looks")
async def test_half_requests_are_closed_and_others_get_in() -> None:
    app = FastAPI()

    @app.get("/")
    async def root() -> dict[str, str]:
        return {}

    face = Face(app, "127.0.0.1", 0)
    await face.start()
    held = [await asyncio.open_connection("127.0.0.1", face.port) for _ in range(MANY)]
    for _, writer in held:
        writer.write(HALF)

    async def served() -> bool:
        return b"200" in await status(face.port)

    assert not await served()
    await kit.eventually(served)
    for reader, writer in held:
        await reader.read()
        writer.close()
    await face.stop()


async def test_a_slow_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    app, gate = FastAPI(), asyncio.Event()

    @app.get("/")
    async def root() -> dict[str, str]:
        await gate.wait()
        return {}

    face = Face(app, "127.0.0.1", 0)
    await face.start()
    asyncio.get_running_loop().call_later(1.5, gate.set)
    assert b"200" in await status(face.port)
    await face.stop()
