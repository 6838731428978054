"""The rig itself: a real Postfix returns what it cannot deliver, and says under which envelope id."""

from email import policy
from email.message import EmailMessage
from typing import cast

import aiosmtplib
import pytest

from tests import kit
from tests.notify.mailserver import MailServer
from tests.peers.line import Line, Trap
from tests.peers.postfix import Postfix
from tests.peers.sink import Sink

ENVELOPE = "att-4711"


pytestmark = pytest.mark.usefixtures("empty")


async def test_a_mail_that_is_relayed_is_reported_when_asked_for(
    postfix: Postfix, theirs: MailServer, ours: MailServer
) -> None:
    answer = await _sent(postfix.port, notify="SUCCESS,FAILURE")
    assert "queued as" in answer
    await kit.eventually(lambda: theirs.taken and ours.taken)
    assert _said(ours, "Action") == "relayed", "the next server promises no reports of its own"


async def test_a_recipient_that_does_not_exist_is_reported_as_failed(
    postfix: Postfix, theirs: MailServer, ours: MailServer
) -> None:
    theirs.does = "refuse_recipient"
    await _sent(postfix.port)
    await kit.eventually(lambda: ours.taken)
    assert (_said(ours, "Action"), _said(ours, "Status")) == ("failed", "5.1.1")
    assert _said(ours, "Original-Envelope-Id") == ENVELOPE
    assert ours.taken[0].recipient == "bounce+att-4711@post.example.net", "to the address of this attempt alone"


async def test_what_is_refused_for_now_until_its_time_is_over_is_reported_as_failed(
    postfix: Postfix, theirs: MailServer, ours: MailServer
) -> None:
    theirs.does = "busy_recipient"
    await _sent(postfix.port)
    await kit.eventually(lambda: ours.taken)
    assert _said(ours, "Action") == "failed"
    assert _said(ours, "Status").startswith("4."), "the last answer stays a temporary one"
    assert _said(ours, "Original-Envelope-Id") == ENVELOPE


async def test_returned_mail_comes_from_nobody(postfix: Postfix, theirs: MailServer, ours: MailServer) -> None:
    """Trap 4: who does not take the null sender never learns of a bounce."""
    theirs.does = "refuse_recipient"
    await _sent(postfix.port)
    await kit.eventually(lambda: ours.taken)
    await kit.eventually(lambda: "from=<>" in postfix.log())


async def test_a_server_that_takes_and_drops_the_line_gets_copies_from_postfix(
    postfix: Postfix, theirs: MailServer
) -> None:
    """Why nobody can promise that a mail comes once, and why each copy must have the same Message-ID."""
    theirs.does = "drop_after_dot"
    await _sent(postfix.port)
    await kit.eventually(lambda: len(theirs.taken) >= 2)
    theirs.does = "take"
    await kit.eventually(lambda: len(theirs.taken) >= 3)
    assert len({str(taken.mail["Message-ID"]) for taken in theirs.taken}) == 1


async def test_a_postfix_that_is_stopped_keeps_its_queue(postfix: Postfix, theirs: MailServer) -> None:
    theirs.does = "busy_recipient"
    await _sent(postfix.port)
    await kit.eventually(lambda: "status=deferred" in postfix.log())
    postfix.stop()
    theirs.does = "take"
    await postfix.start()
    await kit.eventually(lambda: len(theirs.taken) == 1)


async def test_the_line_can_be_lost_at_each_moment_that_is_asked_for(postfix: Postfix, theirs: MailServer) -> None:
    line, died = Line(postfix.port), list[str]()
    await line.start()
    try:
        for trap in (
            Trap("out", b"", lambda: died.append("opened")),
            Trap("out", b"DATA\r\n", lambda: died.append("before bytes")),
            Trap("out", b"Subject: ", lambda: died.append("mid-bytes"), passes=True),
            Trap("back", b"queued as", lambda: died.append("answered")),
        ):
            line.set_trap(trap)
            with pytest.raises((aiosmtplib.SMTPException, OSError)):
                await _sent(line.port, subject=died[-1] if died else "first")
        await kit.eventually(lambda: theirs.taken)
    finally:
        await line.stop()
    assert died == ["opened", "before bytes", "mid-bytes", "answered"]
    assert [taken.mail["Subject"] for taken in theirs.taken] == ["mid-bytes"], "only what was answered was taken"


async def test_the_sink_takes_mail_and_refuses_on_command() -> None:
    taking, refusing = Sink(), Sink(("-f", "rcpt"))
    try:
        await taking.start()
        await refusing.start()
        assert "2.0.0" in await _sent(taking.port, dsn=False)
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await _sent(refusing.port, dsn=False)
    finally:
        taking.stop()
        refusing.stop()


async def _sent(port: int, *, notify: str = "FAILURE", dsn: bool = True, subject: str = "Nachricht") -> str:
    mail = EmailMessage(policy.SMTP)
    mail["Subject"], mail["From"], mail["To"] = subject, "message@post.example.net", "canary@example.org"
    mail["Message-ID"] = "<one@post.example.net>"
    mail.set_content("Для вас є повідомлення.")
    options = (["RET=HDRS", f"ENVID={ENVELOPE}"], [f"NOTIFY={notify}"]) if dsn else ([], [])
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=5, start_tls=False) as client:
        sender, recipient = f"bounce+{ENVELOPE}@post.example.net", "canary@example.org"
        _, answer = await client.sendmail(
            sender, recipient, mail.as_bytes(), mail_options=options[0], rcpt_options=options[1]
        )
    return answer


def _report(server: MailServer) -> dict[str, str]:
    """Fields of the machine-readable part, for the message and for its one recipient. Source: RFC 3464."""
    (part,) = [one for one in server.taken[0].mail.walk() if one.get_content_type() == "message/delivery-status"]
    blocks = cast("list[EmailMessage]", part.get_payload())
    return {name: str(value) for block in blocks for name, value in block.items()}


def _said(server: MailServer, name: str) -> str:
    return _report(server)[name].split(" (")[0]
