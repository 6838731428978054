"""An administrator provisions while the supervisor mends, and while a service writes a table anew."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from lotse_chassis import migrate
from lotse_intake.migrations import MIGRATIONS, RIGHTS
from lotse_local import databases, keyring
from lotse_local.commands import exits
from tests import kit
from tests.e2e.house import House

TIMES = 20


async def test_provisionings_at_once_all_end_well() -> None:
    folder = kit.new_folder()
    house = House(folder, ("--association", "auslaenderrat"))
    await house.start()
    try:
        done = await asyncio.gather(*(asyncio.to_thread(house.lotse, "provision") for _ in range(4)))
        assert [(one.returncode, one.stderr) for one in done] == [(exits.OK, "")] * 4
    finally:
        house.stop()
        kit.remove(folder)


def test_two_who_prepare_a_database_at_once_both_succeed(postgres: kit.Postgres) -> None:
    passwords = keyring.database_passwords(postgres.place).services["intake"]

    def prepare() -> bool:
        return any(databases.create_database(postgres.cluster, "intake", passwords) for _ in range(TIMES))

    assert sum(at_once(prepare, prepare)) <= 1


def test_rights_are_set_while_a_service_writes_its_index_anew(
    postgres: kit.Postgres, database: Callable[[str], kit.ServiceDatabase]
) -> None:
    intake = database("intake")

    def grant() -> bool:
        return any(migrate.migrate(intake.owner_url, "intake", MIGRATIONS, RIGHTS) for _ in range(TIMES))

    def rewrite() -> bool:
        with psycopg.connect(intake.url, autocommit=True) as service:
            done = [service.execute("SELECT rewrite_blind_index()").fetchone() for _ in range(TIMES)]
        return (True,) in done

    assert at_once(grant, rewrite) == [False, True]


def at_once(*works: Callable[[], bool]) -> list[bool]:
    """What each gives, when all run at the same time; raises what one of them raises."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [running.result() for running in [pool.submit(work) for work in works]]
