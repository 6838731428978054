"""`lotse up`: alone, seen from outside, and through everything that can die."""

import json
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import pytest

from lotse_chassis import streams
from lotse_contracts.catalogue import SERVICES
from lotse_contracts.intake import AcceptConcern
from lotse_local import environment, faces, keyring, plan
from lotse_local.commands import exits
from tests import kit
from tests.e2e.asking import frontend
from tests.e2e.house import House, alive, kill, postmasters

NAME = "auslaenderrat"


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    """One association that runs alone: no partner, no hub, no demonstration data."""
    folder = kit.new_folder()
    running = House(folder, ("--association", NAME))
    await running.start()
    yield running
    if running.running is not None and running.running.poll() is None:
        assert running.stop() == exits.OK
    assert running.quickly("down")[0] == exits.OK
    shutil.rmtree(folder, ignore_errors=True)


def sleeping() -> subprocess.Popen[bytes]:
    """A process of somebody else."""
    return subprocess.Popen(["sleep", "600"])


def owner_url(house: House) -> str:
    """Intake's database, as its owner."""
    found = plan.plan_of(house.data, NAME)
    passwords = keyring.database_passwords(found.place).services["intake"]
    return environment.database_url("intake", passwords, found.at, owner=True)


async def ready(house: House) -> None:
    """Until every service says so."""
    ports = plan.plan_of(house.data, NAME).at.http
    await kit.eventually(lambda: not any(faces.missing(port) for port in ports.values()))


def test_endpoints_say_where_everything_listens_to_its_owner_alone(house: House) -> None:
    found = house.endpoints()["associations"][NAME]
    assert stat.S_IMODE(house.data.endpoints.stat().st_mode) == 0o600
    assert set(found["http"]) == set(found["database"]) == set(SERVICES)
    for user, file in found["credentials"].items():
        assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600, user
        assert Path(file).read_text().startswith("SU")
    for url in found["database"].values():
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM outbox").fetchone() is not None


def test_a_second_start_says_so_and_changes_nothing(house: House) -> None:
    before = house.data.endpoints.read_bytes(), house.pids()
    second = house.lotse("up")
    assert second.returncode == exits.ALREADY_RUNNING
    assert "already running" in second.stdout
    assert (house.data.endpoints.read_bytes(), house.pids()) == before


async def test_status_says_that_all_is_well_and_what_it_takes(house: House) -> None:
    await ready(house)
    code, said = house.quickly("status")
    assert code == exits.OK, said
    assert "all is well" in said
    assert "MiB" in said
    assert json.loads(house.quickly("status", "--json")[1])["troubles"] == []


def test_notify_is_looked_after_on_what_runs(house: House) -> None:
    doubts = house.lotse("notify", "unresolved")
    assert (doubts.returncode, doubts.stdout) == (exits.OK, "")
    carriers = house.lotse("notify", NAME, "providers", "--lang", "en")
    assert carriers.returncode == exits.OK, carriers.stderr
    assert "smtp" in carriers.stdout
    assert house.lotse("notify", "serve").returncode == exits.USAGE
    assert house.lotse("notify", "switch", "fax").stderr.startswith("usage: lotse notify switch ")
    assert house.lotse("notify").stdout.startswith("usage: lotse notify ")


async def test_a_service_that_dies_is_started_again(house: House) -> None:
    name = f"{NAME}/notify"
    old = house.pid(name)
    kill(old)
    await kit.eventually(lambda: house.pid(name) not in {old, 0})
    await ready(house)
    assert house.processes()[name]["restarts"] >= 1


async def test_the_parent_of_the_services_may_die(house: House) -> None:
    before, parent = house.pids(), house.nursery()
    kill(parent)
    await kit.eventually(lambda: not alive({parent}))
    assert alive(before) == before
    name = f"{NAME}/ledger"
    old = house.pid(name)
    kill(old)
    await kit.eventually(lambda: house.pid(name) not in {old, 0})
    await ready(house)
    again = house.pid(name)
    kill(again)
    await kit.eventually(lambda: house.pid(name) not in {again, 0})
    await ready(house)


@pytest.mark.parametrize("engine", ["nats", "postgres"])
async def test_an_engine_that_dies_comes_back_and_services_find_it(house: House, engine: str) -> None:
    name = f"{NAME}/{engine}"
    old, services = house.pid(name), {service: house.pid(f"{NAME}/{service}") for service in SERVICES}
    kill(old)
    await kit.eventually(lambda: house.pid(name) not in {old, 0})
    await ready(house)
    assert services == {service: house.pid(f"{NAME}/{service}") for service in SERVICES}
    assert len(postmasters(house.folder)) == 1


