"""Fetches the calendar file for each mail about an appointment, from referral, which alone builds it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from lotse_chassis.asking import AskFailed, AskTimedOut
from lotse_chassis.personkeys import KeyDestroyed, KeyUnknown, PersonKeys
from lotse_contracts.envelope import Question
from lotse_contracts.referral import AskCalendarFile, CalendarFileAnswer
from lotse_notify.domain.keys import calendar_context
from lotse_notify.domain.texts import Texts
from lotse_notify.store import calendars, people
from lotse_notify.store.calendars import Kept, Wanted
from lotse_notify.workers.post import Units

log = logging.getLogger(__name__)

TIDY_SECONDS = 60.0
AT_ONCE = 20  # in one round; the next takes the rest


Ask = Callable[[Question], Awaitable[object]]
"""Puts a question to another service. Raises AskFailed, AskTimedOut."""


@dataclass(frozen=True)
class Fetcher:
    """What fetching needs."""

    units: Units
    ask: Ask
    keys: PersonKeys
    texts: Texts


async def run(stopping: asyncio.Event, *, fetcher: Fetcher, poll_seconds: float) -> None:
    """Until stopped. Who does not answer is asked again; the mail goes without the file when its wait is over."""
    loop = asyncio.get_running_loop()
    tidied_at = -TIDY_SECONDS
    while not stopping.is_set():
        await fetch(fetcher)
        if loop.time() - tidied_at >= TIDY_SECONDS:
            tidied_at = loop.time()
            await tidy(fetcher.units)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), poll_seconds)


async def fetch(fetcher: Fetcher) -> int:
    """One round; how many files were answered for, also with none."""
    async with fetcher.units() as unit:
        waiting = await calendars.wanted(unit.tx, rows_max=AT_ONCE)
    return sum(await asyncio.gather(*(_fetched(fetcher, one) for one in waiting)))


async def tidy(units: Units) -> int:
    """Files of what has ended go; returns how many."""
    async with units() as unit:
        return await calendars.forget_ended(unit.tx)


async def _fetched(fetcher: Fetcher, one: Wanted) -> bool:
    question = AskCalendarFile.model_validate(
        {
            "appointment_id": one.appointment_id,
            "person_id": one.person_id,
            "language": fetcher.texts.language_for(one.languages),
            "detail": "time_and_place",
        }
    )
    try:
        answer = await fetcher.ask(question)
    except (AskFailed, AskTimedOut) as fault:
        log.info("referral has not answered for a calendar file: %s", type(fault).__name__)
        return False
    if not isinstance(answer, CalendarFileAnswer):
        return False
    async with fetcher.units() as unit:
        person = await people.locked(unit.tx, one.person_id)
        if not person.erased:
            await calendars.keep(unit.tx, one, _kept(answer, one, fetcher.keys), unit.context.now)
    return True


def _kept(answer: CalendarFileAnswer, of: Wanted, keys: PersonKeys) -> Kept | None:
    if answer.content is None:
        return None
    try:
        content = keys.encrypt(of.person_id, calendar_context(of.notification_id), answer.content.encode())
    except (KeyDestroyed, KeyUnknown):
        return None
    return Kept(content, answer.method, answer.file_name)
