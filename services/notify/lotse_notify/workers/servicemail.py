"""Sends links to offices of the directory. A second copy harms nobody: the link in it opens once all the same."""

import asyncio
import logging
import secrets
from datetime import datetime, timedelta

from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ServiceNotTold, ServiceTold
from lotse_notify.domain.officemail import message_id_of
from lotse_notify.domain.outcome import Outcome, next_try
from lotse_notify.domain.servicemail import ServiceMail, service_mail_of
from lotse_notify.handlers.servicemail import LINK
from lotse_notify.providers.provider import MayBegin
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.store import servicemail
from lotse_notify.store.servicemail import QueuedMail
from lotse_notify.workers import switched
from lotse_notify.workers.post import Post, Units

log = logging.getLogger(__name__)

LUCK_STEPS = 10_000


async def run(stopping: asyncio.Event, *, units: Units, post: Post, poll_seconds: float) -> None:
    """Until stopped."""
    line = SmtpLine(post.server)
    try:
        while not stopping.is_set():
            if not await send_next(units, post, line):
                await _rest(stopping, poll_seconds)
    finally:
        await line.close()


async def send_next(units: Units, post: Post, line: SmtpLine) -> bool:
    """Whether there was anything due. No transaction is open while the mail server is spoken to."""
    async with units() as unit:
        now = unit.context.now
        lease = timedelta(seconds=post.server.lease_seconds)
        held = await switched.held(unit.tx, "email")
        due = await servicemail.take_due(unit.tx, now, leased_until=now + lease, held=held)
    if due is None:
        return False
    outcome = await _handed_over(post, line, due, now, switched.let_go(units, "email"))
    async with units() as unit:
        now, said = unit.context.now, _said(due, outcome)
        if said is None:
            luck = secrets.randbelow(LUCK_STEPS) / LUCK_STEPS
            later = next_try(now, tries=due.tries, base_seconds=post.retry_seconds, luck=luck)
            due_at = now if outcome.ending == "withdrawn" else later  # the switch itself holds it
            await servicemail.try_again(unit.tx, due, outcome.reason, due_at=due_at)
        elif await servicemail.end(unit.tx, due, _state(said), outcome.reason, at=now):
            unit.say(said)
    return True


async def _handed_over(post: Post, line: SmtpLine, due: QueuedMail, now: datetime, may_begin: MayBegin) -> Outcome:
    """What is tried until the link ends; a mail with a dead link would only annoy."""
    if now >= due.until:
        return Outcome("rejected", "expired")
    if (url := _link(post, due)) is None:
        return Outcome("rejected", "person_erased")
    mail = service_mail_of(
        ServiceMail(due.address, due.language, due.sender, due.until),
        url,
        sender=post.sender,
        message_id=message_id_of(due.dedupe_key, post.sender.domain),
        at=due.created_at,
    )
    outcome = await line.hand_over(mail, may_begin)
    if outcome.ending != "accepted":
        log.warning("a mail to an office did not leave: %s, %s, try %d", outcome.ending, outcome.reason, due.tries)
    return outcome


def _link(post: Post, due: QueuedMail) -> str | None:
    try:
        return None if due.link is None else post.keys.decrypt(due.person_id, LINK, due.link).decode()
    except (KeyDestroyed, KeyUnknown, CannotDecrypt):
        return None


def _said(due: QueuedMail, outcome: Outcome) -> Message | None:
    """What referral is told; None: it is tried again."""
    if outcome.ending == "accepted":
        return ServiceTold(person_id=due.person_id, dedupe_key=due.dedupe_key)
    if outcome.ending == "rejected":
        return ServiceNotTold(person_id=due.person_id, dedupe_key=due.dedupe_key, reason=outcome.reason)
    return None


def _state(said: Message) -> str:
    return "sent" if isinstance(said, ServiceTold) else "failed"


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
