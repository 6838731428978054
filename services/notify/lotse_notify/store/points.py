"""Her ways of being told, in her order, and what she ended or chose herself; addresses are ciphertext."""

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import NoticeCategory, NoticeChannel
from lotse_notify.domain.contact import Choice, Contact, Point, PointHindrance, SafeWindow, with_chat_rules
from lotse_notify.domain.stops import ChannelStop
from lotse_notify.store.tables import contact
from lotse_notify.store.tables.contacts import channel_stop, contact_point, own_choice, preference

POSITION_LAST = 1_000  # of what she linked herself: after what intake names
STOPS = ("opted_out_at", "opted_in_at", "refused_at", "allowed_at")

_KNOWN = text(
    """
    SELECT c.person_id, c.version, c.revision, c.said_at, c.languages, c.consented, c.safe,
      (SELECT jsonb_agg(jsonb_build_object('point_id', p.point_id, 'channel', p.channel, 'hindrance', p.hindrance,
         'dead', p.dead_at IS NOT NULL, 'detail', p.detail, 'shared', p.shared, 'hours', p.hours, 'checked', p.checked,
         'address', encode(p.address, 'base64')) ORDER BY p.position, p.point_id)
       FROM contact_point p WHERE p.person_id = c.person_id) AS points,
      (SELECT jsonb_object_agg(s.channel, to_jsonb(s) - 'person_id' - 'channel')
       FROM channel_stop s WHERE s.person_id = c.person_id) AS stops,
      (SELECT jsonb_object_agg(f.category, f.choice) FROM preference f WHERE f.person_id = c.person_id) AS choices
    FROM contact c WHERE c.person_id = ANY(CAST(:person_ids AS uuid[]))
    """
)
_NOTE = text(
    """
    WITH noted AS (
      INSERT INTO channel_stop (person_id, channel, opted_out_at, opted_in_at, refused_at, allowed_at)
      SELECT CAST(:person_id AS uuid), said.* FROM jsonb_to_recordset(CAST(:said AS jsonb)) AS said (channel text,
        opted_out_at timestamptz, opted_in_at timestamptz, refused_at timestamptz, allowed_at timestamptz)
      ON CONFLICT (person_id, channel) DO UPDATE SET
        opted_out_at = greatest(channel_stop.opted_out_at, excluded.opted_out_at),
        opted_in_at = greatest(channel_stop.opted_in_at, excluded.opted_in_at),
        refused_at = greatest(channel_stop.refused_at, excluded.refused_at),
        allowed_at = greatest(channel_stop.allowed_at, excluded.allowed_at)
      WHERE excluded.opted_out_at > coalesce(channel_stop.opted_out_at, '-infinity')
        OR excluded.opted_in_at > coalesce(channel_stop.opted_in_at, '-infinity')
        OR excluded.refused_at > coalesce(channel_stop.refused_at, '-infinity')
        OR excluded.allowed_at > coalesce(channel_stop.allowed_at, '-infinity')
      RETURNING person_id
    )
    UPDATE contact SET revision = revision + 1 WHERE person_id IN (SELECT person_id FROM noted)
    """
)


@dataclass(frozen=True)
class Known:
    """A contact, and the address of each usable point, encrypted with her key."""

    contact: Contact
    addresses: Mapping[UUID, bytes] = field(repr=False)


@dataclass(frozen=True)
class NewPoint:
    """A way that intake names or she links herself; `address` is encrypted and absent where nothing may go there.

    `said_at`: since when it is named; None: since now.
    """

    point_id: UUID
    channel: NoticeChannel
    hindrance: PointHindrance | None
    detail: str
    shared: bool
    hours: tuple[SafeWindow, ...]
    address: bytes | None = field(default=None, repr=False)
    dead: tuple[str, datetime] | None = None
    said_at: datetime | None = None


@dataclass(frozen=True)
class Named:
    """A way that intake has named, its address encrypted; `dead`: why it is proved dead, and since when."""

    point_id: UUID
    address: bytes = field(repr=False)
    shared: bool
    said_at: datetime
    dead: tuple[str, datetime] | None


