"""What the HTTP face takes from the wire: bounded in every direction, and nothing that two readers read differently."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator

import pytest
from fastapi import FastAPI, Request

from lotse_chassis.face import Face
from lotse_chassis.patience import HEAD_BYTES_MAX, PIPELINED_MAX

HOST = b"Host: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"
SECONDS = 5.0  # shorter than the look at what says nothing
FLOOD_BYTES = 64 * HEAD_BYTES_MAX


@pytest.fixture
async def face() -> AsyncIterator[Face]:
    app = FastAPI()

    @app.api_route("/said", methods=["GET", "POST"])
    async def said(request: Request) -> dict[str, object]:
        length = len(await request.body())
        return {"bytes": length, "names": [name for name, _ in request.headers.items()]}

    served = Face(app, "127.0.0.1", 0)
    await served.start()
    yield served
    await served.stop()


async def answered(face: Face, pieces: Iterable[bytes]) -> bytes:
    """All that comes back until the face closes the line. Raises TimeoutError if it does not."""
    reader, writer = await asyncio.open_connection("127.0.0.1", face.port)
    answer = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            while piece := await reader.read(65_536):
                answer += piece
    except ConnectionError:
        pass  # cut off while it wrote
    finally:
        writer.close()
    return bytes(answer)


def flood(before: bytes, filling: bytes, piece_bytes: int) -> Iterator[bytes]:
    yield before
    for _ in range(FLOOD_BYTES // piece_bytes):
        yield (filling * (piece_bytes // len(filling) + 1))[:piece_bytes]


async def test_a_request_is_answered_and_names_no_server(face: Face) -> None:
    answer = await answered(face, [b"GET /said HTTP/1.1\r\n", HOST, CLOSE])
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"server:" not in head.lower()
    assert b"connection: close" in head.lower()
    assert body == b'{"bytes":0,"names":["host","connection"]}'


async def test_several_requests_at_once_are_answered_in_their_order(face: Face) -> None:
    first = b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    answer = await answered(face, [first + b"GET /said HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"])
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.index(b'"bytes":3') < answer.index(b'"bytes":0')


async def test_a_line_carries_any_number_of_requests(face: Face) -> None:
    many = HEAD_BYTES_MAX // 16
    answer = await answered(
        face, [b"GET /said HTTP/1.1\r\nHost: x\r\n\r\n" * many, b"GET /said HTTP/1.1\r\n", HOST, CLOSE]
    )
    assert answer.count(b"HTTP/1.1 200 OK") == many + 1


async def test_who_asks_without_end_and_awaits_no_answer_is_cut_off(face: Face) -> None:
    """Each of them is kept until it is answered."""
    many = 3 * PIPELINED_MAX
    answer = await answered(
        face, [b"GET /said HTTP/1.1\r\nHost: x\r\n\r\n" * many, b"GET /said HTTP/1.1\r\n", HOST, CLOSE]
    )
    assert answer.count(b"HTTP/1.1 200 OK") < PIPELINED_MAX
    assert b"200 OK" in await answered(face, [b"GET /said HTTP/1.1\r\n", HOST, CLOSE])


async def test_what_follows_a_refused_request_is_not_looked_at(face: Face) -> None:
    answer = await answered(face, [b"nothing\r\n\r\n" + b"a" * 2 * HEAD_BYTES_MAX])
    assert answer.count(b"HTTP/1.1") == 1


async def test_a_head_may_be_as_long_as_is_said(face: Face) -> None:
    start = b"GET /said HTTP/1.1\r\nHost: x\r\nX-Long: "
    long = b"a" * (HEAD_BYTES_MAX - len(start) - len(CLOSE) - 2)
    assert b"200 OK" in await answered(face, [start, long, b"\r\n", CLOSE])


@pytest.mark.parametrize("piece_bytes", [1_000, HEAD_BYTES_MAX, 200_000])
@pytest.mark.parametrize(
    ("before", "filling"),
    [
        (b"GET /", b"a"),
        (b"GET /said HTTP/1.1\r\nX-Long: ", b"a"),
        (b"GET /said HTTP/1.1\r\n", b"a"),
        (b"GET /said HTTP/1.1\r\n", b"a: b\r\n"),
        (b"POST /said HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;x=", b"a"),
        (b"POST /said HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
        (b"POST /said HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ", b"a"),
    ],
    ids=["address", "value", "name", "headers", "chunk", "trailers", "trailer"],
)
async def test_what_has_no_end_is_cut_off(face: Face, before: bytes, filling: bytes, piece_bytes: int) -> None:
    """Before anybody has answered it, and without being kept."""
    assert b"200 OK" not in await answered(face, flood(before, filling, piece_bytes))
    assert b"200 OK" in await answered(face, [b"GET /said HTTP/1.1\r\n", HOST, CLOSE])


async def test_a_head_that_comes_whole_and_is_far_too_long_is_not_answered(face: Face) -> None:
    head = b"GET /said HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * HEAD_BYTES_MAX + CLOSE
    assert b"200 OK" not in await answered(face, [head])


async def test_a_body_may_be_long_and_come_in_small_chunks(face: Face) -> None:
    start = b"POST /said HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = 2 * HEAD_BYTES_MAX
    assert b'"bytes":%d' % chunks in await answered(face, [start, b"1\r\na\r\n" * chunks, b"0\r\n\r\n"])
    start = b"POST /said HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % FLOOD_BYTES
    assert b'"bytes":%d' % FLOOD_BYTES in await answered(face, flood(start, b"a", HEAD_BYTES_MAX))


async def test_a_trailer_is_no_header_of_this_request_or_the_next(face: Face) -> None:
    """Somebody behind a proxy could pass for another address."""
    first = b"POST /said HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"
    answer = await answered(face, [first + b"GET /said HTTP/1.1\r\nHost: x\r\n" + CLOSE])
    assert answer.count(b"200 OK") == 2
    assert b"forwarded" not in answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc",
        b"POST /said HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST /said HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
        b"GET /said HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
        b"GET /said HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET /said HTTP/1.1\nHost: x\n\n",
        b"GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /said HTTP/9.9\r\nHost: x\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_two_readers_may_read_differently_is_refused(face: Face, request_bytes: bytes) -> None:
    answer = await answered(face, [request_bytes])
    assert answer.startswith(b"HTTP/1.1 400")


async def test_an_upgrade_is_an_ordinary_request(face: Face) -> None:
    wish = b"GET /said HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n"
    wish += b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    answer = await answered(face, [wish])
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b" 101 " not in answer
