"""A broker process: its configuration written, started, ready, stopped."""

import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lotse_local import faces, process
from lotse_local.broker_config import LEAF_SEED_VARIABLE
from lotse_local.engines import nats_server

READY_SECONDS = 20.0
POLL_SECONDS = 0.03
SILENT_SECONDS = 60.0  # longer than a link takes to come back after a cut
NANOSECONDS = 1_000_000_000  # a second, in what the server tells
MEMORY_SOFT_MAX = "96MiB"  # from here on the server's garbage collector works harder


@dataclass(frozen=True)
class Waiting:
    """How many messages a stream holds, and since when the oldest is there."""

    messages: int
    since: datetime


class BrokerFailed(RuntimeError):
    """The server did not become ready."""


def command(folder: Path, config: str, *, name: str = "nats", leaf_seed: str = "") -> process.Command:
    """Write the configuration and say how the server is run."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.conf"
    part = file.with_suffix(".conf.part")
    part.touch(mode=0o600)
    part.write_text(config)
    part.replace(file)
    return process.Command(
        name=name,
        arguments=[str(nats_server()), "--config", str(file)],
        folder=folder,
        environment={"TZ": "UTC", "GOMEMLIMIT": MEMORY_SOFT_MAX, LEAF_SEED_VARIABLE: leaf_seed},
    )


def start(how: process.Command, monitor_port: int) -> subprocess.Popen[bytes]:
    """End an orphan, start, and wait until the server is ready."""
    process.end_orphan(how.pid_file)
    running = process.start(how)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        if is_ready(monitor_port):
            return running
        time.sleep(POLL_SECONDS)
    process.stop(how, running)
    raise BrokerFailed(f"nats-server did not start:\n{process.last_lines(how.log_file)}")


def is_ready(monitor_port: int) -> bool:
    """Whether the server, with its streams, says that it is well."""
    return bool((faces.get_json(monitor_port, "/healthz") or {}).get("status") == "ok")


def streams_and_consumers(monitor_port: int) -> frozenset[str] | None:
    """The names of all streams, and of consumers as `stream/consumer`; None if the server does not answer."""
    streams = _streams(monitor_port)
    if streams is None:
        return None
    names = {str(stream["name"]) for stream in streams}
    return frozenset(names | {f"{s['name']}/{c['name']}" for s in streams for c in s.get("consumer_detail") or []})


def waiting(monitor_port: int) -> dict[str, Waiting]:
    """What each stream holds that is not empty."""
    states = {str(stream["name"]): stream["state"] for stream in _streams(monitor_port) or []}
    return {
        name: Waiting(int(state["messages"]), datetime.fromisoformat(state["first_ts"]))
        for name, state in states.items()
        if state["messages"]
    }


def links(monitor_port: int) -> int:
    """How many leaf links stand."""
    return int((faces.get_json(monitor_port, "/leafz") or {}).get("leafnodes", 0))


def silent_sources(monitor_port: int, seconds: float = SILENT_SECONDS) -> frozenset[str]:
    """The partners' streams that nothing was heard of for so long; each says a heartbeat every second."""
    found = [stream for stream in _streams(monitor_port) or [] if stream["name"] == "FED_IN"]
    sources = [source for stream in found for source in stream.get("sources") or []]
    silent = [source for source in sources if source.get("error") or not 0 <= source["active"] < seconds * NANOSECONDS]
    return frozenset(str(source["name"]) for source in silent)


def _streams(monitor_port: int) -> list[dict[str, Any]] | None:
    found = faces.get_json(monitor_port, "/jsz?accounts=true&streams=true&consumers=true")
    if found is None:
        return None
    return [stream for account in found.get("account_details", []) for stream in account.get("stream_detail") or []]