async def test_a_stream_that_somebody_removed_is_made_again(house: House) -> None:
    place, at = house.data.association(NAME), house.endpoints()["associations"][NAME]
    with house.unattended():
        async with streams.connected(at["nats"], keyring.seed(place, "ops"), "ops") as client:
            await client.jetstream().delete_stream("DEAD")
        assert house.quickly("status")[0] == exits.NEEDS_ATTENTION

    async def is_there() -> bool:
        async with streams.connected(at["nats"], keyring.seed(place, "ops"), "ops") as client:
            return "DEAD" in [stream.config.name for stream in await client.jetstream().streams_info()]

    await kit.eventually(is_there)


def test_tokens_and_dead_letters_are_at_hand(house: House) -> None:
    for who in (("--role", "counsellor"), ("--auditor",)):
        code, token = house.quickly("token", *who, "--actor", "c-1")
        assert (code, token.count(".")) == (exits.OK, 2)
    assert house.quickly("token", "--role", "queen", "--actor", "c-1")[0] == exits.USAGE
    assert house.quickly("dead", "list") == (exits.OK, f"0 dead letter(s) in {NAME}\n")
    assert house.quickly("dead", "show", "12345")[0] == exits.FAILED
    assert house.quickly("provision") == (exits.OK, f"{NAME}: nothing to change\n")
    assert house.quickly("reconcile") == (exits.OK, "".join(f"{service}: 0 said again\n" for service in SERVICES))


async def test_a_staff_order_is_replayed_only_in_somebodys_name(house: House) -> None:
    """It is refused again: its concern is still unknown. An order without a token gets no rights by a replay."""
    await ready(house)
    async with frontend(house, NAME, "desk", "counsellor") as desk:
        refused = await desk.order(AcceptConcern(concern_id=uuid4()))
        desk.token = None
        anonymous = await desk.order(AcceptConcern(concern_id=uuid4()))
    assert [answer.problem.code for answer in (refused, anonymous) if answer.problem] == [
        "unknown_concern",
        "token_missing",
    ]
    await kit.eventually(lambda: house.lotse("dead", "list").stdout.count("accept-concern") == 2)
    assert "--actor" in house.lotse("dead", "replay", "1").stdout
    assert "gives it anew" in house.lotse("dead", "replay", "2", "--actor", "a-1").stdout
    assert house.lotse("dead", "replay", "1", "--actor", "a-1").returncode == exits.OK
    await kit.eventually(lambda: "     3 " in house.lotse("dead", "list").stdout)
    shown = house.lotse("dead", "show", "3").stdout
    assert "unknown_concern" in shown


async def test_a_killed_supervisor_starts_again_on_the_same_data(house: House) -> None:
    with psycopg.connect(owner_url(house)) as owner:
        owner.execute("CREATE TABLE kept (what text)")
    left, before = house.pids(), house.endpoints()["associations"]
    house.kill()
    assert alive(left) == left  # they go on working
    assert (await house.start())["associations"] == before
    await kit.eventually(lambda: not alive(left))
    assert len(postmasters(house.folder)) == 1
    with psycopg.connect(owner_url(house)) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)


async def test_a_process_that_merely_has_an_old_number_is_left_alone(house: House) -> None:
    stranger = sleeping()
    try:
        house.kill()
        pid_file = house.data.association(NAME).processes / "ledger.pid"
        pid_file.write_text(f'{{"pid": {stranger.pid}, "started": {psutil.Process(stranger.pid).create_time() - 60}}}')
        orphan = house.pid(f"{NAME}/ledger")
        os.kill(orphan, signal.SIGKILL)
        await house.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_it_stops_in_order_and_leaves_nothing_running(house: House) -> None:
    pids = house.pids()
    assert house.stop() == exits.OK
    assert not alive(pids)
    assert not house.data.endpoints.exists()
    assert house.quickly("status")[0] == exits.NOT_RUNNING
    assert house.quickly("provision")[0] == exits.NOT_RUNNING
    assert "kept" not in house.said()
    await house.start()


async def test_after_a_kill_down_ends_what_was_left(house: House) -> None:
    left = house.pids()
    house.kill()
    assert house.quickly("down")[0] == exits.OK
    assert not alive(left)
    await house.start()
