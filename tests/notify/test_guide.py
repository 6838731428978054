"""Every command of the guide to messages does what the guide says, typed as it stands there."""

import asyncio
import re
import shlex
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from markdown_it import MarkdownIt

from lotse_chassis.command import Standalone, Subcommand, _parser
from lotse_local.commands.notify import NOTIFY
from lotse_notify.cli.commands import COMMANDS
from lotse_notify.settings import NotifySettings
from tests.notify.given import ADDRESS, House, tell
from tests.notify.mailserver import Does, MailServer

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "notify.md"
PIPED = re.compile(r"^echo (?P<quote>['\"])(?P<fed>.*)(?P=quote) \| (?P<command>lotse .+)$")


@dataclass(frozen=True)
class Typed:
    """A line of the guide, and what came of it."""

    line: str
    code: int
    out: str
    err: str


def lines() -> Iterator[str]:
    """Every command of the guide, from its first to its last."""
    for token in MarkdownIt("commonmark").parse(GUIDE.read_text()):
        if token.type == "fence" and token.info.strip() == "sh":
            yield from token.content.splitlines()


async def left_behind(house: House, mailserver: MailServer, does: Does) -> UUID:
    """A message that the mail server treated so."""
    person_id = uuid4()
    mailserver.does = does
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id, useful_by=house.service.now() + timedelta(days=3)))
    await house.send_all(house.post(mailserver.port, quiet_hours=False))  # today's clock may stand at night
    mailserver.does = "take"
    (row,) = (row for row in house.rows("notification") if row["person_id"] == person_id)
    return UUID(str(row["notification_id"]))


Typist = Callable[[str], Awaitable[Typed]]


@pytest.fixture
def typed(
    house: House,
    mailserver: MailServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Typist:
    """Types a line, as `lotse notify` passes it on to notify; in this process, which has imported everything."""
    settings = NotifySettings(
        association="auslaenderrat",
        database_url=house.database.url,
        smtp_port=mailserver.port,
        mail_from="message@post.example.org",
        recipients="local",
    )

    async def type_line(line: str) -> Typed:
        fed, command = ("", line) if (found := PIPED.match(line)) is None else (found["fed"], found["command"])
        words = shlex.split(command)
        assert words[:2] == ["lotse", "notify"], line
        (tmp_path / "stdin").write_text(f"{fed}\n")
        capsys.readouterr()
        with (tmp_path / "stdin").open() as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            code = await asyncio.to_thread(run, words[2:], settings)
        out, err = capsys.readouterr()
        return Typed(line, code, out, err)

    return type_line


def run(words: list[str], settings: NotifySettings) -> int:
    """As the command line of every service does."""
    args = _parser("notify", COMMANDS).parse_args(words)
    command = COMMANDS[args.command]
    if isinstance(command, Standalone):
        return command.run(args)
    return command.run(settings, args) if isinstance(command, Subcommand) else command(settings)


async def test_the_guide_can_be_typed_as_it_stands(house: House, mailserver: MailServer, typed: Typist) -> None:
    house.now = house.service.now()
    doubtful = await left_behind(house, mailserver, "drop_after_dot")
    failed = await left_behind(house, mailserver, "refuse_content")
    said: dict[str, Typed] = {}
    for line in lines():
        shown = line.replace("NOTIFICATION", str(doubtful)).replace("FAILED", str(failed))
        said[line] = done = await typed(shown)
        assert done.code == 0, (done.line, done.out, done.err)
        assert ADDRESS not in done.out + done.err
    assert "smtp" in said["lotse notify providers"].out
    assert "Ungewiss, ob sie abgegangen ist" in said["lotse notify why NOTIFICATION"].out
    assert "Nobody knows whether it has left" in said["lotse notify why NOTIFICATION --lang en"].out
    assert str(doubtful) in said["lotse notify unresolved"].out
    assert f"{failed} receipt" in said["lotse notify dead"].out
    assert "Inhalt wird nicht angenommen" in said["lotse notify dead"].out
    assert "wird neu entschieden" in said["lotse notify dead replay FAILED"].out
    states = {UUID(str(row["notification_id"])): row["state"] for row in house.rows("notification")}
    assert states == {doubtful: "delivered", failed: "scheduled"}
    assert "smtp" in said["lotse notify costs"].out
    assert '"encoding": "UCS-2"' in said["""echo '"Вас чекає повідомлення."' | lotse notify segments"""].out
    assert {row["off_since"] for row in house.rows("switch")} == {None}


async def test_what_cannot_be_replayed_is_said_and_changes_nothing(
    house: House, mailserver: MailServer, typed: Typist
) -> None:
    house.now = house.service.now()
    doubtful = await left_behind(house, mailserver, "drop_after_dot")
    before = house.rows("notification"), house.rows("send_attempt")
    done = await typed(f"lotse notify dead replay {doubtful} staff-nobody --lang en")
    assert done.code == 1
    assert done.out.count("nothing that failed and is still of use") == 2
    assert (house.rows("notification"), house.rows("send_attempt")) == before
    assert (await typed(f"lotse notify why {uuid4()} --lang en")).code == 1
    assert (await typed("lotse notify why nonsense")).code == 1


async def test_a_mail_to_an_office_that_never_left_has_all_its_tries_again(house: House, typed: Typist) -> None:
    house.run(
        "INSERT INTO office_mail VALUES ('checkpoint-2026-11', 'sozialamt', 'log_checkpoint', 'de', '{}', 'failed',"
        " 'server_away', 60, now(), now(), now())"
    )
    listed = await typed("lotse notify dead")
    assert "checkpoint-2026-11 log_checkpoint" in listed.out
    assert "der Mailserver antwortet nicht" in listed.out
    for code in (0, 1):
        done = await typed("lotse notify dead replay checkpoint-2026-11")
        assert done.code == code, "once"
    (row,) = house.rows("office_mail")
    assert (row["state"], row["tries"], row["ended_at"]) == ("queued", 0, None)


async def test_costs_are_summed_to_the_ten_thousandth(house: House, typed: Typist) -> None:
    house.run(
        "INSERT INTO tally (provider, day, messages, segments, amount_e4) VALUES"
        " ('seven', current_date, 2, 3, 2251), ('smtp', current_date, 40, 0, 0), ('seven', current_date - 400, 1, 1, 9)"
    )
    shown = (await typed("lotse notify costs --lang en")).out.splitlines()
    assert shown[-1].split() == ["together", "42", "3", "0.2251"]
    assert len(shown) == 4


def test_what_needs_nothing_that_runs_is_named_for_lotse_too() -> None:
    """`lotse notify` asks for a running association, except for these words."""
    assert NOTIFY.service == "notify"
    assert NOTIFY.offline == {"segments", "check", "--shipped"}
    assert {"why", "unresolved", "resolve", "dead", "costs", "switch", "providers", "templates", "segments"} <= {
        *COMMANDS
    }
