"""`kill -9` at each moment of a message's way, beside a mail server and an SMS gateway of our own that follow a script.

The same beside a real Kannel and a real Postfix is in `tests/peers`. A moment is told by the bytes that pass between
notify and its database, its broker, its provider and its webhooks; nothing of notify is changed for it.
"""

from collections import Counter
from pathlib import Path

import httpx
import pytest

from lotse_notify.domain.outcome import SETTLE_SECONDS
from tests import kit
from tests.notify.given import Databases
from tests.notify.mailserver import MailServer
from tests.peers.gateway import Gateway
from tests.peers.kannel import Receipt
from tests.peers.line import Trap
from tests.peers.watched import Somebody, Watched, people, watched

PEOPLE = 6
COPIES_MAX = 2  # of a mail, under one Message-ID
ENDS = {"handed_over", "awaiting_receipt", "delivered"}

SMS: dict[str, tuple[str, Trap]] = {
    "before the intent": ("database", Trap("out", b"INSERT INTO send_attempt")),
    "after the intent": ("peer", Trap("out", b"", count=2)),
    "mid-bytes": ("peer", Trap("out", b"X-Kannel-To: ", count=2, passes=True)),
    "after the yes": ("peer", Trap("back", b"Accepted for delivery", count=2)),
    "after the commit": ("broker", Trap("out", b".evt.notify.message-sent.", count=2)),
}
MAIL: dict[str, tuple[str, Trap]] = {
    "before the intent": ("database", Trap("out", b"INSERT INTO send_attempt")),
    "after the intent": ("peer", Trap("out", b"")),
    "mid-bytes": ("peer", Trap("out", b"Message-ID: <", count=2, passes=True)),
    "after the yes": ("peer", Trap("back", b"queued as", count=2)),
    "after the commit": ("broker", Trap("out", b".evt.notify.message-sent.", count=2)),
}


@pytest.fixture
def stored(database: Databases) -> kit.ServiceDatabase:
    return database("notify")


@pytest.mark.parametrize("moment", SMS)
async def test_nobody_gets_a_second_sms_nobody_is_forgotten_and_every_doubtful_one_is_listed(
    moment: str, stored: kit.ServiceDatabase, broker: kit.Broker, tmp_path: Path
) -> None:
    gateway = Gateway()
    await gateway.start()
    told = people(PEOPLE, lambda number: f"+4477009000{number:02d}")
    async with watched(stored, broker, peer_port=gateway.port) as house:
        beside(house, set_up_gateway())
        house.clock(tmp_path / "clock")
        line, trap = SMS[moment]
        await house.tell(told, "sms")
        await house.killed(house.dies_at(line, trap))
        await house.start_again()
        await house.settled(PEOPLE)
        _nobody_twice_nobody_lost(house, gateway.copies(), told)
        house.passes(SETTLE_SECONDS["sms"] + 60)
        await kit.eventually(lambda: "unresolved" not in house.states().values())
        assert set(house.states().values()) <= ENDS | {"presumed_sent"}
        assert set(gateway.copies().values()) <= {1}, "what stays in doubt never goes again"
    await gateway.stop()


@pytest.mark.parametrize(
    "trap",
    [("database", Trap("out", b"INSERT INTO receipt")), ("receipts", Trap("back", b"200 OK"))],
    ids=["before it is kept", "after it is kept"],
)
async def test_killed_during_a_receipt_it_is_applied_all_the_same(
    trap: tuple[str, Trap], stored: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    """A gateway that got no answer reports again; one that got its 200 need not."""
    gateway = Gateway()
    await gateway.start()
    told = people(2, lambda number: f"+4477009001{number:02d}")
    async with watched(stored, broker, peer_port=gateway.port) as house:
        beside(house, set_up_gateway())
        await house.tell(told, "sms")
        await house.start()
        await house.settled(2)
        sprung = house.dies_at(*trap)
        with pytest.raises(httpx.HTTPError):
            await gateway.receipt(gateway.taken[0], Receipt.DELIVERED)
        assert sprung.sprung
        await kit.eventually(house.notify.died)
        await house.start_again()
        if trap[0] == "database":
            assert await gateway.receipt(gateway.taken[0], Receipt.DELIVERED) == 200
        await kit.eventually(lambda: "delivered" in house.states().values())
        assert gateway.copies() == Counter(one.address for one in told)
    await gateway.stop()


@pytest.mark.parametrize("moment", MAIL)
async def test_nobody_is_forgotten_and_a_doubtful_mail_goes_again_as_the_very_same(
    moment: str, stored: kit.ServiceDatabase, broker: kit.Broker, mailserver: MailServer, tmp_path: Path
) -> None:
    told = people(PEOPLE, lambda number: f"her.{number}@example.org")
    async with watched(stored, broker, peer_port=mailserver.port) as house:
        house.notify.changed |= {"LOTSE_SMTP_PORT": str(house.lines.peer.port), "LOTSE_SMTP_TIMEOUT_SECONDS": "2"}
        house.clock(tmp_path / "clock")
        line, trap = MAIL[moment]
        await house.tell(told, "email")
        await house.killed(house.dies_at(line, trap))
        await house.start_again()
        await house.settled(PEOPLE)
        copies = Counter(taken.recipient for taken in mailserver.taken)
        _nobody_twice_nobody_lost(house, copies, told)
        house.passes(SETTLE_SECONDS["email"] + 60)
        await kit.eventually(lambda: set(house.states().values()) == {"handed_over"})
    for one in told:
        hers = [taken for taken in mailserver.taken if taken.recipient == one.address]
        assert 1 <= len(hers) <= COPIES_MAX
        assert len({taken.content for taken in hers}) == 1, "another content, or another Message-ID"


def set_up_gateway() -> dict[str, str]:
    """An account at a gateway that speaks as Kannel does, with a secret path for its receipts."""
    folder = kit.new_folder()
    password, secret = folder / "kannel", folder / "callbacks"
    password.write_text("a password of the gateway")
    secret.write_bytes(b"a secret of the webhooks")
    return {
        "LOTSE_SMS_PROVIDERS": "kannel",
        "LOTSE_SMS_SENDER": "4915100000000",
        "LOTSE_SMS_TIMEOUT_SECONDS": "2",
        "LOTSE_KANNEL_USER": "lotse",
        "LOTSE_KANNEL_PASSWORD_FILE": str(password),
        "LOTSE_CALLBACK_SECRET_FILE": str(secret),
    }


def beside(house: Watched, settings: dict[str, str]) -> None:
    """Its SMS leave over the watched line, and receipts come over another."""
    house.notify.changed |= settings | {
        "LOTSE_KANNEL_URL": f"http://127.0.0.1:{house.lines.peer.port}/cgi-bin/sendsms",
        "LOTSE_CALLBACK_URL": f"http://127.0.0.1:{house.lines.receipts.port}",
    }


def _nobody_twice_nobody_lost(house: Watched, copies: Counter[str], told: list[Somebody]) -> None:
    """Before anything doubtful is settled: each has one at most, and whoever has none is listed as doubtful."""
    states = house.states()
    assert max(copies[one.address] for one in told) <= 1, "somebody was told twice"
    assert not [one for one in told if not copies[one.address] and states[one.person_id] != "unresolved"], "forgotten"
    assert set(states.values()) <= ENDS | {"unresolved"}
    doubtful = list(states.values()).count("unresolved")
    assert house.attempts().count("unknown") == doubtful
    listed = house.rows("SELECT count(*) FROM outbox WHERE claim_name = 'evt.notify.message-unresolved'")
    assert listed[0][0] == doubtful
