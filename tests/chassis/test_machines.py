"""What machines call in masses has its own door, and nobody stands before a wall without hearing of it."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lotse_chassis.service import Service
from lotse_chassis.settings import Settings


async def _answer(_request: Request) -> Response:
    return Response("heard")


@pytest.fixture
def service() -> Service:
    return Service("referral", Settings(association="alpha", database_url="postgresql://nobody@127.0.0.1:1/none"))


async def test_a_route_below_the_prefix_is_called(service: Service) -> None:
    service.serves_machines([Route("/cb/one", _answer)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.http), base_url="http://referral") as client:
        assert (await client.get("/cb/one")).text == "heard"
        assert (await client.get("/cb/other")).json()["code"] == "not_found"


def test_a_route_that_nothing_leads_to_is_refused(service: Service) -> None:
    with pytest.raises(ValueError, match="/callback"):
        service.serves_machines([Route("/callback", _answer)])


@pytest.mark.parametrize("path", ["/cb/one", "/page"])
async def test_nobody_is_led_to_the_host_that_a_request_names(service: Service, path: str) -> None:
    """The pages' paths hold codes, and behind a TLS proxy such a way would lead out of TLS."""
    service.serves_machines([Route("/cb/one", _answer)])
    service.http.add_route("/page", _answer)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.http), base_url="http://referral") as client:
        found = await client.get(f"{path}/", headers={"Host": "elsewhere.example"})
    assert (found.status_code, "location" in found.headers) == (404, False)
