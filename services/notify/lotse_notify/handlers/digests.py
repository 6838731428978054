"""What staff must know goes to their own mailboxes: what cannot wait at once, the rest once a working day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import calendar, telemetry, timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ConcernEscalated, ConcernOverdue, ErasureOverdue, TaskDue
from lotse_contracts.ledger import DeadlineCleared, DeadlineNear
from lotse_contracts.notify import OfficeLanguage
from lotse_contracts.referral import ReferralEscalated
from lotse_notify.domain.officemail import StaffTemplate
from lotse_notify.domain.staffmail import AT_ONCE, Note, StaffMail, Standing, digest_of, escalation_of
from lotse_notify.store import attempts, digests, offices
from lotse_notify.store.offices import OfficeMail

DIGEST, ALARM = "staff-digest", "staff-alarm"
TEMPLATES: Mapping[str, StaffTemplate] = {DIGEST: "staff_digest", ALARM: "staff_alarm"}
KEY = "mailboxes"
SPACING = timedelta(minutes=15)
"""Between two mails about what cannot wait: a storm of them is one mail with a number, not a hundred mails."""
EMERGENCY_SPACING = timedelta(minutes=1)  # where somebody may be in danger
FIRST_LOOK_BACK = timedelta(days=1)  # of a digest before which there was none


@dataclass(frozen=True)
class Mailboxes:
    """Of the staff: their names as the post knows them, in which language, and when in the day they get the digest."""

    names: Sequence[str]
    language: OfficeLanguage
    at: time


async def note(tx: AsyncConnection, what: Note, now: datetime, *, in_danger: bool = False) -> None:
    """One more for the next digest; what cannot wait is also mailed by itself, several of them together."""
    await digests.take_turn(tx)
    if what in AT_ONCE:
        last = await digests.last_mailed(tx, "staff_alarm")
        due_at = now if last is None else max(now, last + (EMERGENCY_SPACING if in_danger else SPACING))
        with telemetry.extracted(None):  # the mail is about several, so it goes on in nobody's trace
            await timers.set_at_latest(tx, kind=ALARM, key=KEY, due_at=due_at)
    await digests.count(tx, ("at_once", "daily") if what in AT_ONCE else ("daily",), what)


async def concern_overdue(fact: ConcernOverdue, context: Context, tx: AsyncConnection) -> list[Message]:
    """For the digest."""
    del fact
    await note(tx, "concern_overdue", context.now)
    return []


async def concern_escalated(fact: ConcernEscalated, context: Context, tx: AsyncConnection) -> list[Message]:
    """At once."""
    in_danger = fact.urgency == "emergency"
    await note(tx, "call_now" if in_danger else "concern_escalated", context.now, in_danger=in_danger)
    return []


async def referral_escalated(fact: ReferralEscalated, context: Context, tx: AsyncConnection) -> list[Message]:
    """At once."""
    await note(tx, "call_now" if fact.call_now else "referral_escalated", context.now, in_danger=fact.call_now)
    return []


async def task_due(fact: TaskDue, context: Context, tx: AsyncConnection) -> list[Message]:
    """Only what is overdue is anybody's but the assignee's, whom the desk reminds."""
    if fact.mark == "overdue":
        await note(tx, "task_overdue", context.now)
    return []


async def erasure_overdue(fact: ErasureOverdue, context: Context, tx: AsyncConnection) -> list[Message]:
    """At once: a law sets this time."""
    del fact
    await note(tx, "erasure_overdue", context.now)
    return []


async def deadline_said(fact: DeadlineNear | DeadlineCleared, context: Context, tx: AsyncConnection) -> list[Message]:
    """For this digest, and again the nearer it comes, until nothing is left to do by it."""
    due_on = date.fromisoformat(fact.due_on)
    if due_on >= context.now.astimezone(calendar.ZONE).date():
        await digests.note_deadline(tx, fact, due_on)
    return []


async def mail_digest(timer: Timer, context: Context, tx: AsyncConnection, *, boxes: Mailboxes) -> list[Message]:
    """One mail to each mailbox, if there is anything to say; comes back on the next working day."""
    if not boxes.names:
        return []
    today = context.now.astimezone(calendar.ZONE).date()
    counts: dict[Note | Standing, int] = dict((await digests.take(tx, "daily")).items())
    since = await digests.last_mailed(tx, "staff_digest") or context.now - FIRST_LOOK_BACK
    counts["message_unresolved"] = await attempts.unresolved_count(tx)
    counts["message_failed"] = await digests.failed_since(tx, since)
    mail = digest_of(boxes.language, context.association, today, counts, await digests.deadlines(tx, today))
    await digests.deadlines_told(tx)
    await _mailed(tx, boxes, mail, timer, context.now)
    await timers.set_timer(tx, kind=DIGEST, key=KEY, due_at=next_digest(context.now, boxes.at))
    return []


async def mail_alarm(timer: Timer, context: Context, tx: AsyncConnection, *, boxes: Mailboxes) -> list[Message]:
    """One mail to each mailbox about everything that could not wait."""
    counts = await digests.take(tx, "at_once")
    if boxes.names:
        await _mailed(tx, boxes, escalation_of(boxes.language, context.association, counts), timer, context.now)
    return []


def next_digest(now: datetime, at: time) -> datetime:
    """The next time that this hour strikes in Dresden on a working day, aware UTC."""
    local = now.astimezone(calendar.ZONE)
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    return datetime.combine(day, at, tzinfo=calendar.ZONE).astimezone(UTC)


async def _mailed(tx: AsyncConnection, boxes: Mailboxes, mail: StaffMail | None, timer: Timer, now: datetime) -> None:
    """Each mailbox once for this timer; the words are written now, since they are counts of now.

    Not once for a moment: a second timer may follow at once, and what it has taken is counted nowhere else.
    """
    if mail is None:
        return
    template, arguments = TEMPLATES[timer.kind], {"subject": mail.subject, "text": mail.text}
    for name in boxes.names:
        key = f"{template}-{timer.id}-{name}"
        await offices.add(tx, OfficeMail(key, name, template, boxes.language, arguments, now))
