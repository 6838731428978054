"""Sends mails to offices. A second copy harms nobody, so what is in doubt is sent again; what never leaves is said."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from prometheus_client import Gauge

from lotse_contracts.envelope import Message
from lotse_contracts.notify import OfficeNotTold, OfficeTold
from lotse_notify.domain.officemail import message_id_of, office_mail_of
from lotse_notify.domain.outcome import Outcome, next_try
from lotse_notify.providers.provider import MayBegin
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.store import offices
from lotse_notify.store.offices import OfficeMail
from lotse_notify.workers import switched
from lotse_notify.workers.post import Post, Units

log = logging.getLogger(__name__)

TRIES_MAX = 60
"""With an hour between the later ones: more than two days of a mail server that is away."""
LUCK_STEPS = 10_000

End = Literal["sent", "failed"]


@dataclass(frozen=True)
class Counter:
    """Post to offices: their addresses by name, how it is sent, and how many mails never left."""

    addresses: Mapping[str, str]
    post: Post
    failed: Gauge


async def run(stopping: asyncio.Event, *, units: Units, counter: Counter, poll_seconds: float) -> None:
    """Until stopped."""
    line = SmtpLine(counter.post.server)
    try:
        while not stopping.is_set():
            if not await send_next(units, counter, line):
                await _rest(stopping, poll_seconds)
    finally:
        await line.close()


async def send_next(units: Units, counter: Counter, line: SmtpLine) -> bool:
    """Whether there was anything due. No transaction is open while the mail server is spoken to."""
    async with units() as unit:
        counter.failed.set(await offices.failed_count(unit.tx))
        lease = timedelta(seconds=counter.post.server.lease_seconds)
        now, held = unit.context.now, await switched.held(unit.tx, "email")
        due = await offices.take_due(unit.tx, now, leased_until=now + lease, held=held)
    if due is None:
        return False
    may_begin = _at_once if due.template in offices.NEVER_HELD else switched.let_go(units, "email")
    outcome = await _handed_over(counter, line, due, may_begin)
    async with units() as unit:
        now, end = unit.context.now, _end(due, outcome)
        if end is None:
            luck = secrets.randbelow(LUCK_STEPS) / LUCK_STEPS
            later = next_try(now, tries=due.tries, base_seconds=counter.post.retry_seconds, luck=luck)
            due_at = now if outcome.ending == "withdrawn" else later  # the switch itself holds it
            await offices.try_again(unit.tx, due, outcome.reason, due_at=due_at)
        elif await offices.end(unit.tx, due, end, outcome.reason, at=now):
            unit.say(*_said(due, end, outcome.reason))
    return True


async def _handed_over(counter: Counter, line: SmtpLine, due: OfficeMail, may_begin: MayBegin) -> Outcome:
    address = counter.addresses.get(due.office)
    if address is None:
        return Outcome("rejected", "office_unknown")
    sender = counter.post.sender
    mail = office_mail_of(
        due.template,
        due.language,
        due.arguments,
        sender=sender,
        recipient=address,
        message_id=message_id_of(due.dedupe_key, sender.domain),
        at=due.created_at,
    )
    outcome = await line.hand_over(mail, may_begin)
    if outcome.ending != "accepted":
        log.warning("a mail to an office did not leave: %s, %s, try %d", outcome.ending, outcome.reason, due.tries)
    return outcome


async def _at_once() -> bool:
    return True


def _end(due: OfficeMail, outcome: Outcome) -> End | None:
    """None: it is tried again."""
    if outcome.ending == "accepted":
        return "sent"
    if outcome.ending == "withdrawn":
        return None
    return "failed" if outcome.ending == "rejected" or due.tries >= TRIES_MAX else None


def _said(due: OfficeMail, end: End, reason: str) -> list[Message]:
    """What others are told; a mail to the staff is notify's own."""
    if due.template == "staff_digest" or due.template == "staff_alarm":
        return []
    if end == "sent":
        return [OfficeTold(office=due.office, template=due.template, dedupe_key=due.dedupe_key)]
    return [OfficeNotTold(office=due.office, template=due.template, dedupe_key=due.dedupe_key, reason=reason)]


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
