"""Backup, erase, restore: she stays unreadable, and everybody else is there again."""

import asyncio
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_contracts.catalogue import SERVICES
from lotse_local import key_backups
from lotse_local.backup import digest_of
from lotse_local.commands import exits
from lotse_local.demo.frontend import AskRefused
from lotse_local.engines import postgres_binaries
from lotse_local.layout import DataFolder
from tests import kit
from tests.e2e.asking import Asker, erase, frontend, read, submit
from tests.e2e.house import House

NAME = "auslaenderrat"


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    made = kit.new_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


def new_house(folder: Path, name: str) -> House:
    place = folder / name
    place.mkdir(mode=0o711)
    return House(place, ("--association", NAME))


def rows(house: House, sql: str, *arguments: object) -> list[tuple[object, ...]]:
    with psycopg.connect(house.endpoints()["associations"][NAME]["database"]["intake"]) as connection:
        return connection.execute(sql.encode(), arguments).fetchall()


def person_of(house: House, asker: Asker) -> UUID:
    (found,) = rows(house, "SELECT person_id FROM enquiry WHERE enquiry_id = %s", asker.enquiry_id)
    return UUID(str(found[0]))


def keys_of(house: House, person: UUID) -> list[Path]:
    """Every file of hers that is a key, in all services."""
    place = house.data.association(NAME)
    return [file for service in SERVICES for file in place.person_keys(service).glob(f"{person}*.key")]


async def test_who_was_erased_after_the_backup_stays_unreadable(folder: Path) -> None:
    erased, kept = Asker("She is to be forgotten"), Asker("She is still being helped")
    old, new, backup = new_house(folder, "old"), new_house(folder, "new"), folder / "backup"
    await old.start()
    try:
        async with frontend(old, NAME, "web") as web:
            for asker in (erased, kept):
                await submit(web, asker)
                assert asker.text in "".join(await read(web, asker))
            person = person_of(old, erased)
            assert keys_of(old, person)
            await kit.eventually(lambda: indexed(old))
            assert old.quickly("backup", str(backup))[0] == exits.OK
            async with frontend(old, NAME, "desk", "coordinator") as desk:
                await erase(desk, person)
            await kit.eventually(lambda: not keys_of(old, person))
    finally:
        assert old.stop() == exits.OK

    (data,) = backup.glob("*.data")
    (keys,) = backup.glob("*.person-keys.tar")
    with tarfile.open(keys) as tar:
        assert any(str(person) in name for name in tar.getnames())  # the backup could give her back
    assert dumped(data, "blind_index") == []  # a projection, whose digests would outlive her erasure
    assert dumped(data, "person")
    assert new.quickly("restore", str(data))[0] == exits.USAGE  # somebody must say who was erased since
    code, said = new.quickly("restore", str(data), "--erasures", str(old.folder))
    assert (code, "1 erased person(s) stay erased" in said) == (exits.OK, True), said
    assert keys_of(new, person) == []

    await new.start()
    try:
        async with frontend(new, NAME, "web") as web:
            assert kept.text in "".join(await read(web, kept))
            with pytest.raises(AskRefused):
                await read(web, erased)
        await kit.eventually(lambda: rows(new, "SELECT 1 FROM enquiry WHERE enquiry_id = %s", erased.enquiry_id) == [])
        await kit.eventually(lambda: indexed(new) == 1)  # made again, for whoever is still here
        assert (await asyncio.to_thread(new.quickly, "reconcile"))[0] == exits.OK
    finally:
        assert new.stop() == exits.OK


def indexed(house: House) -> int:
    """How many persons a search can find."""
    ((number,),) = rows(house, "SELECT count(DISTINCT person_id) FROM blind_index")
    return int(str(number))


def dumped(data: Path, table: str) -> list[str]:
    """The rows of a table in a backup of intake's database."""
    command = [str(postgres_binaries() / "pg_restore"), "--data-only", f"--table={table}", "--file=-"]
    done = subprocess.run([*command, str(data / "intake.dump")], check=True, capture_output=True, text=True)
    _, found, rest = done.stdout.partition(f"COPY public.{table} ")
    return rest.split("\n\\.")[0].splitlines()[1:] if found else []


def test_whoever_was_erased_is_taken_out_of_older_backups_of_keys(folder: Path) -> None:
    place, target = DataFolder(folder / "data").association(NAME), folder / "backup"
    place.create()
    target.mkdir()
    erased, kept = uuid4(), uuid4()
    for person in (erased, kept):
        (place.person_keys("intake") / f"{person}.key").write_bytes(f"key of {person}".encode())
    archive = target / f"{NAME}-20261120T000000Z.person-keys.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(place.folder / "person-keys", "person-keys")
    digest = digest_of(archive)
    (place.person_keys("notify") / f"{erased}.gone").touch()
    at = datetime(2026, 11, 25, tzinfo=UTC)
    assert key_backups.tidy(place, target, at) == (0, 1)
    assert f"key of {erased}".encode() not in archive.read_bytes()
    assert f"key of {kept}".encode() in archive.read_bytes()
    assert [path.name for path in target.iterdir()] == [archive.name]
    (place.person_keys("intake") / f"{kept}.gone").touch()
    assert key_backups.tidy(place, target, at) == (0, 1)
    assert key_backups.was(archive) == digest  # the data's manifest still knows it
    assert key_backups.tidy(place, target, at) == (0, 0)


def test_backups_of_keys_do_not_grow_older_than_a_fortnight(folder: Path) -> None:
    place, target = DataFolder(folder / "data").association(NAME), folder / "backup"
    place.create()
    target.mkdir()
    names = [f"{NAME}-20261111T000000Z.person-keys.tar", f"{NAME}-20261112T000000Z.person-keys.tar"]
    for name in (*names, "other-20200101T000000Z.person-keys.tar"):
        with tarfile.open(target / name, "w"):
            pass
    assert key_backups.tidy(place, target, datetime(2026, 11, 25, 12, tzinfo=UTC)) == (1, 0)
    assert {path.name for path in target.iterdir()} == {names[1], "other-20200101T000000Z.person-keys.tar"}


def test_a_backup_that_was_changed_is_refused(folder: Path) -> None:
    house, data = new_house(folder, "fresh"), folder / "x.data"
    data.mkdir()
    (data / "manifest.json").write_text('{"format": 1, "association": "aa", "sha256": {"intake.dump": "00"}}')
    (data / "intake.dump").write_bytes(b"changed")
    code, _ = house.quickly("restore", str(data), "--no-erasures-since")
    assert code == exits.FAILED
    assert house.data.associations() == ()
