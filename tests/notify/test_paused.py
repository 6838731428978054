"""Trap 23: a process that is paused past its lease (SIGSTOP, a machine that is moved) wakes up and harms nothing."""

import os
import signal
from functools import partial

import pytest

from tests import kit
from tests.chaos.processes import running
from tests.notify.given import Databases
from tests.notify.test_killed_at_each_moment import beside, set_up_gateway
from tests.peers.gateway import Gateway
from tests.peers.line import Trap
from tests.peers.watched import ALWAYS, Watched, people, watched


@pytest.fixture
def stored(database: Databases) -> kit.ServiceDatabase:
    return database("notify")


async def test_a_paused_process_is_taken_for_doubtful_and_its_late_yes_counts_when_it_wakes(
    stored: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    """Another process runs meanwhile; it neither sends again nor loses what the first one still brings."""
    gateway = Gateway()
    await gateway.start()
    told = people(1, lambda number: f"+4477009002{number:02d}")
    async with watched(stored, broker, peer_port=gateway.port) as house:
        beside(house, set_up_gateway() | {"LOTSE_SMS_TIMEOUT_SECONDS": "300"})
        pausing = partial(_signal, house, signal.SIGSTOP)
        trap = house.lines.peer.set_trap(Trap("back", b"Accepted for delivery", pausing, passes=True, cuts=False))
        await house.tell(told, "sms")
        await house.start()
        await kit.eventually(lambda: trap.sprung)
        with running("notify", stored, broker, **ALWAYS) as other:
            other.changed |= house.notify.changed
            house.rows("UPDATE send_attempt SET lease_until = now() WHERE state = 'submitting' RETURNING 1")
            other.start()
            await other.ready()
            await kit.eventually(lambda: house.attempts() == ["unknown"])
            _signal(house, signal.SIGCONT)
            await kit.eventually(lambda: house.attempts() == ["accepted"])
            assert list(house.states().values()) == ["awaiting_receipt"]
        assert set(gateway.copies().values()) == {1}
    await gateway.stop()


def _signal(house: Watched, number: signal.Signals) -> None:
    assert house.notify.process is not None
    os.kill(house.notify.process.pid, number)
