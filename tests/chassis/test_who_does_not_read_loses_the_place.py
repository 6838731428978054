"""Answers that nobody takes must not hold a place for ever: enough of them would shut everybody else out."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Response

from lotse_chassis.face import Face
from tests import kit

HELD = 3  # with one more place, which uvicorn gives to nobody
ANSWER_BYTES = 16 * 1024 * 1024  # more than both ends of a line keep
LOOK_SECONDS = 0.8  # ten of them: all lines are held before the first is let go
ASKED = b"GET /long HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n"


@pytest.fixture
async def face(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Face]:
    monkeypatch.setattr("lotse_chassis.face.CONCURRENT_REQUESTS_MAX", HELD + 1)
    monkeypatch.setattr("lotse_chassis.patience.LOOK_SECONDS", LOOK_SECONDS)
    monkeypatch.setattr("lotse_chassis.patience.REQUEST_LOOKS_MAX", 10)
    app = FastAPI()

    @app.get("/long")
    async def long() -> Response:
        return Response(b"a" * ANSWER_BYTES)

    @app.get("/")
    async def root() -> dict[str, str]:
        return {}

    served = Face(app, "127.0.0.1", 0)
    await served.start()
    yield served
    await served.stop()


async def status(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + CLOSE + b"\r\n")
    line = await reader.readline()
    writer.close()
    return line


@pytest.mark.parametrize("head", [ASKED, ASKED + CLOSE, ASKED + b"\r\n" + ASKED], ids=["once", "close", "twice"])
async def test_answers_that_are_not_read_make_room(face: Face, head: bytes) -> None:
    held = [await asyncio.open_connection("127.0.0.1", face.port) for _ in range(HELD)]
    for reader, writer in held:
        writer.write(head + b"\r\n")
        assert b"200" in await reader.readline()  # and not much more of it, as long as nobody asks
    assert b"503" in await status(face.port)

    async def served() -> bool:
        return b"200" in await status(face.port)

    await kit.eventually(served)
    for _, writer in held:
        writer.close()


async def test_who_reads_piece_by_piece_gets_all_of_it(face: Face) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", face.port)
    writer.write(ASKED + CLOSE + b"\r\n")
    got = 0
    while piece := await reader.read(ANSWER_BYTES // 20):
        got += len(piece)
    assert got > ANSWER_BYTES
    writer.close()
