"""After an erasure the streams hold nothing under the person's key, and everything of everybody else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_contracts import Message, envelope_of, intake, ledger, notify, referral, subject_for, to_json
from lotse_contracts.values import COORDINATORS
from lotse_intake.handlers import erasures
from tests import kit
from tests.chaos import wire


async def keys_in(broker: kit.Broker, stream: str) -> list[str]:
    """The last tokens of all subjects in a stream."""
    async with broker.connected("ops") as client:
        info = await client.jetstream().stream_info(stream, subjects_filter=">")
        return [subject.rsplit(".", 1)[1] for subject in info.state.subjects or {}]


async def put(broker: kit.Broker, user: str, message: Message) -> None:
    envelope = envelope_of(message, id=uuid4(), association=kit.ASSOCIATION, sender=user, time=datetime.now(UTC))
    async with broker.connected(user) as client:
        await client.jetstream().publish(subject_for(message, kit.ASSOCIATION), to_json(envelope))


def receipt(kind: Any, person_id: UUID) -> Message:
    said: Message = kind(person_id=person_id, digest="0" * 64)
    return said


async def _has_key(broker: kit.Broker, person_id: UUID) -> bool:
    return str(person_id) in await keys_in(broker, "EVENTS")


async def test_an_erased_person_is_gone_from_every_stream(
    run_service: Any, broker: kit.Broker, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures, "PURGE_AFTER", timedelta(seconds=2))
    own = database("intake")
    await run_service("intake", on=own)
    load = wire.intake_load(broker, 2)
    async with broker.connected("bot") as client:
        await wire.publish(broker, client, load)
    people = await kit.eventually(lambda: _people(own, 2))
    gone, stays = people
    await kit.eventually(lambda: _has_key(broker, gone))  # what is committed is published a moment later
    order = intake.BeginErasure(person_id=gone)
    async with broker.connected("desk") as client:
        envelope = envelope_of(order, id=uuid4(), association=kit.ASSOCIATION, sender="desk", time=datetime.now(UTC))
        headers = {"lotse-token": wire.token(broker, next(iter(COORDINATORS)))}
        await client.jetstream().publish(subject_for(order, kit.ASSOCIATION), to_json(envelope), headers=headers)
    for user, kind in (("referral", referral), ("notify", notify), ("ledger", ledger)):
        await put(broker, user, receipt(kind.PersonErased, gone))
    await kit.eventually(lambda: _confirmed(own), 20)
    await kit.eventually(lambda: _nowhere(broker, gone), 20)
    assert str(stays) in await keys_in(broker, "EVENTS")
    assert str(stays) in await keys_in(broker, "COMMANDS")


def _people(database: kit.ServiceDatabase, number: int) -> list[UUID]:
    found = [row[0] for row in wire.rows(database, "SELECT person_id FROM person ORDER BY person_id")]
    return found if len(found) == number else []


def _confirmed(database: kit.ServiceDatabase) -> bool:
    said = "SELECT 1 FROM outbox WHERE claim_name = 'evt.intake.erasure-confirmed' AND sent_at IS NOT NULL"
    return bool(wire.rows(database, said))


async def _nowhere(broker: kit.Broker, person_id: UUID) -> bool:
    held = [key for stream in ("EVENTS", "COMMANDS", "DEAD") for key in await keys_in(broker, stream)]
    return str(person_id) not in held
