"""The ledger's face over a real socket: what no well-behaved client would send."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from lotse_chassis.face import Face
from lotse_chassis.service import Service
from tests.ledger.test_http import V1

READ_SECONDS = 10


@pytest.fixture
async def port(service: Service) -> AsyncIterator[int]:
    """Where the ledger listens."""
    face = Face(service.http, "127.0.0.1", 0)
    await face.start()
    yield face.port
    await face.stop()


async def said(port: int, *requests: bytes) -> list[tuple[int, dict[str, str], bytes]]:
    """The answers to requests that go over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    try:
        for request in requests:
            writer.write(request)
            await writer.drain()
            async with asyncio.timeout(READ_SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
                }
                has_body = not request.startswith(b"HEAD") and head[0].split(" ")[1] not in ("204", "304")
                body = await reader.readexactly(int(headers.get("content-length", "0")) if has_body else 0)
            found.append((int(head[0].split(" ")[1]), headers, body))
    finally:
        writer.close()
    return found


def request(method: str, path: str, token: str = "", *headers: str) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: ledger",
        *([f"Authorization: Bearer {token}"] if token else []),
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def test_one_connection_is_not_confused_by_head_options_and_what_did_not_change(
    port: int, token: Callable[..., str]
) -> None:
    path = f"{V1}/balances?valid_to=2025-12-12&recorded_to=2025-12-12"
    [(_, headers, body)] = await said(port, request("GET", path, token()))
    kept = f"If-None-Match: {headers['etag']}"
    answers = await said(
        port,
        request("HEAD", path, token()),
        request("GET", path, token(), kept),
        request("OPTIONS", path, token()),
        request("GET", path, token()),
    )
    assert [status for status, _, _ in answers] == [200, 304, 204, 200]
    assert int(answers[0][1]["content-length"]) == len(body)
    assert answers[0][1]["etag"] == headers["etag"]
    assert answers[3][2] == body


ODD = {
    f"{V1}/entries/%ff": 422,
    f"{V1}/entries/%00": 422,
    f"{V1}/entries/0%2f..%2f..%2fetc": 404,
    f"{V1}/accounts/%e2%80%ae/statement": 422,
    f"{V1}/search?q=%ff%fe": 422,
    f"{V1}/search?q=%00a": 422,
    f"{V1}/search?q=a&q=b": 422,
    f"{V1}/search?q=%u0041": 200,
    f"{V1}/search?" + "q" * 5_000: 413,
    f"{V1}//grants": 404,
    f"{V1}/grants/{'9' * 400}": 422,
}


async def test_odd_bytes_in_an_address_are_refused_with_a_sentence(port: int, token: Callable[..., str]) -> None:
    answers = await said(port, *(request("GET", path, token()) for path in ODD))
    assert dict(zip(ODD, (status for status, _, _ in answers), strict=True)) == ODD
    kinds = {headers["content-type"] for status, headers, _ in answers if status != 200}
    assert kinds == {"application/problem+json"}


async def test_odd_tokens_are_refused(port: int) -> None:
    for odd in ("x" * 3_000, "a.b.c", "\xff\xfe", "", "..", "e30.e30."):
        [(found, headers, _)] = await said(port, request("GET", f"{V1}/grants", "", f"Authorization: Bearer {odd}"))
        assert (found, headers["www-authenticate"]) == (401, "Bearer"), odd[:5]


async def test_a_body_that_never_ends_is_not_read_for_ever(port: int, token: Callable[..., str]) -> None:
    headers = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    head = request("POST", f"{V1}/audit/sample", token(), *headers)
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    [(found, _, _)] = await said(port, head + chunk * 4)
    assert found == 413
