"""Telegram, off unless it is set, for people who linked it themselves; it carries neutral nudges only.

Source: core.telegram.org/bots/api, `sendMessage`, `ResponseParameters`, 2026-11.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.calling import WITHDRAWN, Answer, get, lease_of, post, refused_before
from lotse_notify.providers.lines import Lines
from lotse_notify.providers.provider import MayBegin, Parcel

PROVIDER = "telegram"
GONE = ("chat not found", "user not found", "PEER_ID_INVALID", "group is deactivated")
UNCLEAR = Outcome("unknown", "answer_unclear")


@dataclass(frozen=True)
class Bot:
    """Where Telegram's API is, and the bot's token, which stands in its address: no line of a log may show that."""

    url: str
    token: str = field(repr=False)
    timeout_seconds: float


class Telegram:
    """The provider `telegram`."""

    name = PROVIDER
    channel: NoticeChannel = "telegram"

    def __init__(self, bot: Bot) -> None:
        self._bot, self._lines = bot, Lines()

    @property
    def lease_seconds(self) -> float:
        """Longer than the slowest call."""
        return lease_of(self._bot.timeout_seconds)

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        """One message; no preview of a link, which Telegram's servers would fetch."""
        if not await may_begin():
            return WITHDRAWN
        said = {
            "chat_id": parcel.address,
            "text": parcel.text,
            "link_preview_options": {"is_disabled": True},
            "protect_content": True,
        }
        answer = await post(self._lines, self._method("sendMessage"), self._bot.timeout_seconds, {}, json=said)
        return answer if isinstance(answer, Outcome) else outcome_of(answer)

    async def probe(self) -> str:
        """Whether it knows our bot, without sending. A code."""
        answer = await get(self._lines, self._method("getMe"), self._bot.timeout_seconds)
        if answer is None:
            return "provider_away"
        return "answers" if _said(answer).get("ok") is True else "account_refused"

    async def close(self) -> None:
        """Let go of its lines."""
        await self._lines.aclose()

    def _method(self, name: str) -> str:
        return f"{self._bot.url}/bot{self._bot.token}/{name}"


def outcome_of(answer: Answer) -> Outcome:
    """`blocked`: she has stopped the bot, which is her no to this channel."""
    said = _said(answer)
    if said.get("ok") is True:
        result = said.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return Outcome("accepted", "provider_took_it", provider_id=str(number) if isinstance(number, int) else "")
    if said.get("ok") is not False:
        return refused_before(answer) or UNCLEAR
    words = said.get("description")
    return _refused(said.get("error_code"), words if isinstance(words, str) else "", said)


def _refused(code: object, words: str, said: Mapping[str, object]) -> Outcome:
    match code:
        case 429:
            return Outcome("throttled", "too_many", retry_after_seconds=_pause(said))
        case 403:
            return Outcome("rejected", "blocked", no_way=True)
        case 400 if any(one.lower() in words.lower() for one in GONE):
            return Outcome("rejected", "recipient_refused", no_way=True)
        case 400 | 413:
            return Outcome("rejected", "content_refused")
        case 401 | 404:
            return Outcome("deferred", "account_refused")
        case _:
            return UNCLEAR


def _pause(said: Mapping[str, object]) -> float | None:
    parameters = said.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(seconds) if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0 else None


def _said(answer: Answer) -> Mapping[str, object]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