async def known_of(tx: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """How these persons may be told, in one statement; who has no contact is left out."""
    listed = f"{{{','.join(map(str, person_ids))}}}"  # a list would be written one by one
    rows = await tx.execute(_KNOWN, {"person_ids": listed})
    return {row.person_id: _known(row) for row in rows}


async def name(tx: AsyncConnection, person_id: UUID, named: Sequence[NewPoint], said_at: datetime) -> None:
    """What intake names, in its order."""
    rows = [_row(person_id, point, said_at) | {"position": position} for position, point in enumerate(named)]
    if rows:
        await tx.execute(insert(contact_point), rows)


async def forget_named(tx: AsyncConnection, person_id: UUID) -> None:
    """What intake has named so far; what she linked herself stays."""
    named = contact_point.c.person_id == person_id, contact_point.c.by_person.is_(False)
    await tx.execute(delete(contact_point).where(*named))


async def link(tx: AsyncConnection, person_id: UUID, point: NewPoint, said_at: datetime) -> None:
    """A way that she linked herself, in the place of an earlier one on this channel."""
    await unlink(tx, person_id, point.channel)
    row = _row(person_id, point, said_at) | {"position": POSITION_LAST, "by_person": True}
    await tx.execute(insert(contact_point).values(row))
    await _changed(tx, person_id)


async def unlink(tx: AsyncConnection, person_id: UUID, channel: NoticeChannel) -> int:
    """Forget what she linked herself on this channel; returns how many there were."""
    mine = contact_point.c.person_id == person_id, contact_point.c.channel == channel, contact_point.c.by_person
    gone = (await tx.execute(delete(contact_point).where(*mine))).rowcount
    if gone:
        await _changed(tx, person_id)
    return gone


async def note_dead(tx: AsyncConnection, point_id: UUID, because: str, at: datetime) -> bool:
    """Nothing goes there any more until a counsellor writes it down again; False if that was known."""
    mine = update(contact_point).where(contact_point.c.point_id == point_id, contact_point.c.dead_at.is_(None))
    row = (await tx.execute(mine.values(dead_because=because, dead_at=at).returning(contact_point.c.person_id))).first()
    if row is None:
        return False
    await _changed(tx, row.person_id)
    return True


async def hinder(tx: AsyncConnection, person_id: UUID, point_id: UUID, because: PointHindrance) -> None:
    """Nothing goes there, and the address is not kept."""
    mine = update(contact_point).where(contact_point.c.point_id == point_id)
    await tx.execute(mine.values(hindrance=because, address=None, checked=True))
    await _changed(tx, person_id)


async def named_of(tx: AsyncConnection, person_id: UUID) -> list[Named]:
    """What intake has named, where anything may go at all."""
    mine = contact_point.c.person_id == person_id, contact_point.c.by_person.is_(False)
    rows = await tx.execute(select(contact_point).where(*mine, contact_point.c.address.is_not(None)))
    return [
        Named(
            row.point_id,
            row.address,
            row.shared,
            row.said_at,
            None if row.dead_at is None else (row.dead_because, row.dead_at),
        )
        for row in rows
    ]


async def note_stop(tx: AsyncConnection, person_id: UUID, channel: NoticeChannel, **at: datetime) -> None:
    """What was said about this channel; of each kind the latest counts. `at` as in `ChannelStop`."""
    await note_stops(tx, person_id, {channel: at})


async def note_stops(
    tx: AsyncConnection, person_id: UUID, said: Mapping[NoticeChannel, Mapping[str, datetime]]
) -> None:
    """The same for several channels, as one change of her contact."""
    rows = [{"channel": one} | {kind: at.isoformat() for kind, at in of.items()} for one, of in said.items()]
    await tx.execute(_NOTE, {"person_id": person_id, "said": json.dumps(rows)})


async def stop_of(tx: AsyncConnection, person_id: UUID, channel: NoticeChannel) -> ChannelStop:
    """What was said about this channel so far."""
    mine = channel_stop.c.person_id == person_id, channel_stop.c.channel == channel
    row = (await tx.execute(select(channel_stop).where(*mine))).one_or_none()
    return ChannelStop() if row is None else ChannelStop(*(getattr(row, name) for name in STOPS))


async def choose(
    tx: AsyncConnection, person_id: UUID, category: NoticeCategory, choice: Choice | None, at: datetime
) -> None:
    """What comes first for this category, or `off`; None: her own order again."""
    if choice is None:
        mine = preference.c.person_id == person_id, preference.c.category == category
        await tx.execute(delete(preference).where(*mine))
    else:
        row = upsert(preference).values(person_id=person_id, category=category, choice=choice, chosen_at=at)
        keys = [preference.c.person_id, preference.c.category]
        newer = {"choice": choice, "chosen_at": at}
        await tx.execute(row.on_conflict_do_update(index_elements=keys, set_=newer))
    await _changed(tx, person_id)


async def note_own_choice(
    tx: AsyncConnection, person_id: UUID, *, choice: str, about: str, through: str, at: datetime
) -> None:
    """The evidence: what she said, about what, and by which way."""
    row = {"person_id": person_id, "at": at, "choice": choice, "about": about, "through": through}
    await tx.execute(insert(own_choice).values(row))


async def last_choice(tx: AsyncConnection, person_id: UUID, about: str) -> tuple[str, str] | None:
    """The latest that she said about this, and by which way."""
    query = select(own_choice.c.choice, own_choice.c.through).where(
        own_choice.c.person_id == person_id, own_choice.c.about == about
    )
    row = (await tx.execute(query.order_by(own_choice.c.own_choice_id.desc()).limit(1))).one_or_none()
    return None if row is None else (row.choice, row.through)


async def _changed(tx: AsyncConnection, person_id: UUID) -> None:
    """What is being sent by what was known before is asked again before its first byte."""
    await tx.execute(update(contact).where(contact.c.person_id == person_id).values(revision=contact.c.revision + 1))


def _row(person_id: UUID, point: NewPoint, said_at: datetime) -> dict[str, Any]:
    because, at = point.dead or (None, None)
    return {
        "point_id": point.point_id,
        "person_id": person_id,
        "channel": point.channel,
        "by_person": False,
        "address": point.address,
        "hindrance": point.hindrance,
        "detail": point.detail,
        "shared": point.shared,
        "hours": [_stored(window) for window in point.hours],
        "said_at": point.said_at or said_at,
        "dead_because": because,
        "dead_at": at,
        "checked": True,
    }


def _stored(window: SafeWindow) -> dict[str, Any]:
    return {
        "weekdays": sorted(window.weekdays),
        "starts": window.starts.isoformat("minutes"),
        "ends": window.ends.isoformat("minutes"),
    }


def _known(row: Row[Any]) -> Known:
    stopped = {channel for channel, said in (row.stops or {}).items() if _stop(said).stands}
    points = with_chat_rules(tuple(_point(one, stopped) for one in row.points or ()))
    known = Contact(
        version=row.revision,
        said_version=row.version,
        said_at=row.said_at,
        languages=tuple(row.languages),
        consented=row.consented,
        safe=row.safe,
        points=points,
        choices=cast("dict[NoticeCategory, Choice]", row.choices or {}),
    )
    stored = {UUID(one["point_id"]): one["address"] for one in row.points or ()}
    return Known(known, {point_id: base64.b64decode(text) for point_id, text in stored.items() if text})


def _stop(said: Mapping[str, str | None]) -> ChannelStop:
    return ChannelStop(*(datetime.fromisoformat(at) if (at := said[name]) else None for name in STOPS))


def _point(one: Mapping[str, Any], stopped: Collection[str]) -> Point:
    since: PointHindrance | None = "dead" if one["dead"] else "opted_out" if one["channel"] in stopped else None
    hindrance: PointHindrance | None = one["hindrance"] or since
    return Point(
        point_id=UUID(one["point_id"]),
        channel=one["channel"],
        hindrance=hindrance,
        detail=one["detail"],
        shared=one["shared"],
        hours=tuple(_window(window) for window in one["hours"]),
        checked=one["checked"],
    )


def _window(stored: Mapping[str, Any]) -> SafeWindow:
    starts, ends = time.fromisoformat(stored["starts"]), time.fromisoformat(stored["ends"])
    return SafeWindow(frozenset(stored["weekdays"]), starts, ends)
