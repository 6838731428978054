"""Bounces over LMTP, SMTP and by the command: stored before the yes, and nobody is ever answered by mail."""

import asyncio
import logging
import os
import smtplib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from lotse_contracts.notify import ContactUnreachable, MessageDelivered, MessageFailed
from lotse_notify.domain.verp import bounce_sender
from lotse_notify.settings import Bounces
from lotse_notify.store.receipts import BOUNCES_MAX
from lotse_notify.workers.bouncing import Door, Listener
from tests import kit
from tests.notify.given import ADDRESS, NOW, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.reporting import Desk
from tests.notify.test_bounces import DOMAIN, report

Listening = Callable[[Bounces], Any]


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk.of(house)


@pytest.fixture(params=["lmtp", "smtp"])
def protocol(request: pytest.FixtureRequest) -> Bounces:
    chosen: Bounces = request.param
    return chosen


@pytest.fixture
async def port(desk: Desk, protocol: Bounces) -> AsyncIterator[int]:
    listener = Listener(Door(desk.inbox, DOMAIN, protocol), protocol)
    await listener.start("127.0.0.1", 0)
    yield listener.port
    await listener.stop()


@pytest.fixture
async def sent(house: House, mailserver: MailServer, desk: Desk) -> str:
    """The reference of a mail that a server has taken and will report about."""
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    await house.send_all(house.post(mailserver.port))
    house.run("UPDATE notification SET state = 'awaiting_receipt', due_at = %s", NOW + timedelta(days=3))
    house.said.clear()
    return desk.reference()


async def bring(
    protocol: Bounces, port: int, raw: bytes, *recipients: str, sender: str = ""
) -> dict[str, tuple[int, bytes]]:
    """As a mail server does, with the null sender of a bounce; the recipients that were refused."""

    def deliver() -> dict[str, tuple[int, bytes]]:
        line: smtplib.SMTP = (
            smtplib.LMTP("127.0.0.1", port) if protocol == "lmtp" else smtplib.SMTP("127.0.0.1", port, timeout=10)
        )
        with line:
            return line.sendmail(sender, list(recipients), raw)

    return await asyncio.to_thread(deliver)


def to(reference: str) -> str:
    return bounce_sender(reference, DOMAIN)


async def test_a_hard_bounce_fails_the_message_and_ends_the_address(
    house: House, sent: str, desk: Desk, port: int, protocol: Bounces
) -> None:
    """Trap 4: a later bounce overrides what the mail server had taken, and the null sender is accepted."""
    assert await bring(protocol, port, report(envelope_id=None), to(sent)) == {}
    assert [row["state"] for row in house.rows("receipt")] == ["parked"]
    await desk.apply()
    assert desk.state() == ("undelivered", "failed")
    assert [type(fact) for fact in house.said] == [MessageFailed, ContactUnreachable]
    assert [row["dead_because"] for row in house.rows("contact_point")] == ["recipient_refused"]
    noted = [row["count"] for row in house.rows("staff_count") if row["note"] == "contact_unreachable"]
    assert noted == [1]  # the staff's digest says so


async def test_a_late_bounce_overrides_delivered(
    house: House, sent: str, desk: Desk, port: int, protocol: Bounces
) -> None:
    """Trap 4: "delivered" is not final for a mail."""
    await bring(protocol, port, report("delivered", "2.1.5", envelope_id=sent), to(sent))
    await desk.apply()
    assert desk.state() == ("delivered", "delivered")
    house.now = NOW + timedelta(days=2)
    await bring(protocol, port, report("failed", "5.2.2", envelope_id=sent), to(sent))
    await desk.apply()
    assert desk.state() == ("undelivered", "failed")
    assert [type(fact) for fact in house.said] == [MessageDelivered, MessageFailed]
    assert [row["dead_at"] for row in house.rows("contact_point")] == [None]  # a full box is no dead one


@pytest.mark.parametrize(
    "raw",
    [
        report("delayed", "4.4.1", envelope_id=None),
        b"From: canary.olena@example.org\r\nAuto-Submitted: auto-replied\r\n\r\nI am away until Monday.\r\n",
        b"From: canary.olena@example.org\r\nSubject: Re: Nachricht\r\n\r\nWho are you?\r\n",
        b"",
    ],
)
async def test_a_delay_or_an_answer_changes_nothing(
    house: House, sent: str, desk: Desk, port: int, protocol: Bounces, raw: bytes
) -> None:
    assert await bring(protocol, port, raw, to(sent), sender=ADDRESS) == {}
    await desk.apply()
    assert desk.state()[1] == "awaiting_receipt"
    assert house.said == []


