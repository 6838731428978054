"""What an association consists of: which processes, with which arguments and environment."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lotse_contracts import wiring
from lotse_contracts.catalogue import SERVICES
from lotse_local import broker, cards, environment, keyring, lock, ports, postgres, process
from lotse_local.broker_config import BrokerPlan, Leaf, broker_config
from lotse_local.environment import Addresses
from lotse_local.forking import Nursery
from lotse_local.keeper import Launch
from lotse_local.layout import AssociationFolder, DataFolder
from lotse_local.postgres import Cluster
from lotse_local.process import Command, Running

PREPARE_SECONDS = 180.0
NUDGE = "sources"  # a wish of `prepare`


class PreparationFailed(RuntimeError):
    """Databases, streams or migrations could not be brought to what is planned."""


@dataclass(frozen=True)
class AssociationPlan:
    """One association with its addresses, its link to a hub, and what forks its services, where there are such."""

    place: AssociationFolder
    at: Addresses
    leaf: Leaf | None = None
    nursery: Nursery | None = None

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.place.postgres, self.at.postgres, keyring.database_passwords(self.place).superuser)

    def launches(self) -> dict[str, Launch]:
        """Every process by its name; engines come first."""
        services = {service: self._service(service) for service in SERVICES}
        return {"postgres": self._postgres, "nats": self._nats, "mailbox": self._mailbox, **services}

    def orphans(self) -> None:
        """End whatever an earlier supervisor left running."""
        pid_files = [self.place.processes / f"{name}.pid" for name in (*SERVICES, "mailbox", "prepare")]
        with ThreadPoolExecutor(len(pid_files)) as threads:
            list(threads.map(process.end_orphan, pid_files))
        process.end_orphan(self.place.broker / "nats.pid")
        postgres.end_orphan(self.cluster)

    def all_ports(self) -> tuple[int, ...]:
        at = self.at
        return (at.postgres, at.nats, at.nats_monitor, at.mailbox_smtp, at.mailbox_http, *at.http.values())

    def prepare(self, *wishes: str) -> str:
        """Databases, rights, migrations, streams, in a process of its own whose memory goes with it; says what changed.

        An administrator's and the supervisor's come one after the other: each would take the other's for an orphan and
        end it. Raises PreparationFailed.
        """
        try:
            with lock.alone(self.place.processes / "prepare.lock", PREPARE_SECONDS):
                return self._prepared(*wishes)
        except TimeoutError as fault:
            raise PreparationFailed(f"{self.name}: {fault}") from None

    def _prepared(self, *wishes: str) -> str:
        log_file = self.place.processes / "prepare.log"
        before = log_file.stat().st_size if log_file.is_file() else 0
        module = ["lotse_local.prepare", str(self.place.root), self.name, *wishes]
        command, running = self._python("prepare", module, environment.plain_environment())
        try:
            code = running.wait(PREPARE_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        process.stop(command, running)
        if code != 0:
            raise PreparationFailed(f"{self.name} could not be prepared:\n{process.last_lines(command.log_file)}")
        with command.log_file.open() as log:
            log.seek(before)
            return log.read().strip()

    def expected(self) -> frozenset[str]:
        """Names of all streams and durables that must exist."""
        consumers = [consumer for service in SERVICES for consumer in wiring.consumers(service, self.name)]
        outgoing = f"FED_OUT_{self.name}"
        streams = {*wiring.stream_subjects(self.name), outgoing, "FED_IN"}
        senders = {f"{outgoing}/to_{partner}" for partner in cards.partners(self.place)}
        return frozenset(streams | senders | {f"{consumer.stream}/{consumer.durable}" for consumer in consumers})

    def _postgres(self) -> tuple[Command, Running]:
        return postgres.start(self.cluster, self.place.root / "engines")

    def _nats(self) -> tuple[Command, Running]:
        plan = BrokerPlan(
            association=self.name,
            port=self.at.nats,
            monitor_port=self.at.nats_monitor,
            store=str(self.place.broker / "store"),
            keys=keyring.broker_keys(self.place),
            leaf=self.leaf,
        )
        seed = keyring.seed(self.place, keyring.LEAF_USER) if self.leaf else ""
        command = broker.command(self.place.broker, broker_config(plan), leaf_seed=seed)
        return command, broker.start(command, self.at.nats_monitor)

    def _mailbox(self) -> tuple[Command, Running]:
        return self._python("mailbox", ["lotse_local.mailbox"], environment.mailbox_environment(self.place, self.at))

    def _service(self, service: str) -> Launch:
        def launch() -> tuple[Command, Running]:
            given = environment.service_environment(self.place, service, self.at)
            return self._python(service, [f"lotse_{service}", "serve"], given)

        return launch

    def _python(self, name: str, module: list[str], given: dict[str, str]) -> tuple[Command, Running]:
        """Forked where that is possible, else `python -m`."""
        arguments = module if self.nursery is not None else [sys.executable, "-m", *module]
        command = Command(name, arguments, self.place.processes, given)
        process.end_orphan(command.pid_file)
        return command, self.nursery.fork(command) if self.nursery is not None else process.start(command)


def plan_of(folder: DataFolder, name: str, leaf: Leaf | None = None, nursery: Nursery | None = None) -> AssociationPlan:
    """The plan of an association, its folders and secrets made if they are not there."""
    place = folder.association(name)
    place.create()
    keyring.create(place)
    return AssociationPlan(place, ports.addresses(folder, name), leaf, nursery)
