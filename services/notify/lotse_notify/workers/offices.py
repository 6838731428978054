"""Sends mails to offices. A second copy harms nobody, so what is in doubt is sent again; what never leaves is said."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Gauge

from lotse_contracts.envelope import Message
from lotse_contracts.notify import OfficeNotTold, OfficeTold
from lotse_notify.domain.officemail import message_id_of, office_mail_of
from lotse_notify.domain.outcome import Outcome, next_try
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.store import offices
from lotse_notify.store.offices import OfficeMail
from lotse_notify.workers.claiming import Post, Units

log = logging.getLogger(__name__)

TRIES_MAX = 60
"""With an hour between the later ones: more than two days of a mail server that is away."""
LUCK_STEPS = 10_000


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
        due = await offices.take_due(unit.tx, unit.context.now, leased_until=unit.context.now + lease)
    if due is None:
        return False
    outcome = await _handed_over(counter, line, due)
    async with units() as unit:
        now, said = unit.context.now, _said(due, outcome)
        if said is None:
            luck = secrets.randbelow(LUCK_STEPS) / LUCK_STEPS
            due_at = next_try(now, tries=due.tries, base_seconds=counter.post.retry_seconds, luck=luck)
            await offices.try_again(unit.tx, due, outcome.reason, due_at=due_at)
        elif await offices.end(unit.tx, due, _state(said), outcome.reason, at=now):
            unit.say(said)
    return True


async def _handed_over(counter: Counter, line: SmtpLine, due: OfficeMail) -> Outcome:
    address = counter.addresses.get(due.office)
    if address is None:
        return Outcome("refused", "office_unknown")
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
    outcome = await line.hand_over(mail, _at_once)
    if outcome.ending != "accepted":
        log.warning("a mail to an office did not leave: %s, %s, try %d", outcome.ending, outcome.reason, due.tries)
    return outcome


async def _at_once() -> bool:
    return True


def _said(due: OfficeMail, outcome: Outcome) -> Message | None:
    """What others are told; None: it is tried again."""
    if outcome.ending == "accepted":
        return OfficeTold(office=due.office, template=due.template, dedupe_key=due.dedupe_key)
    if outcome.ending == "refused" or due.tries >= TRIES_MAX:
        return OfficeNotTold(office=due.office, template=due.template, dedupe_key=due.dedupe_key, reason=outcome.reason)
    return None


def _state(said: Message) -> str:
    return "sent" if isinstance(said, OfficeTold) else "failed"


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
