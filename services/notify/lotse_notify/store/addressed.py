"""What has gone today to an address that several persons have: each anonymous enquiry makes one more of a number."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.caps import Sent, midnight
from lotse_notify.store.conditions import among
from lotse_notify.store.notices import Notification
from lotse_notify.store.tables import attempt, notification
from lotse_notify.store.tables.contacts import address_index, contact_point
from lotse_notify.store.usage import WENT, plain

Words = tuple[bytes, str, str]
"""An address, a template and its arguments: two of the same say the same to whoever reads it."""


class Addressed:
    """Counts of today for addresses in common; a group of claims notes in it what it has taken, as in `Usage`."""

    def __init__(self, digests: Mapping[UUID, bytes], words: Mapping[Words, int]) -> None:
        self._digests = digests
        self._words = Counter(words)
        self._addresses: Counter[bytes] = Counter()
        for (digest, _, _), count in words.items():
            self._addresses[digest] += count

    def sent(self, of: Notification, point_id: UUID) -> Sent:
        """What this one is measured by where it goes to this point; nothing where the address is hers alone."""
        digest = self._digests.get(point_id)
        if digest is None:
            return Sent()
        return Sent(self._addresses[digest], self._words[digest, of.template, plain(of.arguments)])

    def note(self, of: Notification, point_id: UUID) -> None:
        """This one goes there now."""
        if (digest := self._digests.get(point_id)) is not None:
            self._addresses[digest] += 1
            self._words[digest, of.template, plain(of.arguments)] += 1


async def today(tx: AsyncConnection, person_ids: Collection[UUID], now: datetime) -> Addressed:
    """For whoever is about to be told something; one question, and one more where some have an address in common.

    Two processes side by side may pass a cap of an address by one group. Whatever went on the address's channel counts,
    also where a person had another address then.
    """
    digests = await _in_common(tx, person_ids)
    return Addressed(digests, await _words(tx, set(digests.values()), now) if digests else {})


async def _in_common(tx: AsyncConnection, person_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Counted one by one: the index has no statistics, so that a join would read the whole of it."""
    others = address_index.alias()
    persons = select(func.count(distinct(others.c.person_id))).where(others.c.digest == address_index.c.digest)
    query = select(address_index.c.point_id, address_index.c.digest).where(
        among(address_index.c.person_id, person_ids), persons.correlate(address_index).scalar_subquery() > 1
    )
    return {row.point_id: row.digest for row in await tx.execute(query)}


async def _words(tx: AsyncConnection, digests: Collection[bytes], now: datetime) -> dict[Words, int]:
    grouped = (address_index.c.digest, notification.c.template, notification.c.arguments)
    went = (attempt.c.person_id == contact_point.c.person_id) & (attempt.c.channel == contact_point.c.channel)
    query = (
        select(*grouped, func.count(attempt.c.notification_id.distinct()).label("count"))
        .select_from(address_index)
        .join(contact_point, contact_point.c.point_id == address_index.c.point_id)
        .join(attempt, went)
        .join(notification, notification.c.notification_id == attempt.c.notification_id)
        .where(address_index.c.digest.in_(digests))
        .where(attempt.c.started_at >= midnight(now), WENT)
        .group_by(*grouped)
    )
    return {(row.digest, row.template, plain(row.arguments)): row[-1] for row in await tx.execute(query)}
