"""kill -9 in the middle of an erasure or a merge: each ends well, and once."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from lotse_contracts import Message, envelope_of, intake, ledger, notify, referral, subject_for, to_json
from lotse_contracts.answers import TOKEN_HEADER
from lotse_contracts.intake import PersonFields
from lotse_contracts.sealed import seal
from tests import kit
from tests.chaos import wire
from tests.chaos.doomed import KEY_DESTROYED, STEPS
from tests.chaos.processes import Running, running

PERSONS = 6
DIES_AT = {KEY_DESTROYED: 4}  # in the middle of them; a step of a batch comes once for all of it
RECEIPTS = {"referral": referral.PersonErased, "notify": notify.PersonErased, "ledger": ledger.PersonErased}
Databases = Callable[[str], kit.ServiceDatabase]


@pytest.mark.parametrize("step", [*STEPS, KEY_DESTROYED])
async def test_an_erasure_that_is_killed_ends_once_and_takes_nobody_else(
    step: str, database: Databases, broker: kit.Broker
) -> None:
    own, persons, other = database("intake"), [uuid4() for _ in range(PERSONS)], uuid4()
    with running("intake", own, broker) as one:
        await registered(one, broker, own, [*persons, other])
        orders = [intake.BeginErasure(person_id=person) for person in persons]
        await said_by(broker, "desk", orders)
        for service, receipt in RECEIPTS.items():
            await said_by(broker, service, [receipt(person_id=person, digest="0" * 64) for person in persons])
        one.start(step, str(DIES_AT.get(step, 1)))
        await kit.eventually(one.died)
        one.start()
        confirmed = "SELECT person_id FROM erasure WHERE confirmed_at IS NOT NULL"
        await kit.eventually(lambda: {row[0] for row in wire.rows(own, confirmed)} == set(persons))
        unsent = "SELECT 1 FROM outbox WHERE sent_at IS NULL"
        await kit.eventually(lambda: wire.rows(own, unsent) == [])
    assert wire.rows(own, "SELECT person_id FROM person") == [(other,)]
    keys = broker.place.person_keys("intake")
    assert [person for person in persons if (keys / f"{person}.key").exists()] == []
    assert [person for person in persons if not (keys / f"{person}.gone").exists()] == []
    assert (keys / f"{other}.key").exists()
    told = await wire.stream_ids(broker, "EVENTS", "intake.erasure-confirmed.v1")
    assert (len(told), set(told.values())) == (PERSONS, {1})


@pytest.mark.parametrize("step", STEPS)
async def test_a_merge_that_is_killed_is_made_once_and_can_be_undone(
    step: str, database: Databases, broker: kit.Broker
) -> None:
    own, pairs = database("intake"), [(uuid4(), uuid4()) for _ in range(PERSONS)]
    with running("intake", own, broker) as one:
        await registered(one, broker, own, [person for pair in pairs for person in pair])
        before = sorted(wire.rows(own, "SELECT person_id, fields FROM person"))
        merges = [
            intake.MergePersons(merge_id=uuid4(), person_id=joins, kept_id=kept, reason="same_person")
            for joins, kept in pairs
        ]
        await said_by(broker, "desk", merges)
        one.start(step, str(DIES_AT.get(step, 1)))
        await kit.eventually(one.died)
        one.start()
        made = "SELECT count(*) FROM person_merge WHERE undone_at IS NULL"
        await kit.eventually(lambda: wire.rows(own, made) == [(PERSONS,)])
        undone = [
            intake.UnmergePersons(merge_id=one.merge_id, person_id=one.person_id, reason="not_the_same")
            for one in merges
        ]
        await said_by(broker, "desk", undone)
        await kit.eventually(lambda: wire.rows(own, made) == [(0,)])
        await kit.eventually(lambda: wire.rows(own, "SELECT 1 FROM outbox WHERE sent_at IS NULL") == [])
    assert wire.rows(own, "SELECT count(*) FROM person_merge") == [(PERSONS,)]
    assert sorted(wire.rows(own, "SELECT person_id, fields FROM person")) == before
    for name in ("persons-merged", "persons-unmerged"):
        told = await wire.stream_ids(broker, "EVENTS", f"intake.{name}.v1")
        assert (len(told), set(told.values())) == (2 * PERSONS, {1})


async def registered(one: Running, broker: kit.Broker, own: kit.ServiceDatabase, persons: Sequence[UUID]) -> None:
    """Known at the desk, before anything is killed."""
    one.start()
    key = wire.seal_key(broker, "intake")
    await said_by(broker, "desk", [registration(key, person) for person in persons])
    await kit.eventually(lambda: wire.rows(own, "SELECT count(*) FROM person") == [(len(persons),)])
    await kit.eventually(lambda: wire.rows(own, "SELECT 1 FROM outbox WHERE sent_at IS NULL") == [])
    assert one.stop() == 0


def registration(key: bytes, person_id: UUID) -> intake.RegisterPerson:
    fields = PersonFields(identity={"name": f"Олена {secrets.token_hex(6)}"}, health="canary")
    plaintext = fields.model_dump_json(exclude_none=True).encode()
    sealed = seal(plaintext, key, type_name=intake.RegisterPerson.type_name(), key=str(person_id))
    return intake.RegisterPerson(person_id=person_id, fields=sealed)


async def said_by(broker: kit.Broker, user: str, messages: Sequence[Message]) -> None:
    """Published as this user, a member of staff where the message asks for one."""
    async with broker.connected(user) as client:
        for message in messages:
            await _publish(broker, client, user, message)


async def _publish(broker: kit.Broker, client: Client, user: str, message: Message) -> None:
    own = uuid4()
    envelope = envelope_of(message, id=own, association=kit.ASSOCIATION, sender=user, time=datetime.now(UTC))
    headers = {"Nats-Msg-Id": str(own)}
    if user == "desk":
        headers[TOKEN_HEADER] = wire.token(broker, "coordinator")
    await client.jetstream().publish(subject_for(message, kit.ASSOCIATION), to_json(envelope), headers=headers)
