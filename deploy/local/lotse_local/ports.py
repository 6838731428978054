"""Ports are chosen once and kept, so that addresses stay what they were."""

import json
import random
import socket
from collections.abc import Iterable

from lotse_contracts.catalogue import SERVICES
from lotse_local.environment import HOST, Addresses
from lotse_local.layout import DataFolder, write_private

PORT_MIN, PORT_MAX = 20_000, 31_999  # below the ports that Linux gives to outgoing connections
TRIES_MAX = 2_000
HUB_PARTS = ("hub/nats", "hub/leaf", "hub/monitor")
ASSOCIATION_PARTS = (
    *("postgres", "nats", "nats-monitor", "mailbox-smtp", "mailbox-http"),
    *(f"http-{service}" for service in SERVICES),
)


class PortTaken(RuntimeError):
    """Somebody else listens on a port that was chosen before, or none is free."""


def addresses(folder: DataFolder, association: str) -> Addresses:
    """The ports of an association, chosen now if they were not yet."""
    names = [f"{association}/{part}" for part in ASSOCIATION_PARTS]
    kept = _kept(folder, names)
    port = {name.rsplit("/", 1)[1]: kept[name] for name in names}
    return Addresses(
        postgres=port["postgres"],
        nats=port["nats"],
        nats_monitor=port["nats-monitor"],
        http={service: port[f"http-{service}"] for service in SERVICES},
        mailbox_smtp=port["mailbox-smtp"],
        mailbox_http=port["mailbox-http"],
    )


def hub_ports(folder: DataFolder) -> tuple[int, int, int]:
    """Client, leaf and monitoring port of our own hub."""
    kept = _kept(folder, HUB_PARTS)
    return kept["hub/nats"], kept["hub/leaf"], kept["hub/monitor"]


def require_free(ports: Iterable[int], whose: str) -> None:
    """Raises PortTaken naming the ports, before anything is half started."""
    taken = [str(port) for port in ports if not _is_free(port)]
    if taken:
        raise PortTaken(f"{whose}: port {', '.join(taken)} is taken by another program; end it, then start again")


def _kept(folder: DataFolder, names: Iterable[str]) -> dict[str, int]:
    kept: dict[str, int] = json.loads(folder.ports.read_text()) if folder.ports.is_file() else {}
    missing = [name for name in names if name not in kept]
    for name in missing:
        kept[name] = _choose(set(kept.values()))
    if missing:
        write_private(folder.ports, json.dumps(kept, indent=1).encode())
    return kept


def _choose(taken: set[int]) -> int:
    for _ in range(TRIES_MAX):
        port = random.randint(PORT_MIN, PORT_MAX)  # noqa: S311 - two data folders should not choose the same
        if port not in taken and _is_free(port):
            return port
    raise PortTaken(f"no port between {PORT_MIN} and {PORT_MAX} is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
