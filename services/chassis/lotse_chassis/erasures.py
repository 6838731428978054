"""Erasures said again after a restore, before the restored services take up anything else."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from lotse_chassis.streams import connected
from lotse_contracts.catalogue import SERVICES, orders_to
from lotse_contracts.envelope import envelope_of, subject_for, to_json
from lotse_contracts.person import ErasureOrder

SENDER = "intake"  # whose order an erasure is


async def say_erasures(
    nats_url: str, ops_seed: str, association: str, persons: Iterable[UUID], *, now: datetime
) -> int:
    """Order every service to erase each of these persons again; returns how many orders were stored.

    The ids follow from the persons and the time, so that a repetition takes effect once.
    """
    orders = [order for service in SERVICES for order in orders_to(service) if issubclass(order, ErasureOrder)]
    said = 0
    async with connected(nats_url, ops_seed, "ops") as client:
        js = client.jetstream()
        for person_id in persons:
            for order in orders:
                message = order(person_id=person_id)
                order_id = uuid5(person_id, f"{order.type_name()} {now.isoformat()}")
                envelope = envelope_of(message, id=order_id, association=association, sender=SENDER, time=now)
                headers = {"Nats-Msg-Id": f"{order_id}.v{order.VERSION}"}
                await js.publish(subject_for(message, association), to_json(envelope), headers=headers)
                said += 1
    return said
