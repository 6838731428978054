"""`lotse status`: how it is, and what to do, in plain words."""

import argparse
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lotse_contracts.catalogue import SERVICES
from lotse_local import broker, cards, faces, lock, memory
from lotse_local.commands import arguments, exits
from lotse_local.layout import DataFolder
from lotse_local.plan import AssociationPlan, plan_of

WAITING_MAX = timedelta(hours=1)
QUEUES = {
    "COMMANDS": "read the logs of the services that do not take their orders",
    "ORDERS_PUBLIC": "read intake's log: it does not take what people send",
    "FED_OUT_{name}": "the hub or the partner is away: ask them",
    "FED_IN": "read referral's and ledger's logs: they do not take what partners sent",
}
"""Streams whose messages go when somebody has taken them, and what to do when nobody does."""
MESSAGES = {
    "lotse_notify_unresolved": (
        "message(s) may or may not have left",
        "ask the people; `lotse notify unresolved` lists the messages, `lotse notify resolve` takes what you found out",
    ),
    "lotse_notify_offices_not_told": (
        "mail(s) to offices or the staff never left",
        "`lotse notify dead` says why; mend it, then `lotse notify dead replay`",
    ),
    "lotse_notify_switched_off": (
        "switch(es) hold messages back",
        "`lotse notify switch` shows them; `lotse notify switch NAME on` lets go of each",
    ),
}
"""Metrics of notify that somebody must look at while they are not 0, and what to do."""


@dataclass(frozen=True)
class Trouble:
    """What is wrong, and what a person does about it."""

    what: str
    do: str


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 all is well, 4 nothing runs, 5 something needs attention."""
    folder = arguments.folder_of(args)
    pid = lock.holder(folder)
    if pid is None:
        _say_stopped(folder, as_json=args.json)
        return exits.NOT_RUNNING
    state = json.loads(folder.state.read_text()) if folder.state.is_file() else {"processes": {}}
    running = sorted({name.split("/")[0] for name in state["processes"] if "/" in name})
    troubles = _of_processes(state["processes"])
    if folder.endpoints.is_file():
        troubles += [trouble for name in running for trouble in _of_association(folder, name, state["processes"])]
    else:
        troubles.append(Trouble("not everything is ready yet", "wait a moment; `lotse up` says what it waits for"))
    if args.json:
        found = {"memory_mib": memory.of(state), "troubles": [asdict(trouble) for trouble in troubles]}
        shown = {"running": True, "pid": pid, **state, **found}
        print(json.dumps(shown, indent=1))
    else:
        _say(folder, state, troubles)
    return exits.NEEDS_ATTENTION if troubles else exits.OK


def _of_processes(processes: dict[str, dict[str, Any]]) -> list[Trouble]:
    troubles = []
    for name, process in processes.items():
        if process["state"] == "given up":
            why = f"{name} died again and again and is given up (exit code {process['exit_code']})"
            troubles.append(Trouble(why, f"read {process['log']}, mend the cause, then `lotse down` and `lotse up`"))
        elif process["state"] != "running":
            troubles.append(Trouble(f"{name} is {process['state']}", f"if it stays so, read {process['log']}"))
    return troubles


def _of_association(folder: DataFolder, name: str, processes: dict[str, Any]) -> list[Trouble]:
    plan = plan_of(folder, name)
    troubles = []
    for service in SERVICES:
        if missing := faces.missing(plan.at.http[service]):
            log = plan.place.processes / f"{service}.log"
            troubles.append(Trouble(f"{name}/{service} is not ready: {missing}", f"if it stays so, read {log}"))
    linked = "hub" in processes or plan.place.hub.is_file()
    return [*troubles, *_of_messages(plan), *_of_streams(plan), *(_of_link(plan) if linked else [])]


def _of_messages(plan: AssociationPlan) -> list[Trouble]:
    """What nobody but a person can settle, and what somebody switched off and may have forgotten."""
    port, troubles = plan.at.http["notify"], []
    for metric, (what, do) in MESSAGES.items():
        if number := int(sum(faces.counted(port, metric).values())):
            troubles.append(Trouble(f"{plan.name}: {number} {what}", do))
    return troubles


def _of_streams(plan: AssociationPlan) -> list[Trouble]:
    there = broker.streams_and_consumers(plan.at.nats_monitor)
    if there is None:
        return [Trouble(f"{plan.name}: the broker does not answer", f"read {plan.place.broker / 'nats.log'}")]
    troubles = []
    if lost := plan.expected() - there:
        what = f"{plan.name}: {', '.join(sorted(lost))} is missing"
        troubles.append(Trouble(what, "it is made again within seconds; then run `lotse reconcile`"))
    held = broker.waiting(plan.at.nats_monitor)
    if "DEAD" in held:
        what = f"{plan.name}: {held['DEAD'].messages} dead letter(s)"
        troubles.append(Trouble(what, f"look at them with `lotse dead list --association {plan.name}`, mend, replay"))
    return [*troubles, *_of_queues(plan, held)]


def _of_queues(plan: AssociationPlan, held: dict[str, broker.Waiting]) -> list[Trouble]:
    """Work that waits for an hour shows that somebody does not work, though each process runs."""
    troubles = []
    for template, why in QUEUES.items():
        stream = template.format(name=plan.name)
        queue = held.get(stream)
        if queue is not None and datetime.now(UTC) - queue.since > WAITING_MAX:
            what = f"{plan.name}: {queue.messages} message(s) wait in {stream} since {queue.since:%F %H:%M}"
            troubles.append(Trouble(what, why))
    return troubles


def _of_link(plan: AssociationPlan) -> list[Trouble]:
    """Transfers wait in FED_OUT while the hub or the partner is away; that is no fault, but somebody should know."""
    if cards.partners(plan.place) and broker.links(plan.at.nats_monitor) == 0:
        return [Trouble(f"{plan.name}: the hub is away", "transfers wait until it is back; ask who runs it")]
    silent = [name.removeprefix("FED_OUT_") for name in sorted(broker.silent_sources(plan.at.nats_monitor))]
    what, ask = f"{plan.name}: {', '.join(silent)} is not heard", "transfers wait until it is back; ask the partner"
    return [Trouble(what, ask)] if silent else []


def _say(folder: DataFolder, state: dict[str, Any], troubles: list[Trouble]) -> None:
    used = memory.of(state)
    for name, process in state["processes"].items():
        restarts = f", restarted {process['restarts']} times" if process["restarts"] else ""
        size = f"{used[name]:4} MiB" if name in used else " " * 8
        print(f"{name:28} {process['state']:10} {size}{restarts}")
    if used:
        for name in (memory.NURSERY, memory.SUPERVISOR):
            print(f"{name:28} {'running':10} {used.get(name, 0):4} MiB")
        print(f"{'together':28} {'':10} {sum(used.values()):4} MiB")
    if not troubles:
        print(f"all is well; {folder.endpoints} says where everything listens")
    for trouble in troubles:
        print(f"! {trouble.what}\n  -> {trouble.do}")


def _say_stopped(folder: DataFolder, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"running": False, "associations": folder.associations()}, indent=1))
    elif folder.associations():
        print(f"nothing runs; `lotse up --data {folder.root}` starts {', '.join(folder.associations())}")
    else:
        print(f"{folder.root} is empty; `lotse up --data {folder.root}` makes an association there")
