"""A broker process: its configuration written, started, ready, stopped."""

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from lotse_local import process
from lotse_local.broker_config import LEAF_SEED_VARIABLE
from lotse_local.engines import nats_server

READY_SECONDS = 20.0
POLL_SECONDS = 0.03
PROBE_SECONDS = 2.0
HOST = "127.0.0.1"
MEMORY_SOFT_MAX = "96MiB"  # from here on the server's garbage collector works harder


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
    try:
        with urllib.request.urlopen(f"http://{HOST}:{monitor_port}/healthz", timeout=PROBE_SECONDS) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def reload(running: subprocess.Popen[bytes]) -> None:
    """Let the server read its configuration again, as after a partner was added."""
    running.send_signal(process.RELOAD)
