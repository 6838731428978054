"""Real servers and waiting with a limit: what tests stand on beside pytest."""

import asyncio
import importlib
import inspect
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import typing
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import nats
import psutil
from nats.aio.client import Client

from lotse_chassis import migrate, streams
from lotse_local import broker as brokers
from lotse_local import databases, environment, keyring, postgres, process
from lotse_local.broker_config import BrokerPlan, Leaf, broker_config
from lotse_local.layout import OPEN_FOLDER, AssociationFolder, DataFolder

ASSOCIATION = "auslaenderrat"
EVENTUALLY_SECONDS = 60.0  # what comes true is seen at once; a loaded machine takes its time
POLL_SECONDS = 0.02
CHASSIS = "chassis"  # a database with the chassis's own tables alone

T = TypeVar("T")


@typing.overload
async def eventually(check: Callable[[], Coroutine[Any, Any, T]], seconds: float = ...) -> T: ...
@typing.overload
async def eventually(check: Callable[[], T], seconds: float = ...) -> T: ...
async def eventually(check: Callable[[], Any], seconds: float = EVENTUALLY_SECONDS) -> Any:
    """Call until it returns something true, and return that. A failing assertion inside counts as not yet."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = check()
            value = await found if inspect.isawaitable(found) else found
            if value:
                return value
            fault: AssertionError | None = None
        except AssertionError as failed:
            fault = failed
        if time.monotonic() > deadline:
            raise fault or AssertionError(f"not true within {seconds} s: {_source_of(check)}")
        await asyncio.sleep(POLL_SECONDS)


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def new_folder() -> Path:
    """A temporary data folder that PostgreSQL's account can pass through, which pytest's own are not as root."""
    folder = Path(tempfile.mkdtemp(prefix="lotse-test-"))
    folder.chmod(OPEN_FOLDER)
    return folder


def remove(folder: Path) -> None:
    """Take a temporary folder away."""
    shutil.rmtree(folder, ignore_errors=True)


def new_association(root: Path, name: str = ASSOCIATION) -> AssociationFolder:
    """Folders and secrets of an association."""
    place = DataFolder(root).association(name)
    place.create()
    keyring.create(place)
    return place


@dataclass(frozen=True)
class ServiceDatabase:
    """A migrated database of one service; `url` is the service's role, `owner_url` that of migrations."""

    service: str
    name: str
    url: str
    owner_url: str


@dataclass
class Postgres:
    """A running cluster that hands out fresh databases, copied from one migrated template a service."""

    place: AssociationFolder
    cluster: postgres.Cluster
    command: process.Command
    running: subprocess.Popen[bytes]
    templates: set[str] = field(default_factory=set)
    numbers: typing.Iterator[int] = field(default_factory=count)

    def database(self, service: str) -> ServiceDatabase:
        """A fresh migrated database; service `chassis` has the chassis's tables alone."""
        template = f"template_{service}"
        if template not in self.templates:
            databases.create_database(self.cluster, service, self._passwords(service), database=template)
            self._migrate(self._described(service, template))
            self.templates.add(template)
        name = f"{service}_{next(self.numbers)}"
        databases.copy_database(self.cluster, service, template=template, database=name)
        return self._described(service, name)

    def drop(self, database: ServiceDatabase) -> None:
        databases.drop_database(self.cluster, database.name)

    def start(self) -> None:
        """Start again after `stop` or `kill`, on the same data and port."""
        self.command, self.running = postgres.start(self.cluster, self.place.root / "engines")

    def stop(self) -> None:
        process.stop(self.command, self.running)

    def kill(self) -> None:
        """SIGKILL to all of it, as a power cut would: no other server starts while one of its children lives."""
        children = psutil.Process(self.running.pid).children()
        self.running.kill()
        self.running.wait()
        for child in children:
            process.end(child, signal.SIGKILL, EVENTUALLY_SECONDS)

    def _passwords(self, service: str) -> keyring.Passwords:
        known = keyring.database_passwords(self.place).services
        return known.get(service) or keyring.Passwords(f"{service}-owner", f"{service}-serves")

    def _described(self, service: str, database: str) -> ServiceDatabase:
        passwords = self._passwords(service)
        url = self.cluster.url(database, service, passwords.service)
        return ServiceDatabase(service, database, url, self.cluster.url(database, f"{service}_owner", passwords.owner))

    @staticmethod
    def _migrate(database: ServiceDatabase) -> None:
        if database.service == CHASSIS:
            migrate.migrate(database.owner_url, CHASSIS, (), {})
            return
        steps = importlib.import_module(f"lotse_{database.service}.migrations")
        migrate.migrate(database.owner_url, database.service, steps.MIGRATIONS, steps.RIGHTS)


