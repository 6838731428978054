"""What a chat with the bot can say: a one-time link, START, STOP, or that she has blocked the bot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lotse_notify.domain.stopwords import word_of

Said = Literal["link", "stop", "blocked", "nothing"]
_LINK = re.compile(r"/start ([0-9A-Za-z]{26})")


@dataclass(frozen=True)
class ChatUpdate:
    """One update as Telegram numbers it; the repr shows neither the chat nor the code."""

    update_id: int
    said: Said
    chat_id: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


def read(update: Mapping[str, Any]) -> ChatUpdate | None:
    """None: it has no number. Whatever is not understood is `nothing`, so that it is done with.

    Source: core.telegram.org/bots/api, `Update`, `Message`, `ChatMemberUpdated`, 2026-11.
    """
    number = update.get("update_id")
    if not isinstance(number, int):
        return None
    message, member = _inside(update, "message"), _inside(update, "my_chat_member")
    if _inside(member, "new_chat_member").get("status") == "kicked":
        return ChatUpdate(number, "blocked", _chat(member))
    text = message.get("text")
    if not isinstance(text, str) or _inside(message, "chat").get("type") != "private":
        return ChatUpdate(number, "nothing")
    if found := _LINK.fullmatch(text.strip()):
        return ChatUpdate(number, "link", _chat(message), found[1])
    command = text.strip().lower().partition("@")[0]
    return ChatUpdate(number, "stop" if command == "/stop" or word_of(text) == "stop" else "nothing", _chat(message))


def _inside(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def _chat(of: Mapping[str, Any]) -> str:
    chat_id = _inside(of, "chat").get("id")
    return str(chat_id) if isinstance(chat_id, int) else ""
