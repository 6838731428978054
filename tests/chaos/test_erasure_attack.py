"""With all files, streams, logs and backups, and every key still to be found, nobody gets an erased person back."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from lotse_chassis import streams
from lotse_contracts import wiring
from lotse_contracts.catalogue import SERVICES
from lotse_contracts.envelope import envelope_of, subject_for, to_json
from lotse_contracts.intake import (
    BeginErasure,
    SubmitEnquiry,
)
from lotse_local import environment
from lotse_local.commands import exits
from tests import kit
from tests.chaos import attacker
from tests.chaos.attacker import Loot
from tests.chaos.somebody import NAME, Somebody, accepted, helped, owner_url, rows
from tests.e2e.asking import frontend
from tests.e2e.house import House

GRACE_SECONDS = 1
ERASED_SECONDS = 150.0
INDEX_SECONDS = 90.0
OUTSIDE = ("mailbox", "engines")
"""The mail catcher stands for her provider and is no part of the house; engines are programs."""
PDF = b"%PDF-"
KEPT = {"intake.consent", "intake.erasure", "intake.erasure_receipt", "notify.person"}
"""What names her still: the proof of consents for three years, and that she was erased."""


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    made = kit.new_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def test_with_every_file_and_key_nobody_gets_an_erased_person_back(folder: Path) -> None:
    erased, kept, backup = Somebody("canaryerased"), Somebody("canarykept"), folder / "backup"
    house = House(folder / "data", ("--association", NAME))
    house.folder.mkdir(mode=0o711)
    house.data.association(NAME).create()
    environment.write_settings(house.data.association(NAME), {"all": {"seal_grace_seconds": GRACE_SECONDS}})
    await house.start()
    try:
        recorded = [await helped(house, one) for one in (erased, kept)]
        assert house.quickly("backup", str(backup))[0] == exits.OK
        before = attacker.ransack(house.folder, backup, outside=OUTSIDE)
        before.copy(said for one in (erased, kept) for said in one.copied)
        ciphertexts = ciphertexts_of(house)
        hers = await kit.eventually(lambda: only_hers(house, erased, kept))
        assert before.holding(word.encode() for one in (erased, kept) for word in one.words) == {}
        for one in (erased, kept):
            missed = set(one.words) - readable(before, before, ciphertexts, one)
            assert not missed, f"an attacker who finds too little proves nothing: {missed}"
            assert from_copies(before, before, one) == set(one.words)
            assert has_paper(before, one)

        await forgotten(house, erased)
        assert house.quickly("backup", str(backup))[0] == exits.OK
        await attack(house, backup, before, ciphertexts=ciphertexts, erased=erased, kept=kept)
        await kit.eventually(lambda: not_indexed(house, hers), INDEX_SECONDS)

        await replayed(house, recorded)
        await attack(house, backup, before, ciphertexts=ciphertexts, erased=erased, kept=kept)
        await kit.eventually(lambda: not_indexed(house, hers), INDEX_SECONDS)
        assert rows_about(house, erased) == {}
        assert house.said().count("Traceback") == 0
    finally:
        assert house.stop() == exits.OK
    await asyncio.to_thread(attack_at_rest, house, backup, before, ciphertexts, erased)


async def forgotten(house: House, one: Somebody) -> None:
    """Erased in every service, purged from every stream, and the keys of that time at their end."""
    place = house.data.association(NAME)
    rings = {service: set(place.seal_ring(service).glob("*.seal")) for service in ("intake", "notify")}
    async with frontend(house, NAME, "desk", "coordinator") as desk:
        await accepted(desk, BeginErasure(person_id=one.person_id))
    confirmed = "SELECT 1 FROM erasure WHERE person_id = %s AND confirmed_at IS NOT NULL"
    await kit.eventually(lambda: rows(house, "intake", confirmed, one.person_id))
    left = "SELECT 1 FROM timer WHERE kind IN ('purge', 'seal-key-replace', 'seal-key-destroy')"
    await kit.eventually(lambda: not [*rows(house, "intake", left), *rows(house, "notify", left)], ERASED_SECONDS)
    for service, keys in rings.items():
        assert not keys & set(place.seal_ring(service).glob("*.seal"))


async def replayed(house: House, recorded: list[tuple[UUID, SubmitEnquiry]]) -> None:
    """Every stream from its beginning to services that have forgotten what they heard, and what was published first."""
    place, at = house.data.association(NAME), house.endpoints()["associations"][NAME]
    async with streams.connected(at["nats"], place.seed("ops").read_text().strip(), "ops") as ops:
        for service in SERVICES:
            for consumer in wiring.consumers(service, NAME):
                if consumer.account == "APP":
                    await ops.jetstream().delete_consumer(consumer.stream, consumer.durable)
        for service in SERVICES:
            with psycopg.connect(owner_url(house, service)) as connection:
                connection.execute("TRUNCATE inbox, refusal, attempt")
        provisioned = await asyncio.to_thread(house.lotse, "provision")
        assert provisioned.returncode == exits.OK, provisioned.stderr
        async with frontend(house, NAME, "web") as web:
            for own, order in recorded:
                body = to_json(envelope_of(order, id=own, association=NAME, sender="web", time=datetime.now(UTC)))
                await web.client.jetstream().publish(subject_for(order, NAME), body)
        js = ops.jetstream()

        async def heard() -> bool:
            infos = [
                await js.consumer_info(consumer.stream, consumer.durable)
                for service in SERVICES
                for consumer in wiring.consumers(service, NAME)
                if consumer.account == "APP"
            ]
            return all(not info.num_pending and not info.num_ack_pending for info in infos)

        await kit.eventually(heard)


async def attack(
    house: House, backup: Path, before: Loot, *, ciphertexts: set[bytes], erased: Somebody, kept: Somebody
) -> None:
    """With what is there now, and everything that was copied before but its keys."""
    now = await asyncio.to_thread(attacker.ransack, house.folder, backup, outside=OUTSIDE)
    everything = ciphertexts | ciphertexts_of(house)
    assert now.holding(word.encode() for word in erased.words) == {}
    assert readable(now, before, everything, erased) == set()
    assert not has_paper(now, erased, also=before)
    assert readable(now, now, everything, kept) == set(kept.words)
    assert has_paper(now, kept)


def attack_at_rest(house: House, backup: Path, before: Loot, ciphertexts: set[bytes], erased: Somebody) -> None:
    """The machine is off, and PostgreSQL has written everything that it held in memory."""
    now = attacker.ransack(house.folder, backup, outside=OUTSIDE)
    assert now.holding(word.encode() for word in erased.words) == {}
    assert readable(now, before, ciphertexts, erased) == set()


def only_hers(house: House, one: Somebody, other: Somebody) -> set[bytes]:
    """What finds her again by name or address, and nobody else; whoever has the pepper could try names and numbers
    against it. Both are indexed by then, or what they share would seem hers and stay.
    """
    hers, shared = digests_of(house, one), digests_of(house, other)
    assert all([*hers.values(), *shared.values()])
    return set().union(*hers.values()) - set().union(*shared.values())


def digests_of(house: House, one: Somebody) -> dict[str, set[bytes]]:
    """By table."""
    found = {}
    for service, table in (("intake", "blind_index"), ("notify", "address_index")):
        statement = f"SELECT digest FROM {table} WHERE person_id = %s"
        found[table] = {bytes(digest) for (digest,) in rows(house, service, statement, one.person_id)}  # type: ignore[call-overload]
    return found


async def not_indexed(house: House, digests: set[bytes]) -> bool:
    """No digest of hers is left in any file, deleted rows and the write-ahead log included. As long as a backup reads
    the index, it waits to be written anew."""
    now = await asyncio.to_thread(attacker.ransack, house.folder, outside=OUTSIDE)
    found = {name for name, content in now.files.items() if any(digest in content for digest in digests)}
    assert found == set()
    return True


def readable(keys: Loot, copies: Loot, ciphertexts: set[bytes], one: Somebody) -> set[str]:
    """Which of her words somebody reads with these keys in what is there or was copied."""
    person = attacker.person_keys(keys, [one.person_id])
    return from_copies(keys, copies, one) | attacker.seen(attacker.decrypted(person, ciphertexts), one.words)


def from_copies(keys: Loot, copies: Loot, one: Somebody) -> set[str]:
    """The same out of what was sealed alone."""
    return attacker.seen(attacker.opened(keys.raw_keys, keys.sealed | copies.sealed, one.bound_to), one.words)


def has_paper(keys: Loot, one: Somebody, also: Loot | None = None) -> bool:
    """Whether the paper that she sent can be read."""
    files = [content for loot in (keys, also) if loot for name, content in loot.files.items() if "files" in name]
    person = attacker.person_keys(keys, [one.person_id])
    return any(text.startswith(PDF) for text in attacker.decrypted(person, files))


def ciphertexts_of(house: House) -> set[bytes]:
    """Every value of bytes in every table of every service."""
    found: set[bytes] = set()
    for service in SERVICES:
        with psycopg.connect(owner_url(house, service)) as connection:
            columns = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND data_type = 'bytea'"
            ).fetchall()
            for table, column in columns:
                statement = f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
                found |= {bytes(value) for (value,) in connection.execute(statement.encode())}
    return found


def rows_about(house: House, one: Somebody) -> dict[str, int]:
    """How many rows of each table still name her, but what the law keeps."""
    found: dict[str, int] = {}
    for service in SERVICES:
        with psycopg.connect(owner_url(house, service)) as connection:
            tables = connection.execute(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
                " AND column_name = 'person_id'"
            ).fetchall()
            for (table,) in tables:
                statement = f'SELECT count(*) FROM "{table}" WHERE person_id = %s'
                row = connection.execute(statement.encode(), (one.person_id,)).fetchone()
                if row and row[0] and f"{service}.{table}" not in KEPT:
                    found[f"{service}.{table}"] = row[0]
    return found
