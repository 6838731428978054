"""Group offers, what deviates from their series, and how many heads were there."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, distinct, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.codes import is_violence
from lotse_referral.domain.groups import GroupOffer, OfferWords
from lotse_referral.domain.heads import Record
from lotse_referral.domain.series import Deviation, Deviations, Series
from lotse_referral.store.tables import (
    address,
    attribute,
    group_offer,
    service_at_location,
    service_extension,
    taxonomy_term,
)
from lotse_referral.store.tables.groups import group_record, group_session, group_tally

OFFERS_MAX = 2_000  # of one association, ended ones among them
RECORDS_SHOWN_MAX = 200


async def load(tx: AsyncConnection, offer_id: UUID) -> GroupOffer | None:
    """The offer, locked until the transaction ends, so that no two people get one seat."""
    query = select(group_offer).where(group_offer.c.offer_id == offer_id).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else _offer(row)


async def read(tx: AsyncConnection, offer_id: UUID) -> GroupOffer | None:
    """The offer as it is; for looking, since it locks nothing."""
    row = (await tx.execute(select(group_offer).where(group_offer.c.offer_id == offer_id))).one_or_none()
    return None if row is None else _offer(row)


async def every(tx: AsyncConnection) -> tuple[GroupOffer, ...]:
    """All offers, by name."""
    query = select(group_offer).order_by(group_offer.c.name, group_offer.c.offer_id).limit(OFFERS_MAX)
    return tuple(_offer(row) for row in await tx.execute(query))


async def save(tx: AsyncConnection, offer: GroupOffer) -> None:
    """Write an offer, new or changed."""
    values = _values(offer)
    place = upsert(group_offer).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["offer_id"], set_=values))


async def deviations(tx: AsyncConnection, offer_id: UUID) -> Deviations:
    """The sessions that are not as the rule says, by the day on which the rule puts them."""
    return (await deviations_of(tx, [offer_id])).get(offer_id, {})


async def deviations_of(tx: AsyncConnection, offer_ids: Iterable[UUID]) -> dict[UUID, dict[date, Deviation]]:
    """The same for many offers; one without deviations is absent."""
    found: dict[UUID, dict[date, Deviation]] = {}
    for row in await tx.execute(select(group_session).where(group_session.c.offer_id.in_(list(offer_ids)))):
        found.setdefault(row.offer_id, {})[row.session] = Deviation(
            row.session, row.cancelled, row.held_on, row.held_at, row.minutes, row.place, row.version
        )
    return found


async def deviate(tx: AsyncConnection, offer_id: UUID, deviation: Deviation | None, session: date) -> None:
    """This session is like that from now on; without a deviation it is as the rule says."""
    if deviation is None:
        mine = (group_session.c.offer_id == offer_id, group_session.c.session == session)
        await tx.execute(delete(group_session).where(*mine))
        return
    values = {
        "cancelled": deviation.cancelled,
        "held_on": deviation.on,
        "held_at": deviation.at,
        "minutes": deviation.minutes,
        "place": deviation.place,
        "version": deviation.version,
    }
    place = upsert(group_session).values(offer_id=offer_id, session=session, **values)
    await tx.execute(place.on_conflict_do_update(index_elements=["offer_id", "session"], set_=values))


async def place_of(tx: AsyncConnection, location_id: UUID) -> str | None:
    """Street and town of a location of the directory, for people; never of a place that must stay secret."""
    secret = (
        select(service_at_location.c.location_id)
        .join(service_extension, service_extension.c.service_id == service_at_location.c.service_id)
        .where(service_extension.c.confidential_location)
    )
    query = select(address).where(address.c.location_id == location_id, address.c.location_id.not_in(secret))
    row = (await tx.execute(query.order_by(address.c.id).limit(1))).one_or_none()
    return None if row is None else f"{row.address_1}, {row.postal_code} {row.city}"


async def is_delicate(tx: AsyncConnection, offer: GroupOffer) -> bool:
    """Whether its name alone would tell too much: it is a service's for violence, or of a secret place."""
    secret = select(service_extension.c.service_id).where(
        service_extension.c.service_id == offer.service_id, service_extension.c.confidential_location
    )
    codes = select(taxonomy_term.c.code).join(attribute, attribute.c.taxonomy_term_id == taxonomy_term.c.id)
    found = (await tx.execute(codes.where(attribute.c.link_id == offer.service_id))).scalars()
    return any(is_violence(code) for code in found) or (await tx.execute(secret)).first() is not None


