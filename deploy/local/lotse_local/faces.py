"""What a service's HTTP face says about itself, asked with the standard library alone."""

import http.client
import json
import socket
from typing import Any

from lotse_local.environment import HOST

PROBE_SECONDS = 3.0


def missing(port: int) -> str:
    """What a service still waits for, in words; empty when it is ready."""
    found = get_json(port, "/health/ready")
    if found is None:
        return "does not answer yet"
    return ", ".join(f"{what}: {why}" for what, why in dict(found.get("missing", {})).items())


def unheard(*ports: int) -> str:
    """What does not accept a connection yet, in words; empty when all of them do."""
    for port in ports:
        try:
            socket.create_connection((HOST, port), PROBE_SECONDS).close()
        except OSError:
            return "does not answer yet"
    return ""


def counted(port: int, name: str) -> dict[str, float]:
    """A metric of a service by its labels, as `{name="sms"}`; empty if it does not answer or has none."""
    body = _get(port, "/metrics")
    lines = [line.rpartition(" ") for line in (body or b"").decode().splitlines() if not line.startswith("#")]
    return {shown.removeprefix(name): float(value) for shown, _, value in lines if shown.partition("{")[0] == name}


def get_json(port: int, path: str) -> Any:
    """The JSON that a local port answers with, whatever the status; None if it does not."""
    body = _get(port, path)
    try:
        return None if body is None else json.loads(body)
    except ValueError:
        return None


def _get(port: int, path: str) -> bytes | None:
    connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
