"""Staff keep the directory: what they found out about a service, its free places, its end; what is to be checked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer, set_timer
from lotse_contracts import Message
from lotse_contracts.referral import (
    AssureService,
    CapacityChanged,
    CapacityCode,
    RetireService,
    ServiceChanged,
    ServiceCheckDue,
    ServiceRetired,
    SetCapacity,
    UpdateService,
)
from lotse_referral.domain.directory import findings
from lotse_referral.domain.directory.form import EXTENSION
from lotse_referral.domain.directory.merging import Merged
from lotse_referral.domain.directory.policy import CLOSED
from lotse_referral.domain.directory.resources import Resource
from lotse_referral.domain.directory.values import moment_text
from lotse_referral.domain.offers import DIRECTORY_ZONE, local_day
from lotse_referral.store import directory_changes, directory_checks, directory_rows
from lotse_referral.store.directory_changes import Hand

SERVICE_CHECK = "service_check"
SERVICE_CHECK_KEY = "directory"
CHECK_HOUR = time(6)  # before anybody starts to work, so that the day's list is there
CHECKS_AT_ONCE = 200
CAPACITY = f"{EXTENSION}.capacity"
UNSAID = frozenset({"assured_date", "id"})


async def update(order: UpdateService, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The later check of a field wins; each change is kept with who found it out, and when."""
    known = await _known(tx, order, context)
    if absurd := findings.absurd(order):
        raise Refused("hours_make_no_sense", fields=absurd)
    said = findings.found_out(order, known)
    place = findings.place_of(order, known)
    if place is not None and (known.confidential or order.confidential_location):
        raise Refused("place_is_secret", fields=("place",))
    if not said.fields and place is None:
        raise Refused("nothing_said", fields=("service_id",))
    hand = _hand(context)
    if place is not None:
        location, there = place
        await directory_changes.put(tx, "location", [location], hand)
        sources = {**said.sources, **there.sources}
        said = Resource("service", known.id, {**said.fields, **there.fields}, sources)
    return await _put(tx, said, hand)


async def assure(order: AssureService, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nothing changed, and that is worth knowing: it is fresh again."""
    known = await _known(tx, order, context)
    return await _put(tx, findings.still_right(order, known), _hand(context))


async def set_capacity(order: SetCapacity, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """How many places are free, or that there is a waiting list."""
    known = await _known(tx, order, context)
    if order.available is not None and order.maximum is not None and order.maximum < order.available:
        raise Refused("more_than_there_are", fields=("available", "maximum"))
    unit, said = findings.capacity_of(order, known, moment_text(context.now))
    hand = _hand(context)
    if unit is not None:
        await directory_changes.put(tx, "unit", [unit], hand)
    return await _put(tx, said, hand)


async def retire(order: RetireService, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nobody is sent there any more; referrals that point to it stay."""
    known = await _known(tx, order, context)
    return await _put(tx, findings.ended(order, known), _hand(context))


async def checks_due(
    timer: Timer, context: Context, tx: AsyncConnection, *, as_of: date | None = None
) -> Sequence[Message]:
    """Once a morning: which services somebody should phone, each said once for each date."""
    due = await directory_checks.due(tx, as_of or local_day(context.now), limit=CHECKS_AT_ONCE)
    await directory_checks.said(tx, [one.service_id for one in due])
    await set_timer(
        tx,
        kind=SERVICE_CHECK,
        key=SERVICE_CHECK_KEY,
        due_at=context.now if len(due) == CHECKS_AT_ONCE else _next_morning(context.now),
    )
    return tuple(ServiceCheckDue(service_id=one.service_id, version=one.version, due=one.due) for one in due)


def facts_of(one: Merged, version: int) -> tuple[Message, ...]:
    """What follows from a change of a service that was known."""
    service_id = UUID(one.resource.id)
    changed = [change.field.removeprefix(f"{EXTENSION}.") for change in one.changes if change.field not in UNSAID]
    if one.new or not changed:
        return ()
    said: list[Message] = [ServiceChanged(service_id=service_id, version=version, changed=tuple(sorted(changed)))]
    if "capacity" in changed or "capacities" in changed:
        said.append(_capacity_changed(one.resource, version))
    if "status" in changed and one.resource.fields.get("status") in CLOSED:
        said.append(ServiceRetired(service_id=service_id, version=version))
    return tuple(said)


def _capacity_changed(service: Resource, version: int) -> CapacityChanged:
    free = [row["available"] for row in service.fields.get("capacities", ())]
    code = cast(CapacityCode, service.fields.get(CAPACITY, "unknown"))
    available = sum(free) if free else None
    return CapacityChanged(service_id=UUID(service.id), version=version, capacity=code, available=available)


async def _known(tx: AsyncConnection, order: findings.Finding, context: Context) -> Resource:
    """The service; two who found something out follow each other."""
    await directory_changes.alone(tx)
    known = (await directory_rows.loaded(tx, "service", [str(order.service_id)])).get(str(order.service_id))
    if known is None:
        raise Refused("unknown_service", fields=("service_id",))
    if not findings.in_time(order, local_day(context.now)):
        raise Refused("day_to_come", fields=("assured_on",))
    return known


async def _put(tx: AsyncConnection, said: Resource, hand: Hand) -> tuple[Message, ...]:
    (result,) = await directory_changes.put(tx, "service", [said], hand)
    kept = tuple(sorted(set(result.kept) - UNSAID))
    if kept and not set(said.fields) - set(result.kept) - UNSAID:
        raise Refused("checked_later", fields=kept)
    held = await directory_changes.versions(tx, [result.resource.id])
    return facts_of(result, held.get(result.resource.id, 0))


def _hand(context: Context) -> Hand:
    return Hand(context.role or "staff", context.now, context.actor)


def _next_morning(now: datetime) -> datetime:
    tomorrow = local_day(now) + timedelta(days=1)
    return datetime.combine(tomorrow, CHECK_HOUR, DIRECTORY_ZONE).astimezone(UTC)
