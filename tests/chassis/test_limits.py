"""Whom a limit counts: the address of the line, and of a proxy's word only what a named proxy says."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import Depends
from starlette.requests import Request

from lotse_chassis.face import Face, face_of
from lotse_chassis.limits import Limit, address_of
from lotse_chassis.meters import Meters
from lotse_chassis.problems import Problems

PER_MINUTE = 4.0  # two at once
TRUSTED = frozenset({"127.0.0.1"})


async def served(proxies: str) -> AsyncIterator[httpx.AsyncClient]:
    app = face_of("asked", Problems(), Meters("asked"), dict)

    @app.get("/asked", dependencies=[Depends(Limit(PER_MINUTE, proxies))])
    async def asked(request: Request) -> dict[str, str]:
        return {"host": request.client.host if request.client else "", "scheme": request.url.scheme}

    face = Face(app, "127.0.0.1", 0)
    await face.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{face.port}") as client:
        yield client
    await face.stop()


@pytest.fixture
async def direct() -> AsyncIterator[httpx.AsyncClient]:
    async for client in served(""):
        yield client


@pytest.fixture
async def proxied() -> AsyncIterator[httpx.AsyncClient]:
    async for client in served("127.0.0.1"):
        yield client


async def statuses(client: httpx.AsyncClient, *forwarded: str) -> list[int]:
    answers = [await client.get("/asked", headers={"X-Forwarded-For": told}) for told in forwarded]
    return [one.status_code for one in answers]


async def test_a_forged_header_does_not_evade_a_limit(direct: httpx.AsyncClient) -> None:
    assert await statuses(direct, *(f"192.0.2.{host}" for host in range(4))) == [200, 200, 429, 429]


async def test_a_forged_header_does_not_use_up_the_share_of_another(proxied: httpx.AsyncClient) -> None:
    """What the proxy itself adds stands last; all before it is what the caller claims."""
    assert await statuses(proxied, *["198.51.100.7, 203.0.113.9"] * 3) == [200, 200, 429]
    assert await statuses(proxied, "198.51.100.7") == [200]


async def test_where_a_request_comes_from_is_what_the_line_says(direct: httpx.AsyncClient) -> None:
    said = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "Forwarded": "for=192.0.2.1;proto=https"}
    assert (await direct.get("/asked", headers=said)).json() == {"host": "127.0.0.1", "scheme": "http"}


def request_from(host: str, forwarded: str = "") -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "client": (host, 1), "headers": headers})


def test_ipv4_is_counted_by_its_address_where_one_socket_takes_both_families() -> None:
    told = [address_of(request_from(f"::ffff:198.51.100.{host}"), frozenset()) for host in (7, 8)]
    assert told == ["198.51.100.7", "198.51.100.8"]


@pytest.mark.parametrize("line", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_a_proxy_is_known_by_every_spelling_of_its_address(line: str) -> None:
    assert address_of(request_from(line, "2001:DB8:0::9"), TRUSTED) == "2001:db8::/64"
    assert address_of(request_from(line, "203.0.113.9, ::ffff:127.0.0.1"), TRUSTED) == "203.0.113.9"
