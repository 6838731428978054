"""What somebody finds out about a doubtful message is written down, and only a definite no sends it again."""

import os
import subprocess
import sys
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import MessageDelivered, MessageUnresolved
from lotse_notify.handlers.resolving import resolve
from lotse_notify.workers.post import Post
from tests.notify.given import ADDRESS, House, tell
from tests.notify.mailserver import MailServer


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


@pytest.fixture
async def doubtful(house: House, mailserver: MailServer, post: Post) -> UUID:
    """A notification whose answer was lost."""
    person_id = uuid4()
    mailserver.does = "drop_after_dot"
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    await house.send_all(post)
    mailserver.does = "take"
    (row,) = house.rows("notification")
    assert row["state"] == "unresolved"
    return UUID(str(row["notification_id"]))


async def test_what_arrived_is_sent_for_good(house: House, doubtful: UUID, post: Post, mailserver: MailServer) -> None:
    async with house.unit() as unit:
        assert await resolve(unit, doubtful, "arrived")
    assert house.states() == {"receipt": ("delivered", "confirmed_by_hand")}
    assert [type(fact) for fact in house.said] == [MessageUnresolved, MessageDelivered]
    assert await house.send_all(post) == 0
    assert len(mailserver.taken) == 1


async def test_what_is_absent_goes_again(house: House, doubtful: UUID, post: Post, mailserver: MailServer) -> None:
    async with house.unit() as unit:
        assert await resolve(unit, doubtful, "absent")
    assert await house.send_all(post) == 1
    assert house.states() == {"receipt": ("handed_over", "server_took_it")}
    first, second = mailserver.taken
    assert first.mail["Message-ID"] == second.mail["Message-ID"]


async def test_it_is_resolved_once_and_by_somebody(house: House, doubtful: UUID) -> None:
    async with house.unit() as unit:
        assert await resolve(unit, doubtful, "arrived")
        assert not await resolve(unit, doubtful, "absent")
        assert not await resolve(unit, uuid4(), "absent")
    (row,) = house.rows("access_log")
    assert (row["actor"], row["action"], row["object_id"]) == ("desk-1", "arrived", str(doubtful))


async def test_an_administrator_lists_and_resolves_without_a_broker(house: House, doubtful: UUID) -> None:
    listed = _command(house, "unresolved")
    assert listed.stdout.split()[:3] == [str(doubtful), "receipt", "smtp"]
    assert ADDRESS not in listed.stdout
    resolved = _command(house, "resolve", lines=f"{doubtful} arrived\n\n{uuid4()} absent\nnonsense\n")
    assert resolved.returncode == 1
    assert [line.split(":")[0] for line in resolved.stdout.splitlines()] == ["Zeile 3", "Zeile 4"]
    english = _command(house, "resolve", "--lang", "en", lines="nonsense\n")
    assert english.stdout == "line 1: not `ID arrived|absent|leave`, or nothing is in doubt there\n"
    assert house.states() == {"receipt": ("delivered", "confirmed_by_hand")}
    assert [row["claim_name"] for row in house.rows("outbox")] == ["evt.notify.message-delivered"]
    nothing = _command(house, "unresolved")
    assert (nothing.stdout, nothing.stderr) == ("", "nichts ist im Zweifel\n")


@pytest.mark.parametrize(
    "command", [("unresolved",), ("resolve",), ("dead",), ("switch",), ("costs",), ("why", str(uuid4()))], ids=range(6)
)
def test_without_its_database_a_command_says_so_in_a_sentence(house: House, command: tuple[str, ...]) -> None:
    away = _command(house, *command, lines=f"{uuid4()} arrived\n", url="postgresql://canary@127.0.0.1:1/canary")
    assert (away.returncode, away.stdout) == (1, "")
    assert away.stderr == "Die Datenbank antwortet nicht; läuft Lotse?\n"


def test_a_day_that_is_none_is_told_as_it_is_written(house: House) -> None:
    said = _command(house, "costs", "--since", "gestern")
    assert said.returncode == 2
    assert said.stderr.endswith("argument --since: a day as 2026-11-01\n")


def _command(house: House, *command: str, lines: str = "", url: str = "") -> subprocess.CompletedProcess[str]:
    given = {"LOTSE_DATABASE_URL": url or house.database.url, "LOTSE_ASSOCIATION": "auslaenderrat"}
    own = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    return subprocess.run(
        [sys.executable, "-m", "lotse_notify", *command],
        env=own | given,
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
