"""Her own page behind a neutral message: a one-time link, sealed to notify, for each notice that leads there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links
from lotse_chassis.context import Context
from lotse_chassis.otherkeys import OtherKey
from lotse_contracts import Message
from lotse_contracts.notify import PageLink, Tell
from lotse_contracts.sealed import seal

OWN_PAGE = "own_page"
"""Purpose of the links to her page; their subject is the person."""
OPEN_PATH = "/me/open/"
LIVES_AFTER = timedelta(days=7)
"""A message may be sent in the last hour in which it is of use; its link then still opens for a week."""

Handler = Callable[[Any, Context, AsyncConnection], Awaitable[Sequence[Message]]]


@dataclass(frozen=True)
class OwnPages:
    """Where her page is, and the key that its link is sealed to; without the key she reads by code and PIN."""

    base_url: str
    notify_key: OtherKey

    def url(self, path: str) -> str:
        """The address of a path for somebody outside."""
        return self.base_url.rstrip("/") + path


async def tell_with_link(
    tx: AsyncConnection,
    pages: OwnPages,
    told: Tell,
    now: datetime,
    *,
    url: str | None = None,
    answer_url: str | None = None,
) -> Tell:
    """The same order with a link: to her own page, once, or to another page of ours whose `url` is given."""
    key = pages.notify_key.key
    if key is None:
        return told
    if url is None:
        until = max(told.useful_by, now) + LIVES_AFTER
        code = await links.create(tx, purpose=OWN_PAGE, subject_id=str(told.person_id), expires_at=until)
        url = pages.url(OPEN_PATH + code)
    plaintext = PageLink(url=url, answer_url=answer_url).model_dump_json(exclude_none=True).encode()
    sealed = seal(plaintext, key, type_name=Tell.type_name(), key=str(told.person_id))
    return told.model_copy(update={"link": sealed})


def with_links(pages: OwnPages, handler: Handler) -> Handler:
    """The same handler of a message or a timer; whatever it tells a person leads to her own page."""

    async def linked(heard: Any, context: Context, tx: AsyncConnection) -> Sequence[Message]:
        return await all_with_links(tx, pages, await handler(heard, context, tx), context.now)

    return linked


async def all_with_links(
    tx: AsyncConnection, pages: OwnPages, said: Sequence[Message], now: datetime
) -> Sequence[Message]:
    """The same messages; each that tells a person something leads to her own page."""
    return [
        await tell_with_link(tx, pages, one, now) if isinstance(one, Tell) and one.link is None else one for one in said
    ]
