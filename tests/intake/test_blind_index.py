"""The index: unreadable, made again whenever it is lost, and without a trace of whoever is forgotten."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from lotse_chassis.settings import SettingsInvalid
from lotse_contracts import intake
from lotse_intake.app import build
from lotse_intake.handlers import index_work, indexing
from lotse_intake.providers.pepper import Pepper, read_pepper
from lotse_local import databases
from tests import kit
from tests.intake.given import Intake
from tests.intake.looking import (
    BORN,
    NAME,
    PHONE,
    SAME_ONE,
    SOMEBODY,
    found,
    in_index,
    indexed,
    known_as,
    office_of,
    waiting,
)
from tests.kit import Postgres


async def test_an_index_of_other_rules_or_another_pepper_is_made_again(here: Intake) -> None:
    person_id = await known_as(here, NAME)
    await known_as(here, SAME_ONE)
    assert len(await indexed(here)) == 1
    before = here.rows("SELECT digest FROM blind_index ORDER BY 1")
    assert await indexed(here) == []
    assert here.rows("SELECT digest FROM blind_index ORDER BY 1") == before
    pepper = here.settings.kek_file
    assert pepper
    here.settings = here.settings.model_copy(update={"pepper_file": pepper})
    here.service = build(here.settings)
    assert (await found(here, name=NAME))[0].missing == 2
    async with here.service.unit() as unit:
        assert await indexing.index_some(office_of(here), here.context(), unit.tx) == 2
    assert here.counts()["to_index"] == 0  # nobody is compared anew
    assert not set(here.rows("SELECT digest FROM blind_index")) & set(before)
    answer, _ = await found(here, name=NAME)
    assert person_id in {one.person_id for one in answer.persons}
    assert answer.missing == 0


async def test_the_index_holds_nothing_that_can_be_tried_without_the_pepper(here: Intake) -> None:
    await known_as(here, NAME, phone=PHONE)
    await indexed(here)
    kept = {digest for (digest,) in here.rows("SELECT digest FROM blind_index")}
    keys = [(kind, text) for kind in range(1, 7) for text in (PHONE[-9:], "knrcnk", "olena|knrcnk")]
    assert kept & {digest for _, digest in office_of(here).pepper.digests(keys)}
    assert not kept & {digest for _, digest in Pepper(b"x" * 32).digests(keys)}


async def test_who_is_being_erased_is_found_by_nobody_and_leaves_no_digest(here: Intake) -> None:
    first = await known_as(here, NAME, born=BORN)
    second = await known_as(here, SAME_ONE, born=BORN)
    await indexed(here)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE person SET frozen = true WHERE person_id = %s", (first,))
    assert [one.person_id for one in (await found(here, name=NAME))[0].persons] == [second]
    assert (await waiting(here)).waiting == 0
    await here.hear(intake.ErasePerson(person_id=first), actor=None)
    assert await in_index(here) == {second}
    assert here.counts()["duplicate_pair"] == 0
    assert here.rows(f"SELECT count(*) FROM to_index WHERE person_id = '{first}'") == [(0,)]


async def test_a_worker_that_comes_late_indexes_nobody_who_is_being_erased(here: Intake) -> None:
    person_id = await known_as(here, NAME)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE person SET frozen = true WHERE person_id = %s", (person_id,))
    assert await indexed(here) == []
    assert await in_index(here) == set()


async def test_the_index_is_in_no_write_ahead_log_and_in_no_backup(here: Intake) -> None:
    unlogged = here.rows("SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' ORDER BY 1")
    assert unlogged == [("blind_index",), ("blind_index_mark",)]


def test_a_pepper_is_read_or_follows_from_the_key_encryption_key(tmp_path: Path) -> None:
    (tmp_path / "pepper").write_bytes(b"p" * 32)
    (tmp_path / "short").write_bytes(b"p")
    derived, read = read_pepper(None, b"k" * 32), read_pepper(tmp_path / "pepper", b"k" * 32)
    assert derived.scheme == read_pepper(None, b"k" * 32).scheme
    assert len({derived.scheme, read.scheme, read_pepper(None, b"l" * 32).scheme}) == 3
    for wrong in ("short", "missing"):
        with pytest.raises(SettingsInvalid, match="LOTSE_PEPPER_FILE"):
            read_pepper(tmp_path / wrong, b"k" * 32)


async def test_the_worker_of_the_service_does_it_all(here: Intake) -> None:
    first, second = await known_as(here, NAME), await known_as(here, SAME_ONE)
    while await index_work.index_turn(here.service, office_of(here)):
        pass
    bodies = here.rows("SELECT body FROM outbox WHERE subject LIKE '%suspected%'")
    (staged,) = [json.loads(body)["data"] for (body,) in bodies]
    assert staged["person_id"] in (str(first), str(second))


async def test_two_workers_at_once_do_nothing_twice_and_miss_nobody(here: Intake) -> None:
    for _ in range(10):
        await known_as(here, NAME)

    async def work() -> None:
        while here.counts()["to_index"]:
            await index_work.index_turn(here.service, office_of(here))

    await asyncio.gather(work(), work())
    assert len(await in_index(here)) == 10
    assert (await waiting(here)).waiting == 45
    assert here.rows("SELECT count(*) FROM outbox WHERE subject LIKE '%suspected%'") == [(45,)]


async def test_a_crash_of_the_database_empties_the_index_and_it_is_made_again(here: Intake, postgres: Postgres) -> None:
    first, second = await known_as(here, NAME, phone=PHONE), await known_as(here, SAME_ONE)
    assert len(await indexed(here)) == 1
    before = sorted(here.rows("SELECT person_id, kind, digest FROM blind_index"))
    with databases.connect(postgres.cluster) as admin:
        admin.execute("CHECKPOINT")  # the tests' cluster does not wait for the disk at a commit
    postgres.kill()
    postgres.start()
    assert here.rows("SELECT count(*) FROM blind_index") == [(0,)]
    assert await kit.eventually(lambda: found(here, name=NAME))
    answer, _ = await found(here, name=NAME)
    assert (answer.persons, answer.missing) == ((), 2)
    assert await indexed(here) == []
    assert sorted(here.rows("SELECT person_id, kind, digest FROM blind_index")) == before
    answer, _ = await found(here, name=NAME)
    assert ({one.person_id for one in answer.persons}, answer.missing) == ({first, second}, 0)


async def test_after_an_erasure_no_page_of_the_index_keeps_a_trace(here: Intake, postgres: Postgres) -> None:
    person_id = await known_as(here, NAME, phone=PHONE)
    await known_as(here, SOMEBODY)
    await indexed(here)
    digests = {digest for (digest,) in here.rows(f"SELECT digest FROM blind_index WHERE person_id = '{person_id}'")}
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    assert await index_work.rewrite_index(here.service, 0) == 0
    assert traces(here, postgres, digests) == digests
    confirmed(here)
    assert await kit.eventually(lambda: index_work.rewrite_index(here.service, 0)) == 1
    assert traces(here, postgres, digests) == set()
    assert await index_work.rewrite_index(here.service, 1) == 1
    assert [one.person_id for one in (await found(here, name=SOMEBODY))[0].persons]


async def test_an_old_snapshot_keeps_no_trace_in_the_index(here: Intake, postgres: Postgres) -> None:
    person_id, other = await known_as(here, NAME, phone=PHONE), await known_as(here, SOMEBODY)
    await indexed(here)
    before = here.rows(f"SELECT kind, digest FROM blind_index WHERE person_id = '{other}' ORDER BY 1, 2")
    digests = {digest for (digest,) in here.rows(f"SELECT digest FROM blind_index WHERE person_id = '{person_id}'")}
    with psycopg.connect(here.database.owner_url) as reads_for_long:
        reads_for_long.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reads_for_long.execute("SELECT count(*) FROM enquiry")
        await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
        confirmed(here)
        assert await index_work.rewrite_index(here.service, 0) == 1
        assert reads_for_long.execute("SELECT count(*) FROM erasure").fetchone() == (0,)
    assert traces(here, postgres, digests) == set()
    assert await kit.eventually(lambda: here.rows("SELECT kind, digest FROM blind_index ORDER BY 1, 2")) == before
    assert [one.person_id for one in (await found(here, name=SOMEBODY))[0].persons] == [other]


async def test_as_long_as_a_backup_has_the_index_in_use_it_is_searched_and_written_anew_after(here: Intake) -> None:
    person_id, other = await known_as(here, NAME), await known_as(here, SOMEBODY)
    await indexed(here)
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    confirmed(here)
    with psycopg.connect(here.database.owner_url) as backup:
        backup.execute("LOCK TABLE blind_index IN ACCESS SHARE MODE")
        file = here.rows("SELECT pg_relation_filepath('blind_index')")
        assert await index_work.rewrite_index(here.service, 0) == 0
        assert [one.person_id for one in (await found(here, name=SOMEBODY))[0].persons] == [other]
        assert here.rows("SELECT pg_relation_filepath('blind_index')") == file
    assert await index_work.rewrite_index(here.service, 0) == 1
    assert here.rows("SELECT pg_relation_filepath('blind_index')") != file


async def test_of_two_erasures_the_one_that_is_committed_late_is_not_missed(here: Intake) -> None:
    for name in (NAME, SOMEBODY):
        await here.hear(intake.ErasePerson(person_id=await known_as(here, name)), actor=None)
    first, second = (row[0] for row in here.rows("SELECT person_id FROM erasure"))
    confirmed(here, first)
    assert await index_work.rewrite_index(here.service, 0) == 1
    file = here.rows("SELECT pg_relation_filepath('blind_index')")
    confirmed(here, second, "begun_at - interval '1 hour'")
    assert await index_work.rewrite_index(here.service, 1) == 2
    assert here.rows("SELECT pg_relation_filepath('blind_index')") != file


async def test_no_digest_is_copied_to_the_statistics_of_the_database(here: Intake) -> None:
    for _ in range(12):
        await known_as(here, NAME)
    await indexed(here)
    with psycopg.connect(here.database.owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE blind_index")
        query = "SELECT attname FROM pg_stats WHERE tablename = 'blind_index' ORDER BY 1"
        assert owner.execute(query).fetchall() == [("kind",), ("person_id",)]


def confirmed(here: Intake, person_id: UUID | None = None, at: str = "begun_at") -> None:
    """All services have said that she is forgotten, everybody where nobody is named."""
    with psycopg.connect(here.database.owner_url) as connection:
        whose = f" WHERE person_id = '{person_id}'" if person_id else ""
        connection.execute(f"UPDATE erasure SET confirmed_at = {at}{whose}".encode())


def traces(here: Intake, postgres: Postgres, digests: set[bytes]) -> set[bytes]:
    """Which digests stand in any file of the database, once a stop has written everything to the disk."""
    (path,) = here.rows("SELECT pg_relation_filepath('blind_index')")
    postgres.stop()
    files = [file for file in (postgres.cluster.data / path[0]).parent.iterdir() if file.is_file()]
    whole = b"|".join(file.read_bytes() for file in files)
    postgres.start()
    return {digest for digest in digests if digest in whole}
