"""Reads what is written to the bot, since Telegram calls nobody here; off unless a bot is set."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lotse_chassis.faults import Away
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.chats import ChatUpdate, read
from lotse_notify.domain.choicewords import Words
from lotse_notify.domain.texts import Texts
from lotse_notify.handlers import chats
from lotse_notify.handlers.orders import Book
from lotse_notify.providers.calling import get, post
from lotse_notify.providers.lines import Lines
from lotse_notify.providers.telegram import Bot
from lotse_notify.workers import switched
from lotse_notify.workers.post import Units

log = logging.getLogger(__name__)

WAIT_SECONDS = 20  # of Telegram, for something to happen
PAUSE_SECONDS = 5.0  # after it could not be asked
UPDATES_MAX = 10  # of one answer; the next has the rest at once
UPDATES_BYTES_MAX = 4_194_304
"""Of one answer. 4,096 letters, escaped, are 25 kB; what she replies to and what she links come on top. An answer that
is cut off would be asked for again for ever."""


@dataclass(frozen=True)
class Listener:
    """What reading stands on."""

    bot: Bot
    units: Units
    book: Book
    texts: Texts
    words: Mapping[RecipientLanguage, Words]


async def run(stopping: asyncio.Event, *, listener: Listener) -> None:
    """Until stopped. An update is done with when the next ones are asked for, so none is lost in a crash."""
    lines, offset = Lines(), 0
    try:
        while not stopping.is_set():
            updates = await _asked(lines, listener.bot, offset, stopping)
            for update in updates or ():
                if not await _heard(lines, listener, update):
                    updates = None
                    break
                offset = update.update_id + 1
            if updates is None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), PAUSE_SECONDS)
    finally:
        await lines.aclose()


async def _asked(lines: Lines, bot: Bot, offset: int, stopping: asyncio.Event) -> Sequence[ChatUpdate] | None:
    """What happened since; None: it could not be asked. A stop does not wait for Telegram."""
    wanted = {"offset": offset, "timeout": WAIT_SECONDS, "limit": UPDATES_MAX}
    allowed = json.dumps(["message", "my_chat_member"])
    url = f"{bot.url}/bot{bot.token}/getUpdates"
    seconds = bot.timeout_seconds + WAIT_SECONDS
    asking = asyncio.ensure_future(
        get(lines, url, seconds, bytes_max=UPDATES_BYTES_MAX, params=wanted | {"allowed_updates": allowed})
    )
    stopped = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({asking, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not asking.done():
        asking.cancel()
        return ()
    answer = await asking
    return None if answer is None else _updates(answer.body)


def _updates(body: bytes) -> Sequence[ChatUpdate] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    result = said.get("result") if isinstance(said, dict) and said.get("ok") is True else None
    if not isinstance(result, list):
        return None
    found = (read(one) for one in result if isinstance(one, dict))
    return [one for one in found if one is not None]


async def _heard(lines: Lines, listener: Listener, update: ChatUpdate) -> bool:
    """Committed before it is answered; an answer that is lost is lost. False: to be heard again.

    While somebody holds Telegram back it is heard all the same, since it may be a STOP, and not answered.
    """
    try:
        async with listener.units() as unit:
            reply = await chats.hear(unit, update, book=listener.book)
            held = await switched.held(unit.tx, "telegram")
    except (DBAPIError, PoolTimeoutError, Away, OSError) as fault:
        log.warning("what somebody wrote to the bot waits: %s", type(fault).__name__)
        return False
    if reply is not None and not held:
        name, languages = reply
        text = listener.words[listener.texts.language_for(languages)][name]
        url = f"{listener.bot.url}/bot{listener.bot.token}/sendMessage"
        said = {"chat_id": update.chat_id, "text": text, "protect_content": True}
        await post(lines, url, listener.bot.timeout_seconds, {}, json=said)
    return True
