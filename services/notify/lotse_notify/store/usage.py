"""What has gone since midnight in Dresden, or may have: what the caps of a day are compared with."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.caps import Sent, midnight
from lotse_notify.store.conditions import among, one_of
from lotse_notify.store.notices import Notification
from lotse_notify.store.tables import attempt, notification

NEVER_LEFT = ("not_sent", "throttled", "rejected", "deferred", "withdrawn", "confirmed_absent")
WENT = ~one_of(attempt.c.state, NEVER_LEFT)
"""All tries but those that reached nobody and cost nothing."""

Words = tuple[UUID, str, str]
"""A person, a template and its arguments: two of the same say the same to her."""


class Usage:
    """Counts of today; a group of claims notes in it what it has taken, so that no cap is passed within one group."""

    def __init__(self, words: Mapping[Words, int], segments: int) -> None:
        self._words = Counter(words)
        self._people: Counter[UUID] = Counter()
        for (person_id, _, _), count in words.items():
            self._people[person_id] += count
        self.segments = segments

    def sent(self, of: Notification) -> Sent:
        """What this one is measured by."""
        return Sent(self._people[of.person_id], self._words[_words(of)], self.segments)

    def note(self, of: Notification, segments: int) -> None:
        """This one goes now; `segments` is 0 for everything but SMS."""
        self._people[of.person_id] += 1
        self._words[_words(of)] += 1
        self.segments += segments


async def today(tx: AsyncConnection, of: Sequence[Notification], now: datetime) -> Usage:
    """For whatever is about to go; one question each for persons and for segments, whatever the size of the group.

    Two processes side by side may pass the cap of segments by one group; that of a person never, who is locked.
    """
    since = (attempt.c.started_at >= midnight(now), WENT)
    people = {one.person_id for one in of}
    grouped = (attempt.c.person_id, notification.c.template, notification.c.arguments)
    query = (
        select(*grouped, func.count(attempt.c.notification_id.distinct()).label("count"))
        .join(notification, notification.c.notification_id == attempt.c.notification_id)
        .where(*since, among(attempt.c.person_id, people))
        .group_by(*grouped)
    )
    rows = (await tx.execute(query)).all() if people else []
    words = {(row.person_id, row.template, plain(row.arguments)): row[-1] for row in rows}
    return Usage(words, await segments(tx, now))


async def segments(tx: AsyncConnection, now: datetime) -> int:
    """Parts of SMS since midnight."""
    paid = (attempt.c.started_at >= midnight(now), attempt.c.segments > literal_column("0"), WENT)
    return int((await tx.execute(select(func.coalesce(func.sum(attempt.c.segments), 0)).where(*paid))).scalar_one())


def _words(of: Notification) -> Words:
    return of.person_id, of.template, plain(of.arguments)


def plain(arguments: Mapping[str, str]) -> str:
    """Arguments as one key: the same ones are the same words."""
    return json.dumps(dict(arguments), sort_keys=True)
