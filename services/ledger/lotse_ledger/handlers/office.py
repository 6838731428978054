"""The latest checkpoint for an office outside, once a month: the guard should both associations agree to rewrite."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.notify import OfficeArgument, OfficeNotTold, OfficeTemplate, TellOffice
from lotse_ledger.domain.instants import BERLIN, day_of
from lotse_ledger.handlers.checkpoints import origin_in
from lotse_ledger.handlers.house import House
from lotse_ledger.store import alarms, witness
from lotse_ledger.store.alarms import Alarm

OFFICE_TIMER = "office-checkpoint"
OFFICE_KEY = "monthly"
HOUR = time(7, 0)  # in Berlin: it is there when the office opens
NOT_YET = timedelta(days=1)
NOT_TOLD = "office_not_told"
CHECKPOINT: OfficeTemplate = "log_checkpoint"


async def begin(tx: AsyncConnection, context: Context, house: House) -> None:
    """At every start: this month's is due now. Notify sends none twice, so that none is lost and none repeated."""
    if house.evidence.mailed_office:
        await timers.set_timer(tx, kind=OFFICE_TIMER, key=OFFICE_KEY, due_at=context.now)


async def mail_checkpoint(timer: Timer, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """Let notify mail the latest checkpoint, countersigned if there is one; comes back on the first of the month."""
    office = house.evidence.mailed_office
    if not office:
        return []
    latest = await witness.latest(tx, cosigned=True) or await witness.latest(tx)
    again = context.now + NOT_YET if latest is None else first_of_next_month(context.now)
    await timers.set_timer(tx, kind=OFFICE_TIMER, key=OFFICE_KEY, due_at=again)
    if latest is None or latest.note is None:
        return []
    month = f"{day_of(context.now):%Y-%m}"
    said = {"association": context.association, "month": month, "checkpoint": latest.note.raw.decode()}
    return [
        TellOffice(
            office=office,
            template=CHECKPOINT,
            arguments=tuple(OfficeArgument(name=name, value=value) for name, value in said.items()),
            dedupe_key=f"checkpoint-{month}",
        )
    ]


async def note_not_told(fact: OfficeNotTold, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """An office that has no checkpoint is an alarm as well: the last guard is missing. Other mails are not ours."""
    if fact.template != CHECKPOINT:
        return []
    latest = await witness.latest(tx)
    size = 0 if latest is None else latest.size
    one = Alarm(origin_in(context, house), fact.office, NOT_TOLD, size, 0, f"{fact.dedupe_key}: {fact.reason}")
    if await alarms.raise_alarm(tx, one, at=context.now):
        house.evidence.alarmed(NOT_TOLD)
    return []


def first_of_next_month(now: datetime) -> datetime:
    """Seven o'clock in Berlin."""
    today = day_of(now)
    first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return datetime.combine(first, HOUR, BERLIN)
