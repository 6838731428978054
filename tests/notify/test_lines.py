"""Lines to a provider: few for many calls, none used that may be dead, and none left behind."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.calling import ANSWER_BYTES_MAX, Answer, get, post
from lotse_notify.providers.lines import LINES_MAX, Lines
from tests import kit
from tests.notify.gateway import HttpGateway

SECONDS = 5.0
SHORT_SECONDS = 0.1
CALLS = 10 * LINES_MAX


@pytest.fixture
async def lines() -> AsyncIterator[Lines]:
    opened = Lines()
    yield opened
    await opened.aclose()


async def called(lines: Lines, gateway: HttpGateway, seconds: float = SECONDS) -> Answer | Outcome:
    return await post(lines, f"{gateway.url}/x", seconds, {}, content=b"y")


async def test_many_calls_share_few_lines(lines: Lines, gateway: HttpGateway) -> None:
    gateway.say(200, b"yes")
    answers = await asyncio.gather(*(called(lines, gateway) for _ in range(CALLS)))
    assert answers == [Answer(200, b"yes")] * CALLS
    assert (len(gateway.calls), gateway.connections) == (CALLS, LINES_MAX)


async def test_calls_one_after_the_other_share_one_line(lines: Lines, gateway: HttpGateway) -> None:
    for _ in range(3):
        assert await called(lines, gateway) == Answer(200, b"")
    assert gateway.connections == 1


async def test_the_latest_is_used_first_so_that_the_others_can_end(lines: Lines, gateway: HttpGateway) -> None:
    await asyncio.gather(*(called(lines, gateway) for _ in range(3)))
    for _ in range(3):
        await called(lines, gateway)
    assert len({call.line for call in gateway.calls[-3:]}) == 1


async def test_a_line_leads_to_one_place_only(lines: Lines, gateway: HttpGateway) -> None:
    await called(lines, gateway)
    elsewhere = gateway.url.replace("127.0.0.1", "localhost")
    assert await post(lines, f"{elsewhere}/x", SECONDS, {}, content=b"y") == Answer(200, b"")
    assert [call.line for call in gateway.calls] == [1, 2]


async def test_who_finds_no_line_in_time_has_sent_nothing(lines: Lines, gateway: HttpGateway) -> None:
    gateway.does = "silent"
    crowd = [asyncio.ensure_future(called(lines, gateway)) for _ in range(LINES_MAX)]

    async def all_in_use() -> bool:
        return len(gateway.calls) == LINES_MAX

    await kit.eventually(all_in_use)
    assert await called(lines, gateway, SHORT_SECONDS) == Outcome("not_sent", "no_line")
    await gateway.stop()
    assert await asyncio.gather(*crowd) == [Outcome("unknown", "connection_lost")] * LINES_MAX
    assert len(gateway.calls) == LINES_MAX


async def test_a_line_that_was_idle_for_long_is_not_used(
    lines: Lines, gateway: HttpGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server may be about to close it, and then nobody would know whether the call arrived."""
    monkeypatch.setattr("lotse_notify.providers.lines.IDLE_SECONDS", 0.0)
    await asyncio.gather(*(called(lines, gateway) for _ in range(3)))
    assert await called(lines, gateway) == Answer(200, b"")
    assert gateway.connections == 4

    async def the_old_ones_are_closed() -> bool:
        return len(gateway._open) == 1

    await kit.eventually(the_old_ones_are_closed)


async def test_a_call_that_is_given_up_leaves_its_place_and_no_line(lines: Lines, gateway: HttpGateway) -> None:
    gateway.does = "silent"
    crowd = [asyncio.ensure_future(called(lines, gateway)) for _ in range(LINES_MAX)]

    async def all_in_use() -> bool:
        return len(gateway.calls) == LINES_MAX

    await kit.eventually(all_in_use)
    for one in crowd:
        one.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    gateway.does = "answer"
    assert await called(lines, gateway, SHORT_SECONDS * 10) == Answer(200, b"")
    assert gateway.connections == LINES_MAX + 1


async def test_an_answer_that_is_not_read_to_its_end_ends_its_line(lines: Lines, gateway: HttpGateway) -> None:
    gateway.say(200, b"x" * (ANSWER_BYTES_MAX * 4))
    cut = await called(lines, gateway)
    assert isinstance(cut, Answer)
    assert len(cut.body) == ANSWER_BYTES_MAX
    gateway.say(200, b"short")
    assert await called(lines, gateway) == Answer(200, b"short")
    assert gateway.connections == 2


async def test_nothing_is_unpacked(lines: Lines, gateway: HttpGateway) -> None:
    packed = gzip.compress(b"x" * ANSWER_BYTES_MAX)
    gateway.say(200, packed, content_encoding="gzip")
    assert await called(lines, gateway) == Answer(200, packed)
    assert gateway.calls[0].headers["accept-encoding"] == "identity"


async def test_nobody_is_followed_elsewhere(lines: Lines, gateway: HttpGateway) -> None:
    gateway.say(307, b"", location=f"{gateway.url}/elsewhere", set_cookie="a=b")
    assert await called(lines, gateway) == Answer(307, b"")
    assert await get(lines, gateway.url, SECONDS) == Answer(307, b"")
    assert len(gateway.calls) == 2
    assert "cookie" not in gateway.calls[1].headers


@pytest.mark.parametrize("url", ["http://[", "http://x:99999/", "http://a b/"])
async def test_what_is_no_address_is_called_by_nobody(lines: Lines, url: str) -> None:
    assert await post(lines, url, SECONDS, {}, content=b"") == Outcome("not_sent", "provider_away")
    assert await get(lines, url, SECONDS) is None
