"""A coordinator holds back what is told to people, or lets it go again; what is said when a day's cap is reached."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.notify import (
    AskSwitches,
    CapName,
    CapReached,
    SetSwitch,
    Switch,
    SwitchesAnswer,
    SwitchSet,
)
from lotse_notify.domain.caps import Caps, limit_of
from lotse_notify.domain.switches import holds
from lotse_notify.handlers import digests
from lotse_notify.store import offices, servicemail, switches, usage

log = logging.getLogger(__name__)

NOBODY = "unknown"


async def set_switch(order: SetSwitch, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Who turned it stays in the access log. The same again changes nothing and says nothing."""
    if order.on:
        changed = await switches.turn_on(tx, order.name)
        await switches.let_go(tx, context.now)
    else:
        changed = await switches.turn_off(tx, order.name, context.actor or NOBODY, context.now)
    if not changed:
        return ()
    action = "turn_on" if order.on else "turn_off"
    await accesslog.record(
        tx, context, action=action, object_kind="switch", object_id=order.name, purpose="kill_switch"
    )
    return (SwitchSet(name=order.name, on=order.on, since=context.now),)


async def ask(question: AskSwitches, context: Context, tx: AsyncConnection, *, caps: Caps) -> SwitchesAnswer:
    """How the switches stand, what waits for them, and how far the day's segments are used up."""
    del question
    return SwitchesAnswer(
        switches=tuple(
            Switch(name=one.name, on=one.off_since is None, since=one.off_since) for one in await switches.every(tx)
        ),
        waiting=await _waiting(tx, context.now),
        segments=await usage.segments(tx, context.now),
        segments_cap=caps.segments,
    )


async def _waiting(tx: AsyncConnection, now: datetime) -> int:
    """Mails to offices are held when their turn comes, and none is written down as held."""
    waiting = await switches.waiting(tx)
    if holds(await switches.off(tx), "email"):
        waiting += await offices.due_count(tx, now) + await servicemail.due_count(tx, now)
    return waiting


async def alarm(tx: AsyncConnection, caps: Caps, cap: CapName, now: datetime) -> list[Message]:
    """Something waits for a cap: said once a day for each, so that somebody looks whether something floods."""
    day = now.astimezone(ZONE).date()
    if not await switches.first_alarm(tx, cap, day):
        return []
    await digests.note(tx, "cap_reached", now)
    log.warning("a day's cap holds messages back: %s", cap)
    return [CapReached(cap=cap, day=day.isoformat(), limit=limit_of(caps, cap))]