def start_postgres(place: AssociationFolder, *, durable: bool = False) -> Postgres:
    """A cluster that does not wait for the disk, unless it is to be measured."""
    passwords = keyring.database_passwords(place)
    cluster = postgres.Cluster(place.postgres, free_ports(1)[0], passwords.superuser, durable=durable)
    command, running = postgres.start(cluster, place.root / "engines")
    return Postgres(place, cluster, command, running)


@dataclass
class Broker:
    """A real broker with streams and durables as the wiring wants them."""

    place: AssociationFolder
    plan: BrokerPlan
    command: process.Command
    running: subprocess.Popen[bytes]
    leaf_seed: str = ""
    ack_wait_seconds: float = streams.ACK_WAIT_SECONDS

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.plan.port}"

    @property
    def association(self) -> str:
        return self.plan.association

    def seed(self, user: str) -> str:
        return keyring.seed(self.place, user)

    def seed_file(self, user: str) -> Path:
        return self.place.seed(user)

    @asynccontextmanager
    async def connected(self, user: str, **options: Any) -> AsyncIterator[Client]:
        """A client with the rights of this user; permission faults go to `error_cb`, as with nats-py."""
        client = await nats.connect(
            self.url, nkeys_seed_str=self.seed(user), inbox_prefix=f"_INBOX_{user}".encode(), **options
        )
        try:
            yield client
        finally:
            await client.close()

    async def linked(self) -> None:
        """Until the link to the hub stands: what a broker asks over it before, it asks again only seconds later."""
        await eventually(lambda: brokers.links(self.plan.monitor_port) > 0)

    async def provision(self) -> tuple[str, ...]:
        wait = self.ack_wait_seconds
        return await streams.provision(self.url, self.seed("ops"), self.association, ack_wait_seconds=wait)

    async def provision_federation(self, *partners: str) -> tuple[str, ...]:
        return await streams.provision_federation(self.url, self.seed("fedops"), self.association, partners)

    def start(self) -> None:
        """Start again after `stop` or `kill`, on the same store and port."""
        self.running = brokers.start(self.command, self.plan.monitor_port)

    def stop(self) -> None:
        process.stop(self.command, self.running)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def wipe(self) -> None:
        """Lose the store of a stopped broker, as a broken disk would."""
        shutil.rmtree(self.plan.store, ignore_errors=True)


def start_broker(place: AssociationFolder, folder: Path, *, leaf: Leaf | None = None) -> Broker:
    """A broker in a folder of its own, not provisioned yet."""
    port, monitor_port = free_ports(2)
    plan = BrokerPlan(place.name, port, monitor_port, str(folder / "store"), keys=keyring.broker_keys(place), leaf=leaf)
    leaf_seed = keyring.seed(place, keyring.LEAF_USER) if leaf else ""
    command = brokers.command(folder, broker_config(plan), leaf_seed=leaf_seed)
    return Broker(place, plan, command, brokers.start(command, monitor_port), leaf_seed)


def settings_for(service: str, database: ServiceDatabase, broker: Broker, **changed: object) -> Any:
    """The settings that `app.build` of a service wants, as the supervisor would give them; keywords change fields."""
    build = importlib.import_module(f"lotse_{service}.app").build
    kind = typing.get_type_hints(build)["settings"]
    (http_port,) = free_ports(1)
    at = environment.Addresses(0, broker.plan.port, broker.plan.monitor_port, {service: http_port}, 0, 0)
    given = environment.service_environment(broker.place, service, at)
    given |= {"LOTSE_DATABASE_URL": database.url, "LOTSE_FED_SEED_FILE": ""}
    given |= {f"LOTSE_{name.upper()}": str(value) for name, value in changed.items()}
    return kind.from_env(given)


def _source_of(check: Callable[..., object]) -> str:
    try:
        return inspect.getsource(check).strip().splitlines()[0][:160]
    except (OSError, TypeError):
        return repr(check)
