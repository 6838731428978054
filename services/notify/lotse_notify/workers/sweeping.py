"""Ends what nobody needs any more, and settles what a worker left behind when it died."""

from lotse_notify.domain.outcome import after_lease
from lotse_notify.domain.verdict import Verdict
from lotse_notify.handlers.telling import settle
from lotse_notify.store import notices, people, submissions
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import Post, Units

ROWS_MAX = 50  # in one transaction; the next sweep takes the rest


async def sweep(units: Units, post: Post) -> None:
    """One round of both."""
    async with units() as unit:
        now = unit.context.now
        for late in await notices.overdue(unit.tx, now, rows_max=ROWS_MAX):
            contact = await people.contact_of(unit.tx, late.person_id)
            unit.say(*await settle(unit.tx, late, Verdict("expired", "too_late"), contact, now))
    async with units() as unit:
        for left in await submissions.abandoned(unit.tx, unit.context.now, rows_max=ROWS_MAX):
            await outcomes.write(unit, left, after_lease(left.stage), retry_seconds=post.retry_seconds)
