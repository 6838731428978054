"""Notify is killed at each moment of an SMS's way: nobody gets a second one from us, nobody is forgotten.

`kill -9` beside a real Kannel with a centre behind it, and beside a gateway that takes messages and drops the line;
once of Kannel itself.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from lotse_notify.domain.outcome import RECEIPT_SECONDS_MAX, SETTLE_SECONDS
from tests import kit
from tests.notify.given import Databases
from tests.peers.gateway import Gateway
from tests.peers.kannel import PASSWORD, SENDER, USER, Kannel
from tests.peers.line import Trap
from tests.peers.smsc import Smsc
from tests.peers.watched import Somebody, Watched, people, watched

PEOPLE = 8
CALLBACK_SECRET = b"a secret of the webhooks"
FORGOTTEN = "got DLR but could not find message"

MOMENTS: dict[str, tuple[str, Trap]] = {
    "before the intent": ("database", Trap("out", b"INSERT INTO send_attempt")),
    "after the intent": ("peer", Trap("out", b"", count=3)),
    "mid-bytes": ("peer", Trap("out", b"X-Kannel-To: ", count=3, passes=True)),
    "after the yes": ("peer", Trap("back", b"Accepted for delivery", count=3)),
    "after the commit": ("broker", Trap("out", b".evt.notify.message-sent.", count=2)),
    "before a receipt is kept": ("database", Trap("out", b"INSERT INTO receipt")),  # all may come in one
    "after a receipt is kept": ("receipts", Trap("back", b"200 OK", count=3)),
}
"""Which line is watched, and what kills."""

Numbers = Callable[[int], str]
_series = iter(range(100, 1000, 10))


@pytest.fixture
def numbers() -> Numbers:
    """Of a test alone; nobody has them: Ofcom's numbers for drama."""
    series = next(_series)
    return lambda number: f"+447700900{series + number:03d}"


@pytest.fixture(scope="module")
async def kannel(smsc: Smsc) -> AsyncIterator[Kannel]:
    gateway = Kannel(smsc.port)
    try:
        await gateway.start()
        yield gateway
    finally:
        gateway.stop()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    server = Gateway()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def stored(database: Databases) -> kit.ServiceDatabase:
    return database("notify")


@pytest.fixture(autouse=True)
async def as_usual(smsc: Smsc) -> AsyncIterator[None]:
    yield
    await smsc.does("take")
    await smsc.release_receipts()
    smsc.forget()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed_beside_kannel(
    moment: str, stored: kit.ServiceDatabase, broker: kit.Broker, kannel: Kannel, smsc: Smsc, numbers: Numbers
) -> None:
    told = people(PEOPLE, numbers)
    async with watched(stored, broker, peer_port=kannel.port) as house:
        _set_up(house)
        await _killed(house, told, moment)
        await house.start_again()
        await house.settled(PEOPLE)
        await kit.eventually(lambda: _receipts_applied(house, smsc.copies(), told))
        _nobody_twice_nobody_lost(house, smsc.copies(), told)  # what Kannel has it reports: no doubt of it stays
        if moment == "before the intent":
            assert set(house.states().values()) == {"delivered"}


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if "receipt" not in moment])
async def test_killed_beside_a_gateway_that_drops_the_line(
    moment: str,
    stored: kit.ServiceDatabase,
    broker: kit.Broker,
    gateway: Gateway,
    numbers: Numbers,
    tmp_path: Path,
) -> None:
    """A message is taken and no answer comes: it is in doubt, listed, and settled after a while; none goes again."""
    told = people(PEOPLE, numbers)
    gateway.does = "take" if moment in ("after the yes", "after the commit") else "drop"
    async with watched(stored, broker, peer_port=gateway.port) as house:
        _set_up(house)
        house.clock(tmp_path / "clock")
        await _killed(house, told, moment)
        gateway.does = "drop"
        await house.start_again()
        await house.settled(PEOPLE)
        _nobody_twice_nobody_lost(house, gateway.copies(), told)
        house.passes(SETTLE_SECONDS["sms"] + 60)
        await kit.eventually(lambda: "unresolved" not in house.states().values())
        assert set(house.states().values()) <= {"presumed_sent", "awaiting_receipt"}
        assert set(gateway.copies().values()) <= {1}, "what stays in doubt never goes again"


