"""Notify is killed at each moment of a mail's way beside a real Postfix: nobody is forgotten, and what must go again
goes under the same Message-ID with the same words, so that a mailbox shows one.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lotse_notify.domain.outcome import SETTLE_SECONDS
from tests import kit
from tests.notify.given import Databases
from tests.notify.mailserver import MailServer
from tests.peers.line import Trap
from tests.peers.postfix import Postfix
from tests.peers.watched import Somebody, Watched, people, watched

PEOPLE = 8
BOUNCE_DOMAIN = "bounce.example.net"
COPIES_MAX = 2

MOMENTS: dict[str, tuple[str, Trap]] = {
    "before the intent": ("database", Trap("out", b"INSERT INTO send_attempt")),
    "after the intent": ("peer", Trap("out", b"")),
    "before the content": ("peer", Trap("out", b"DATA\r\n", count=2)),
    "mid-bytes": ("peer", Trap("out", b"Message-ID: <", count=2, passes=True)),
    "after the yes": ("peer", Trap("back", b"queued as", count=2)),
    "after the commit": ("broker", Trap("out", b".evt.notify.message-sent.", count=2)),
    "before a report is kept": ("database", Trap("out", b"INSERT INTO receipt")),
    "after a report is kept": ("receipts", Trap("back", b"\n250", count=8)),
}
"""Which line is watched, and what kills."""


@pytest.fixture(scope="module")
def reports_port() -> int:
    """Where Postfix returns what it reports."""
    return kit.free_ports(1)[0]


@pytest.fixture(scope="module")
async def postfix(theirs: MailServer, reports_port: int) -> AsyncIterator[Postfix]:
    server = Postfix({"example.org": theirs.port, BOUNCE_DOMAIN: reports_port})
    try:
        await server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def stored(database: Databases) -> kit.ServiceDatabase:
    return database("notify")


@pytest.fixture(autouse=True)
async def as_usual(theirs: MailServer) -> None:
    theirs.does = "take"
    theirs.taken.clear()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed_beside_postfix_that_reports(
    moment: str,
    stored: kit.ServiceDatabase,
    broker: kit.Broker,
    postfix: Postfix,
    theirs: MailServer,
    reports_port: int,
    tmp_path: Path,
) -> None:
    """What Postfix has it says, so only what it never had goes again: everybody has exactly one copy."""
    told = people(PEOPLE, _address)
    (bounce_port,) = kit.free_ports(1)
    async with watched(
        stored, broker, peer_port=postfix.port, receipts_port=bounce_port, receipts_at=reports_port
    ) as house:
        house.notify.changed |= {
            "LOTSE_BOUNCE_DOMAIN": BOUNCE_DOMAIN,
            "LOTSE_BOUNCE_PORT": str(bounce_port),
            "LOTSE_BOUNCE_PROTOCOL": "smtp",
        }
        await _killed(house, told, moment, tmp_path)
        await house.start_again()
        await house.settled(PEOPLE)
        await kit.eventually(lambda: _known(house, _copies(theirs), told))
        await _wait_until_settled(house)
        await kit.eventually(lambda: len(_copies(theirs)) == PEOPLE)
        assert set(_copies(theirs).values()) == {1}
        assert set(house.states().values()) == {"awaiting_receipt"}, "relayed, as Postfix reports it"


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if "report" not in moment])
async def test_killed_beside_postfix_that_reports_nothing(
    moment: str, stored: kit.ServiceDatabase, broker: kit.Broker, postfix: Postfix, theirs: MailServer, tmp_path: Path
) -> None:
    """What is in doubt is listed, then goes again: at most two copies, which a mailbox knows for one."""
    told = people(PEOPLE, _address)
    async with watched(stored, broker, peer_port=postfix.port) as house:
        await _killed(house, told, moment, tmp_path)
        await house.start_again()
        states = await house.settled(PEOPLE)
        doubtful = [one for one in told if states[one.person_id] == "unresolved"]
        assert house.attempts().count("unknown") == len(doubtful)
        await _wait_until_settled(house)
        await kit.eventually(lambda: len(_copies(theirs)) == PEOPLE)
        await kit.eventually(lambda: set(house.states().values()) == {"handed_over"})
        _alike(theirs, doubtful)


async def test_killed_beside_a_server_that_takes_and_drops_the_line(
    stored: kit.ServiceDatabase, broker: kit.Broker, theirs: MailServer, tmp_path: Path
) -> None:
    told = people(PEOPLE, _address)
    theirs.does = "drop_after_dot"
    async with watched(stored, broker, peer_port=theirs.port) as house:
        await _killed(house, told, "before the content", tmp_path)
        await house.start_again()
        states = await house.settled(PEOPLE)
        assert set(states.values()) == {"unresolved"}
        theirs.does = "take"
        await _wait_until_settled(house)
        await kit.eventually(lambda: set(house.states().values()) == {"handed_over"})
        _alike(theirs, told)


async def _killed(house: Watched, told: list[Somebody], moment: str, folder: Path) -> None:
    line, trap = MOMENTS[moment]
    house.notify.changed |= {
        "LOTSE_SMTP_PORT": str(house.lines.peer.port),
        "LOTSE_SMTP_TIMEOUT_SECONDS": "2",
    }
    house.clock(folder / "clock")
    await house.tell(told, "email")
    await house.killed(house.dies_at(line, trap))


async def _wait_until_settled(house: Watched) -> None:
    """The clock goes on until what is still in doubt is decided."""
    house.passes(SETTLE_SECONDS["email"] + 60)
    await kit.eventually(lambda: "unresolved" not in house.states().values())
    await house.settled(PEOPLE)


def _known(house: Watched, copies: Counter[str], told: list[Somebody]) -> bool:
    """Everything that arrived is known to have."""
    states = house.states()
    assert {states[one.person_id] for one in told if copies[one.address]} == {"awaiting_receipt"}
    return True


def _alike(theirs: MailServer, doubtful: list[Somebody]) -> None:
    """Nobody has more than two; of two both are one to a mailbox, and only who was in doubt has two."""
    copies = _copies(theirs)
    assert max(copies.values()) <= COPIES_MAX
    assert {address for address, count in copies.items() if count > 1} <= {one.address for one in doubtful}
    for address in copies:
        contents = {taken.content for taken in theirs.taken if taken.recipient == address}
        assert len({_words(content) for content in contents}) == 1, "another content needs another Message-ID"
        names = {str(taken.mail["Message-ID"]) for taken in theirs.taken if taken.recipient == address}
        assert len(names) == 1


def _words(content: bytes) -> bytes:
    """Without what servers on the way have put in front."""
    return content[content.index(b"From: ") :]


def _copies(theirs: MailServer) -> Counter[str]:
    return Counter(taken.recipient for taken in theirs.taken)


def _address(number: int) -> str:
    return f"canary.{number}@example.org"
