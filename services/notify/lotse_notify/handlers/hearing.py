"""What a person writes to us: heard once, however often the gateway brings it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from lotse_chassis.service import Unit
from lotse_notify.domain.hooks import InboundSms
from lotse_notify.store import receipts

Units = Callable[[], AbstractAsyncContextManager[Unit]]
Listen = Callable[[Unit, InboundSms], Awaitable[None]]
"""What is done with it; in the transaction that remembers that it came."""


async def hear(sms: InboundSms, *, units: Units, listen: Listen) -> None:
    """Of the message nothing is kept here but the id that the gateway gave it, for as long as a gateway repeats it."""
    async with units() as unit:
        if await receipts.claim_inbound(unit.tx, sms.provider, sms.event, unit.context.now):
            await listen(unit, sms)
