"""The provider `smtp` beside a real Postfix: what it returns is read by the attempt's own name, never by an address."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lotse_notify.domain.bounces import Bounce, bounce_of
from lotse_notify.domain.mail import Mail
from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.provider import Parcel
from lotse_notify.providers.smtp import Server
from lotse_notify.providers.smtp_pool import SmtpPool
from tests import kit
from tests.notify.mailserver import Does, MailServer
from tests.notify.parcels import Gate
from tests.peers.line import Line, Trap
from tests.peers.postfix import HOME, Postfix

SENDER = f"message@{HOME}"
HERS = "canary.olena@example.org"


@pytest.fixture
async def pool(postfix: Postfix, empty: None) -> AsyncIterator[SmtpPool]:
    made = _pool(postfix.port, bounce_domain=HOME)
    yield made
    await made.close()


async def test_a_mail_arrives_and_its_report_names_the_attempt(
    pool: SmtpPool, theirs: MailServer, ours: MailServer
) -> None:
    reference, outcome = await _sent(pool)
    assert outcome.ending == "accepted"
    assert outcome.provider_id, "the name in Postfix's queue"
    await kit.eventually(lambda: theirs.taken and ours.taken)
    report = _bounce(ours)
    assert (report.reference, report.says, report.no_way) == (reference, "accepted", False)


@pytest.mark.parametrize(
    ("does", "says", "code", "no_way"),
    [
        ("refuse_recipient", "refused", "5.1.1", True),
        ("refuse_content", "refused", "5.0.0", False),
        ("busy_recipient", "lapsed", "", False),
        ("busy_content", "lapsed", "", False),
    ],
)
async def test_what_postfix_returns_is_read(
    pool: SmtpPool, theirs: MailServer, ours: MailServer, does: Does, says: str, code: str, no_way: bool
) -> None:
    """Trap 4: what was only ever put off and then given up is no refusal for good."""
    theirs.does = does
    reference, outcome = await _sent(pool)
    assert outcome.ending == "accepted", "Postfix has it; what its peer says comes later"
    await kit.eventually(lambda: ours.taken)
    report = _bounce(ours)
    assert (report.reference, report.says, report.no_way) == (reference, says, no_way)
    assert not code or report.code == code


async def test_a_report_is_read_by_the_address_that_it_came_to_where_it_names_no_envelope(
    pool: SmtpPool, theirs: MailServer, ours: MailServer
) -> None:
    """Servers on the way lose the envelope id; the return address is ours alone."""
    theirs.does = "refuse_recipient"
    reference, _ = await _sent(pool)
    await kit.eventually(lambda: ours.taken)
    taken = ours.taken[0]
    without = b"\r\n".join(line for line in taken.content.splitlines() if not line.startswith(b"Original-Envelope-Id"))
    report = bounce_of(without, [taken.recipient], HOME)
    assert isinstance(report, Bounce)
    assert report.reference == reference


async def test_no_text_of_ours_comes_back_in_a_report(pool: SmtpPool, theirs: MailServer, ours: MailServer) -> None:
    theirs.does = "refuse_recipient"
    await _sent(pool)
    await kit.eventually(lambda: ours.taken)
    assert "canary-text" not in ours.taken[0].content.decode()


async def test_a_postfix_that_is_not_there_is_a_definite_no() -> None:
    absent = _pool(kit.free_ports(1)[0])
    _, outcome = await _sent(absent)
    assert outcome.ending == "not_sent"


@pytest.mark.parametrize(
    ("trap", "ending", "copies"),
    [
        (Trap("out", b""), "not_sent", 0),
        (Trap("out", b"MAIL FROM"), "not_sent", 0),
        (Trap("out", b"DATA\r\n"), "unknown", 0),
        (Trap("out", b"canary-", passes=True), "unknown", 0),
        (Trap("back", b"250 2.0.0 Ok"), "unknown", 1),
    ],
    ids=["opening", "envelope", "before the content", "mid-bytes", "before the yes"],
)
async def test_a_line_that_is_lost_leaves_a_doubt_only_after_the_content_began(
    postfix: Postfix, pool: SmtpPool, theirs: MailServer, trap: Trap, ending: str, copies: int
) -> None:
    line = Line(postfix.port)
    await line.start()
    lost = _pool(line.port)
    line.set_trap(Trap(trap.way, trap.sight, passes=trap.passes))
    _, outcome = await _sent(lost, subject="lost")
    await lost.close()
    await _sent(pool, subject="after")
    await kit.eventually(lambda: [one for one in theirs.taken if one.mail["Subject"] == "after"])
    await kit.eventually(lambda: len([one for one in theirs.taken if one.mail["Subject"] == "lost"]) == copies)
    await line.stop()
    assert outcome.ending == ending


def _pool(port: int, *, bounce_domain: str = "") -> SmtpPool:
    server = Server("127.0.0.1", port, "auto", HOME, 5.0)
    return SmtpPool(server, lines=2, bounce_domain=bounce_domain, reports_read=True)


async def _sent(pool: SmtpPool, *, subject: str = "Nachricht") -> tuple[UUID, Outcome]:
    reference = uuid4()
    head = f"From: {SENDER}\r\nTo: {HERS}\r\nSubject: {subject}\r\nMessage-ID: <{reference.hex}@{HOME}>\r\n"
    mail = Mail(SENDER, HERS, f"{head}\r\ncanary-text\r\n".encode())
    parcel = Parcel(reference.hex, "email", HERS, datetime.now(UTC) + timedelta(hours=1), mail=mail)
    return reference, await pool.submit(parcel, Gate())


def _bounce(ours: MailServer) -> Bounce:
    report = bounce_of(ours.taken[0].content, [ours.taken[0].recipient], HOME)
    assert isinstance(report, Bounce), report
    return report