async def test_only_mail_to_the_address_of_an_attempt_is_taken(
    house: House, sent: str, port: int, protocol: Bounces
) -> None:
    others = (ADDRESS, f"postmaster@{DOMAIN}", f"b-{sent}@elsewhere.example.org", f"b-{sent[1:]}@{DOMAIN}")
    for other in (*others, to(uuid4().hex)):  # anybody may make up an attempt, and fill our tables with it
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await bring(protocol, port, report(envelope_id=sent), other)
    assert house.rows("receipt") == []


async def test_who_makes_up_bounces_of_one_try_fills_no_table(
    house: House, sent: str, port: int, protocol: Bounces
) -> None:
    for number in range(BOUNCES_MAX):
        await bring(protocol, port, report("delayed", f"4.4.{number}", envelope_id=sent), to(sent))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await bring(protocol, port, report("delayed", "4.5.1", envelope_id=sent), to(sent))
    assert len(house.rows("receipt")) == BOUNCES_MAX


@pytest.mark.parametrize("fault", ["57P03", "23514"])  # the database starts; it does not want this row
async def test_what_cannot_be_stored_the_mail_server_brings_again(
    house: House, desk: Desk, sent: str, port: int, protocol: Bounces, fault: str
) -> None:
    house.run(
        "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = '{fault}'; END $$"
    )
    house.run("CREATE TRIGGER away BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION away()")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await bring(protocol, port, report(envelope_id=sent), to(sent))
    assert refused.value.smtp_code == 451
    house.run("DROP TRIGGER away ON receipt")
    await bring(protocol, port, report(envelope_id=sent), to(sent))
    assert len(house.rows("receipt")) == 1


async def test_nothing_of_a_bounce_is_logged(
    sent: str, port: int, protocol: Bounces, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await bring(protocol, port, report(envelope_id=sent), to(sent), sender=ADDRESS)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await bring(protocol, port, report(envelope_id=sent), ADDRESS)
    for canary in ("canary", "example.org", sent):
        assert canary not in caplog.text


async def test_lmtp_answers_for_each_recipient(house: House, sent: str, desk: Desk, mailserver: MailServer) -> None:
    """RFC 2033; else the mail server waits for the second answer until it gives up."""
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id, key="k2"))
    await house.send_all(house.post(mailserver.port))
    references = [desk.reference(0), desk.reference(1)]
    listener = Listener(Door(desk.inbox, DOMAIN, "lmtp"), "lmtp")
    await listener.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    async with asyncio.timeout(10):
        await reader.readline()
        for line, answers in (
            ("LHLO mx", 0),
            ("MAIL FROM:<>", 1),
            *((f"RCPT TO:<{to(reference)}>", 1) for reference in references),
            ("DATA", 1),
        ):
            writer.write(f"{line}\r\n".encode())
            while not answers:
                if (await reader.readline())[3:4] == b" ":
                    break
            for _ in range(answers):
                assert (await reader.readline())[:1] in b"23"
        writer.write(report(envelope_id=references[0]) + b"\r\n.\r\n")
        assert [(await reader.readline())[:3] for _ in range(2)] == [b"250", b"250"]
    writer.close()
    await listener.stop()
    assert len(house.rows("receipt")) == 1


def command(house: House, raw: bytes, *arguments: str, url: str = "") -> subprocess.CompletedProcess[bytes]:
    given = {"LOTSE_DATABASE_URL": url or house.database.url, "LOTSE_BOUNCE_DOMAIN": DOMAIN}
    own = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    return subprocess.run(
        [sys.executable, "-m", "lotse_notify", "bounce", *arguments],
        env=own | given,
        input=raw,
        capture_output=True,
        timeout=60,
        check=False,
    )


async def test_a_mail_server_may_hand_bounces_to_the_command(house: House, sent: str, desk: Desk) -> None:
    first = command(house, report(envelope_id=None), to(sent))
    assert (first.returncode, first.stdout, first.stderr) == (0, b"refused 5.1.1\n", b"")
    assert command(house, report(envelope_id=sent)).stdout == b"known\n"
    house.now = house.service.now()  # the command has the clock of the machine
    await desk.apply()
    assert desk.state() == ("undelivered", "failed")


async def test_the_command_asks_for_the_mail_again_while_the_database_is_away(house: House, sent: str) -> None:
    (nobody,) = kit.free_ports(1)
    answer = command(house, report(envelope_id=sent), url=f"postgresql://x:canarypassword@127.0.0.1:{nobody}/x")
    assert answer.returncode == 75  # EX_TEMPFAIL
    assert b"canary" not in answer.stderr
