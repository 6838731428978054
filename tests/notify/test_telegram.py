"""Telegram: a nudge, what each answer means, and a bot's token that shows up nowhere."""

import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.calling import Answer
from lotse_notify.providers.telegram import Bot, Telegram, outcome_of
from tests.notify.gateway import HttpGateway
from tests.notify.parcels import Gate, parcel

TOKEN = "4711:canarytoken"
CHAT = "1234567890"


@pytest.fixture
async def telegram(gateway: HttpGateway) -> AsyncIterator[Telegram]:
    one = Telegram(Bot(gateway.url, TOKEN, timeout_seconds=0.3))
    yield one
    await one.close()


async def test_a_nudge_is_a_text_without_a_preview(telegram: Telegram, gateway: HttpGateway) -> None:
    """A preview would have Telegram's servers open her link."""
    gateway.say(200, {"ok": True, "result": {"message_id": 42, "chat": {"id": int(CHAT)}}})
    outcome = await telegram.submit(parcel(address=CHAT, text="Нове повідомлення", channel="telegram"), Gate())
    assert outcome == Outcome("accepted", "provider_took_it", provider_id="42")
    (call,) = gateway.calls
    assert call.target == f"/bot{TOKEN}/sendMessage"
    assert json.loads(call.body) == {
        "chat_id": CHAT,
        "text": "Нове повідомлення",
        "link_preview_options": {"is_disabled": True},
        "protect_content": True,
    }


@pytest.mark.parametrize(
    ("status", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Outcome("rejected", "blocked", no_way=True)),
        (403, "Forbidden: user is deactivated", Outcome("rejected", "blocked", no_way=True)),
        (400, "Bad Request: chat not found", Outcome("rejected", "recipient_refused", no_way=True)),
        (400, "Bad Request: message is too long", Outcome("rejected", "content_refused")),
        (401, "Unauthorized", Outcome("deferred", "account_refused")),
        (404, "Not Found", Outcome("deferred", "account_refused")),
        (500, "Internal Server Error", Outcome("unknown", "answer_unclear")),
        (502, "Bad Gateway", Outcome("unknown", "answer_unclear")),
    ],
    ids=range(8),
)
async def test_a_refusal_is_what_it_says(
    telegram: Telegram, gateway: HttpGateway, status: int, description: str, expected: Outcome
) -> None:
    """403 is her no to this channel, by blocking the bot."""
    gateway.say(status, {"ok": False, "error_code": status, "description": description})
    assert await telegram.submit(parcel(address=CHAT, channel="telegram"), Gate()) == expected


async def test_a_flood_is_paused_as_long_as_asked(telegram: Telegram, gateway: HttpGateway) -> None:
    said = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 34}}
    gateway.say(429, said)
    outcome = await telegram.submit(parcel(address=CHAT, channel="telegram"), Gate())
    assert outcome == Outcome("throttled", "too_many", retry_after_seconds=34.0)


@given(st.binary(max_size=100), st.integers(200, 599))
def test_only_its_own_words_are_a_yes(body: bytes, status: int) -> None:
    assert outcome_of(Answer(status, body)).ending != "accepted"


@pytest.mark.parametrize("ok", ["true", 1, None, []])
def test_a_yes_that_is_none_is_a_doubt(ok: object) -> None:
    assert outcome_of(Answer(200, json.dumps({"ok": ok}).encode())).ending == "unknown"


async def test_it_can_be_asked_whether_it_knows_our_bot(telegram: Telegram, gateway: HttpGateway) -> None:
    gateway.say(200, {"ok": True, "result": {"is_bot": True}})
    assert await telegram.probe() == "answers"
    gateway.say(401, {"ok": False, "error_code": 401})
    assert await telegram.probe() == "account_refused"
    assert {call.target.rpartition("/")[2] for call in gateway.calls} == {"getMe"}