async def test_what_a_killed_kannel_forgets_ends_without_a_receipt_and_never_goes_again(
    stored: kit.ServiceDatabase, broker: kit.Broker, kannel: Kannel, smsc: Smsc, numbers: Numbers, tmp_path: Path
) -> None:
    """Trap 2: its `dlr-storage = internal` is memory, so the centre's receipts find nobody who waits for them."""
    told = people(PEOPLE, numbers)
    await smsc.hold_receipts()
    async with watched(stored, broker, peer_port=kannel.port) as house:
        _set_up(house)
        house.clock(tmp_path / "clock")
        await house.tell(told, "sms")
        await house.start()
        await kit.eventually(lambda: sum(smsc.copies()[one.address] for one in told) == PEOPLE)
        await kit.eventually(lambda: house.states() and set(house.states().values()) == {"awaiting_receipt"})
        await kannel.start_again()
        await smsc.release_receipts()
        await kit.eventually(lambda: kannel.log().count(FORGOTTEN) >= PEOPLE)
        assert set(house.states().values()) == {"awaiting_receipt"}, "nobody says that it failed, and none is lost"
        house.passes(RECEIPT_SECONDS_MAX)
        await kit.eventually(lambda: set(house.states().values()) == {"handed_over"})
        assert house.attempts() == ["receipt_timeout"] * PEOPLE
        assert [smsc.copies()[one.address] for one in told] == [1] * PEOPLE


def _set_up(house: Watched) -> None:
    folder = kit.new_folder()
    password, secret = folder / "kannel", folder / "callbacks"
    password.write_text(PASSWORD)
    secret.write_bytes(CALLBACK_SECRET)
    house.notify.changed |= {
        "LOTSE_SMS_PROVIDERS": "kannel",
        "LOTSE_SMS_SENDER": SENDER,
        "LOTSE_SMS_TIMEOUT_SECONDS": "2",
        "LOTSE_KANNEL_URL": f"http://127.0.0.1:{house.lines.peer.port}/cgi-bin/sendsms",
        "LOTSE_KANNEL_USER": USER,
        "LOTSE_KANNEL_PASSWORD_FILE": str(password),
        "LOTSE_CALLBACK_SECRET_FILE": str(secret),
        "LOTSE_CALLBACK_URL": f"http://127.0.0.1:{house.lines.receipts.port}",
    }


async def _killed(house: Watched, told: list[Somebody], moment: str) -> None:
    line, trap = MOMENTS[moment]
    await house.tell(told, "sms")
    await house.killed(house.dies_at(line, trap))


def _nobody_twice_nobody_lost(house: Watched, copies: Counter[str], told: list[Somebody]) -> None:
    """Every doubtful one is listed: none is in doubt that the tries do not say, and none is silently gone."""
    states = house.states()
    assert max(copies[one.address] for one in told) <= 1, "somebody was told twice"
    lost = [one for one in told if not copies[one.address] and states[one.person_id] != "unresolved"]
    assert not lost, "somebody was forgotten"
    doubtful = list(states.values()).count("unresolved")
    assert house.attempts().count("unknown") == doubtful
    facts = house.rows("SELECT count(DISTINCT subject) FROM outbox WHERE claim_name LIKE '%%message-unresolved'")
    assert facts[0][0] >= doubtful


def _receipts_applied(house: Watched, copies: Counter[str], told: list[Somebody]) -> bool:
    states = house.states()
    return all(states[one.person_id] == "delivered" for one in told if copies[one.address])