async def record_of(tx: AsyncConnection, record_id: UUID) -> Record | None:
    """One head count, whether it counts or not."""
    row = (await tx.execute(select(group_record).where(group_record.c.record_id == record_id))).one_or_none()
    return None if row is None else _record(row)


async def counting(tx: AsyncConnection, offer_id: UUID, session: date) -> Record | None:
    """The head count of a session that counts, a void one too."""
    mine = (group_record.c.offer_id == offer_id, group_record.c.session == session)
    row = (await tx.execute(select(group_record).where(*mine, group_record.c.superseded_by.is_(None)))).one_or_none()
    return None if row is None else _record(row)


async def supersede(tx: AsyncConnection, record_id: UUID, by: UUID) -> None:
    """Another count stands in its place."""
    old = update(group_record).where(group_record.c.record_id == record_id)
    await tx.execute(old.values(superseded_by=by))


async def add_record(tx: AsyncConnection, record: Record, now: datetime) -> int:
    """One more head count; returns how many there are of this session now, corrected ones among them."""
    await tx.execute(insert(group_record).values(**asdict(record), recorded_at=now))
    mine = (group_record.c.offer_id == record.offer_id, group_record.c.session == record.session)
    return int((await tx.execute(select(func.count()).select_from(group_record).where(*mine))).scalar_one())


async def records(tx: AsyncConnection, offer_id: UUID) -> tuple[Record, ...]:
    """The newest head counts of an offer that count, oldest of them first."""
    counts = (group_record.c.offer_id == offer_id, group_record.c.superseded_by.is_(None), ~group_record.c.void)
    query = select(group_record).where(*counts).order_by(group_record.c.session.desc()).limit(RECORDS_SHOWN_MAX)
    return tuple(reversed([_record(row) for row in await tx.execute(query)]))


async def sums(tx: AsyncConnection, first: date, last: date) -> Sequence[Row[Any]]:
    """Sessions and heads by kind, grant and plan line, of the days on which they took place."""
    keys = (group_record.c.kind, group_record.c.grant_id, group_record.c.plan_line)
    query = select(
        *keys,
        func.count(distinct(group_record.c.offer_id)).label("offers"),
        func.count().label("sessions"),
        func.sum(group_record.c.adults).label("adults"),
        func.sum(group_record.c.children).label("children"),
        func.coalesce(func.sum(group_record.c.first_time), 0).label("first_time"),
    )
    counts = (group_record.c.superseded_by.is_(None), ~group_record.c.void)
    query = query.where(*counts, group_record.c.held_on.between(first, last))
    return (await tx.execute(query.group_by(*keys).order_by(*keys))).all()


async def tallies(tx: AsyncConnection, months: Sequence[str]) -> dict[str, int]:
    """How many signed up in these months, by kind of offer."""
    query = select(group_tally.c.kind, func.sum(group_tally.c.signed_up)).where(group_tally.c.month.in_(months))
    return {row[0]: int(row[1]) for row in await tx.execute(query.group_by(group_tally.c.kind))}


def _record(row: Row[Any]) -> Record:
    fields = row._asdict()
    return Record(**{name: fields[name] for name in Record.__dataclass_fields__})


def _values(offer: GroupOffer) -> dict[str, Any]:
    plain = asdict(offer) | {"texts": [asdict(words) for words in offer.texts]}
    series = plain.pop("series") or dict.fromkeys(("starts_on", "at", "minutes", "rule")) | {"skips_holidays": False}
    return plain | {"starts_at": series.pop("at")} | series | {"languages": list(offer.languages)}


def _offer(row: Row[Any]) -> GroupOffer:
    fields = row._asdict()
    starts_on, at, minutes, rule, skips = (
        fields.pop(name) for name in ("starts_on", "starts_at", "minutes", "rule", "skips_holidays")
    )
    series = None if starts_on is None else Series(starts_on, at, minutes, rule, skips)
    texts = tuple(OfferWords(**words) for words in fields.pop("texts"))
    return GroupOffer(**fields | {"texts": texts, "series": series, "languages": tuple(fields["languages"])})
