"""Starts everything a data folder holds, keeps it running, and stops it in order."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial

from lotse_local import broker, cards, endpoints, faces, hub, ports, process
from lotse_local.broker_config import Leaf
from lotse_local.forking import Nursery
from lotse_local.keeper import Kept, Launch, Say
from lotse_local.layout import DataFolder, write_private
from lotse_local.lock import Lock
from lotse_local.plan import NUDGE, AssociationPlan, plan_of

DEFAULT_ASSOCIATION = "association"
READY_SECONDS = 120.0
READY_POLL_SECONDS = 0.1
STREAMS_CHECK_SECONDS = 10.0
STATE_SECONDS = 1.0
THREADS_MAX = 32  # each start waits in one, and none waits for another's
ENGINES = ("postgres", "nats")


class NotReady(RuntimeError):
    """Something did not become ready in time; the text says what and where its log is."""


@dataclass(frozen=True)
class Wish:
    """What is to run: associations by name (none: those that are there, or one), and a hub's URL."""

    associations: tuple[str, ...] = ()
    hub_url: str = ""


class Supervisor:
    """One data folder."""

    def __init__(self, folder: DataFolder, wish: Wish, say: Say) -> None:
        self._folder, self._wish, self._say = folder, wish, say
        self._stopping, self._reload = asyncio.Event(), asyncio.Event()
        self._plans: list[AssociationPlan] = []
        self._kept: dict[str, Kept] = {}
        # Elsewhere libraries do not bear a fork.
        self._nursery = Nursery(folder.root) if sys.platform == "linux" else None

    def stop(self) -> None:
        """Let `run` end."""
        self._stopping.set()

    def reload(self) -> None:
        """Partners or settings changed: provision again and restart the services."""
        self._reload.set()

    async def run(self, ready: Callable[[], None] | None = None) -> None:
        """Until stopped. Raises AlreadyRunning, or what kept it from starting; nothing is left running then."""
        lock = Lock(self._folder)
        lock.take()
        try:
            if await self._started():
                endpoints.write(self._folder, self._plans)
                if ready is not None:
                    ready()
                await self._watch()
        finally:
            await self._stop()
            lock.release()

    async def _started(self) -> bool:
        """False if it was stopped before everything was ready."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS_MAX, "lotse"))
        telling = asyncio.create_task(self._tell_state())
        starting = asyncio.ensure_future(self._start())
        stopped = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stopped, telling):
            task.cancel()
        if starting.done():
            await starting
            return True
        starting.cancel()
        await asyncio.wait({starting})
        return False

    async def _start(self) -> None:
        endpoints.remove(self._folder)
        names = self._wish.associations or self._folder.associations() or (DEFAULT_ASSOCIATION,)
        own_hub = len(names) > 1 and not self._wish.hub_url
        if self._nursery is not None:
            self._nursery.start()
        self._plans = [plan_of(self._folder, name, self._leaf(name, own_hub=own_hub), self._nursery) for name in names]
        cards.introduce(self._folder, tuple(names))
        await asyncio.gather(
            asyncio.to_thread(hub.end_orphan, self._folder),
            *(asyncio.to_thread(plan.orphans) for plan in self._plans),
        )
        for plan in self._plans:
            ports.require_free(plan.all_ports(), plan.name)
        if own_hub:
            members = [cards.own_card(plan.place) for plan in self._plans]
            self._keep("hub", lambda: hub.launch(self._folder, members))
        for plan in self._plans:
            for part, launch in plan.launches().items():
                self._keep(f"{plan.name}/{part}", launch)
        if own_hub:
            await self._kept["hub"].start()
        await asyncio.gather(*(self._start_association(plan) for plan in self._plans))

    def _leaf(self, name: str, *, own_hub: bool) -> Leaf | None:
        if own_hub:
            return hub.leaf(self._folder)
        remembered = self._folder.association(name).hub
        if self._wish.hub_url:
            remembered.parent.mkdir(parents=True, exist_ok=True)
            write_private(remembered, self._wish.hub_url.encode())
        return Leaf(remembered.read_text().strip()) if remembered.is_file() else None

    def _keep(self, name: str, launch: Launch) -> None:
        self._kept[name] = Kept(name, launch, self._say)

    def _of(self, plan: AssociationPlan, parts: Sequence[str] | None = None) -> list[Kept]:
        names = parts if parts is not None else [part for part in plan.launches() if part not in ENGINES]
        return [self._kept[f"{plan.name}/{part}"] for part in names]

    async def _start_association(self, plan: AssociationPlan) -> None:
        """Services import while the engines start; they wait by themselves for what is not there yet."""
        started = asyncio.gather(*(kept.start() for kept in self._of(plan)))
        try:
            await asyncio.gather(*(kept.start() for kept in self._of(plan, ENGINES)))
            self._say(f"{plan.name}: PostgreSQL and NATS run")
            await self._prepare(plan)
            await started
        except BaseException:
            await asyncio.gather(started, return_exceptions=True)  # what was begun is known before it is stopped
            raise
        self._kept[f"{plan.name}/nats"].after_restart = lambda: self._prepare_again(plan)
        await self._until_ready(plan)
        self._say(f"{plan.name}: all services are ready")

    async def _prepare(self, plan: AssociationPlan, *wishes: str) -> None:
        changes = (await asyncio.to_thread(plan.prepare, *wishes)).splitlines()
        if changes:
            self._say(f"{plan.name}: prepared ({len(changes)} changes, see {plan.place.processes / 'prepare.log'})")

    async def _prepare_again(self, plan: AssociationPlan, *wishes: str) -> None:
        """What cannot be mended now, as while an engine starts, is found missing again at the next look."""
        try:
            await self._prepare(plan, *wishes)
        except RuntimeError as fault:
            self._say(str(fault))

    async def _until_ready(self, plan: AssociationPlan) -> None:
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        probes = {service: partial(faces.missing, port) for service, port in plan.at.http.items()}
        probes["mailbox"] = partial(faces.unheard, plan.at.mailbox_smtp, plan.at.mailbox_http)
        missing = dict.fromkeys(probes, "not asked yet")
        while missing and not self._stopping.is_set():
            for name in list(missing):
                missing[name] = await asyncio.to_thread(probes[name])
                if not missing[name]:
                    del missing[name]
            for kept in self._of(plan):
                if kept.running is not None and kept.running.poll() is not None:
                    raise NotReady(f"{kept.name} ended with {kept.running.returncode}: {kept.log_tail()}")
            if asyncio.get_running_loop().time() > deadline:
                raise NotReady(f"{plan.name} is not ready after {READY_SECONDS:.0f} s: {missing}")
            await asyncio.sleep(READY_POLL_SECONDS)

    async def _watch(self) -> None:
        watching = [asyncio.create_task(kept.watch(self._stopping)) for kept in self._kept.values()]
        watching += [asyncio.create_task(self._mend(plan)) for plan in self._plans]
        watching += [asyncio.create_task(self._reloads()), asyncio.create_task(self._tell_state())]
        await self._stopping.wait()
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)

    async def _mend(self, plan: AssociationPlan) -> None:
        """Make streams and durables again that somebody took away, and wake the sources of a link that came back."""
        while True:
            await asyncio.sleep(STREAMS_CHECK_SECONDS)
            there = await asyncio.to_thread(broker.streams_and_consumers, plan.at.nats_monitor)
            if there is not None and (lost := plan.expected() - there):
                self._say(f"{plan.name}: {', '.join(sorted(lost))} is missing, provisioning again")
                await self._prepare_again(plan)
            elif there is not None and await asyncio.to_thread(_must_nudge, plan):
                self._say(f"{plan.name}: the link stands, but a partner is not heard: sourcing anew")
                await self._prepare_again(plan, NUDGE)
                await asyncio.sleep(broker.SILENT_SECONDS)

    async def _reloads(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            for plan in self._plans:
                await self._prepare_again(plan)
                await asyncio.gather(*(kept.restart() for kept in self._of(plan)))
            self._say("partners and settings were read again, the services restarted")

    async def _tell_state(self) -> None:
        while True:
            self._write_state()
            for kept in self._kept.values():
                if kept.command is not None:
                    process.put_aside(kept.command.log_file)
            await asyncio.sleep(STATE_SECONDS)

    def _write_state(self) -> None:
        state = {name: kept.summary() for name, kept in self._kept.items()}
        nursery = self._nursery.pid if self._nursery is not None else None
        known = {"pid": os.getpid(), "nursery_pid": nursery, "wish": asdict(self._wish), "processes": state}
        text = json.dumps(known, indent=1)
        if not self._folder.state.is_file() or self._folder.state.read_text() != text:
            write_private(self._folder.state, text.encode())

    async def _stop(self) -> None:
        endpoints.remove(self._folder)
        engines = [kept for name, kept in self._kept.items() if name.endswith(("/postgres", "/nats"))]
        others = [kept for name, kept in self._kept.items() if kept not in engines and name != "hub"]
        for group in (others, engines, [kept for name, kept in self._kept.items() if name == "hub"]):
            await asyncio.gather(*(kept.stop() for kept in group))
        if self._nursery is not None:
            await asyncio.to_thread(self._nursery.stop)
        if self._kept:
            self._write_state()


def _must_nudge(plan: AssociationPlan) -> bool:
    """A source that stays silent after the link is back was seen once in many cuts (source: nats-server #7615)."""
    return broker.links(plan.at.nats_monitor) > 0 and bool(broker.silent_sources(plan.at.nats_monitor))


def catch_signals(supervisor: Supervisor) -> None:
    """Ctrl-C and SIGTERM stop it in order, SIGHUP lets it read partners and settings again."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.reload)


def end_orphans(folder: DataFolder) -> None:
    """After a supervisor was killed: end what it left. Raises AlreadyRunning if one lives."""
    lock = Lock(folder)
    lock.take()
    try:
        endpoints.remove(folder)
        for name in folder.associations():
            plan_of(folder, name).orphans()
        hub.end_orphan(folder)
    finally:
        lock.release()
