"""`lotse status` says what of messages waits for a person, by the numbers that notify's face shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from lotse_local import faces
from lotse_local.commands.status import MESSAGES, _of_messages
from lotse_notify.workers.counting import DeskMeters


@dataclass
class Face:
    """What a service shows at /metrics."""

    port: int
    registry: CollectorRegistry


@pytest.fixture
def face() -> Iterator[Face]:
    registry = CollectorRegistry()
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    yield Face(server.server_port, registry)
    server.shutdown()
    server.server_close()
    thread.join()


def troubles(port: int) -> list[str]:
    plan: Any = SimpleNamespace(name="auslaenderrat", at=SimpleNamespace(http={"notify": port}))
    return [trouble.what for trouble in _of_messages(plan)]


def test_a_metric_is_read_by_its_labels(face: Face) -> None:
    meters = DeskMeters(face.registry)
    meters.off.labels("sms").set(1)
    meters.off.labels("all").set(0)
    assert faces.counted(face.port, "lotse_notify_switched_off") == {'{name="sms"}': 1.0, '{name="all"}': 0.0}
    assert faces.counted(face.port, "lotse_notify_switched") == {}


def test_what_waits_for_a_person_is_said_with_what_to_do(face: Face) -> None:
    assert troubles(face.port) == []
    DeskMeters(face.registry).off.labels("sms").set(1)
    Gauge("lotse_notify_unresolved", "doubts", registry=face.registry).set(2)
    assert troubles(face.port) == [
        "auslaenderrat: 2 message(s) may or may not have left",
        "auslaenderrat: 1 switch(es) hold messages back",
    ]
    assert all("`lotse notify " in do for _, do in MESSAGES.values())


def test_a_service_that_does_not_answer_is_no_trouble_of_messages(face: Face) -> None:
    assert troubles(1) == [], "that it is not ready is said elsewhere"
