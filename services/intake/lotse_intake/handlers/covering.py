"""Which addresses her consent to be told covers: those that were held when she gave it, and none that came later."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.intake import PersonFields
from lotse_intake.domain.consents import CHANNEL
from lotse_intake.domain.contacts import address_key, ways_of
from lotse_intake.providers.content import decrypted, points_of
from lotse_intake.providers.office import Office
from lotse_intake.store import channels, consents


async def bind(office: Office, tx: AsyncConnection, person_id: UUID, held: PersonFields) -> None:
    """Before her contact changes: what she agreed to so far holds for the addresses that are held now.

    As long as none is held a consent is not bound: it is for the first that she names.
    """
    keys = sorted(address_key(way) for way in ways_of(held.contact))
    if not keys:
        return
    bound = await channels.bound(tx, person_id)
    for row in await _channel_consents(tx, person_id):
        if row.consent_id not in bound:
            stored = office.keys.encrypt(person_id, points_of(row.consent_id), json.dumps(keys).encode())
            await channels.bind(tx, row.consent_id, person_id, stored)


async def covered(
    office: Office,
    context: Context,
    tx: AsyncConnection,
    person_id: UUID,
    fields: PersonFields,
    *,
    without: UUID | None = None,
) -> frozenset[str] | None:
    """The keys of those of her addresses that a valid consent covers; None: there is no consent for any of them.

    Without an address, a consent that is not bound yet covers nothing but is one. `without`: as if it were not there.
    """
    rows = [row for row in await _channel_consents(tx, person_id) if row.consent_id != without]
    valid = [row for row in rows if consents.as_consent(row).is_valid(context.now)]
    bound = await channels.bound(tx, person_id)
    keys = keys_of(fields)
    open_ones = [row for row in valid if row.consent_id not in bound]
    if open_ones:
        return keys
    agreed = [_keys(office, person_id, row.consent_id, bound) for row in valid]
    return keys.intersection(frozenset().union(*agreed)) or None


def keys_of(fields: PersonFields) -> frozenset[str]:
    """What each of her addresses is to a consent."""
    return frozenset(address_key(way) for way in ways_of(fields.contact))


async def after_change(
    office: Office, context: Context, tx: AsyncConnection, person_id: UUID, fields: PersonFields
) -> bool:
    """Whether she may be told something at her contact as it is now: a new number inherits no consent."""
    return await covered(office, context, tx, person_id, fields) is not None


def _keys(office: Office, person_id: UUID, consent_id: UUID, bound: Mapping[UUID, bytes]) -> Collection[str]:
    stored: list[str] = json.loads(decrypted(office.keys, person_id, points_of(consent_id), bound[consent_id]))
    return stored


async def _channel_consents(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    return [row for row in await consents.of_person(tx, person_id) if row.kind == CHANNEL]
