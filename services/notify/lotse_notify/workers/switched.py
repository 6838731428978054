"""The kill switch, for mails that are no notifications: asked when one is taken up, and again before its first byte."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.switches import holds
from lotse_notify.store import switches
from lotse_notify.workers.post import Units


async def held(tx: AsyncConnection, channel: NoticeChannel) -> bool:
    """Whether somebody holds this channel back now, or everything."""
    return holds(await switches.off(tx), channel)


def let_go(units: Units, channel: NoticeChannel) -> Callable[[], Awaitable[bool]]:
    """What a line asks before the content begins."""

    async def asked() -> bool:
        async with units() as unit:
            return not await held(unit.tx, channel)

    return asked
