"""The mail server as a provider: lines that are shared and renewed, reports that come back to their attempt."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.magic import Recipients
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.verp import bounce_sender, bounced_reference
from lotse_notify.providers import smtp, smtp_pool
from lotse_notify.providers.smtp import Server, SmtpLine
from lotse_notify.providers.smtp_pool import SmtpPool
from tests import kit
from tests.notify.mailserver import Does
from tests.notify.parcels import ADDRESS, SENDER, Gate, letter, parcel
from tests.notify.reportserver import ReportServer

Pool = Callable[..., SmtpPool]


@pytest.fixture
async def mails() -> AsyncIterator[ReportServer]:
    server = ReportServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def pool(mails: ReportServer) -> AsyncIterator[Pool]:
    made: list[SmtpPool] = []

    def make(lines: int = 2, *, bounce_domain: str = "", reports_read: bool = False) -> SmtpPool:
        server = Server("127.0.0.1", mails.port, "auto", "post.example.org", 0.5)
        made.append(SmtpPool(server, lines=lines, bounce_domain=bounce_domain, reports_read=reports_read))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_reports_are_asked_for_under_our_name_of_the_attempt(mails: ReportServer, pool: Pool) -> None:
    """Trap 21: without TLS and login nobody has said EHLO yet, and so nobody knows what the server offers."""
    sent = letter()
    outcome = await pool(bounce_domain="bounces.example.org", reports_read=True).submit(sent, Gate())
    assert outcome == Outcome("accepted", "server_took_it", provider_id="4711", receipt_follows=True)
    assert mails.asked == [{"RET": "HDRS", "ENVID": sent.reference, "NOTIFY": "SUCCESS,FAILURE,DELAY"}]
    assert mails.senders == [f"b-{sent.reference}@bounces.example.org"]
    assert mails.taken[0].recipient == ADDRESS


async def test_where_nobody_reads_reports_only_failures_come_back(mails: ReportServer, pool: Pool) -> None:
    sent = letter()
    outcome = await pool().submit(sent, Gate())
    assert not outcome.receipt_follows
    assert mails.asked == [{"RET": "HDRS", "ENVID": sent.reference, "NOTIFY": "FAILURE"}]
    assert mails.senders == [SENDER]


async def test_a_server_without_reports_is_asked_for_none(mails: ReportServer, pool: Pool) -> None:
    mails.offers = False
    outcome = await pool(bounce_domain="bounces.example.org", reports_read=True).submit(letter(), Gate())
    assert (outcome.ending, outcome.receipt_follows, mails.asked) == ("accepted", False, [{}])


async def test_lines_are_shared_and_no_more_are_opened_than_allowed(mails: ReportServer, pool: Pool) -> None:
    shared = pool(lines=3)
    outcomes = await asyncio.gather(*(shared.submit(letter(), Gate()) for _ in range(40)))
    assert {outcome.ending for outcome in outcomes} == {"accepted"}
    assert len(mails.taken) == 40
    assert mails.connections <= 3


async def test_a_quiet_day_needs_one_line(mails: ReportServer, pool: Pool) -> None:
    shared = pool(lines=8)
    for _ in range(5):
        await shared.submit(letter(), Gate())
    assert mails.connections == 1


async def test_a_line_is_renewed_after_so_many_messages(
    mails: ReportServer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap 21: servers limit the messages of a connection."""
    monkeypatch.setattr(smtp, "LINE_MESSAGES_MAX", 3)
    shared = pool(lines=1)
    for _ in range(7):
        assert (await shared.submit(letter(), Gate())).ending == "accepted"
    assert mails.connections == 3


async def test_a_server_that_takes_its_leave_costs_no_message(mails: ReportServer, pool: Pool) -> None:
    """Trap 21: 421, or a line that is simply gone, before the next message has begun."""
    shared = pool(lines=1)
    await shared.submit(letter(), Gate())
    mails.cut()
    assert (await shared.submit(letter(), Gate())).ending == "accepted"
    assert (mails.connections, len(mails.taken)) == (2, 2)


async def test_who_waits_too_long_for_a_line_has_sent_nothing(
    mails: ReportServer, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or its lease would end while it waits."""
    monkeypatch.setattr(smtp_pool, "LINE_WAIT_FACTOR", 0.1)
    shared = pool(lines=1)
    mails.does = "silent_after_dot"
    first = asyncio.create_task(shared.submit(letter(), Gate()))
    await asyncio.wait_for(mails.waiting.wait(), kit.EVENTUALLY_SECONDS)
    gate = Gate()
    outcome = await shared.submit(letter(), gate)
    assert (outcome.ending, outcome.reason, gate.asked) == ("not_sent", "no_line", 0)
    assert (await first).ending == "unknown"


@pytest.mark.parametrize(
    ("stage", "said", "ending", "reason"),
    [
        ("MAIL", "450 4.7.1 too many from you", "throttled", "server_throttles"),
        ("MAIL", "451 4.3.0 out of order", "deferred", "server_refuses"),
        ("RCPT", "450 4.7.1 greylisted", "deferred", "recipient_deferred"),
        ("RCPT", "550 5.1.1 nobody of that name", "rejected", "recipient_refused"),
        ("DATA", "452 4.7.0 so many an hour", "throttled", "server_throttles"),
        ("DATA", "421 4.3.2 going down", "deferred", "content_deferred"),
        ("DATA", "554 5.7.1 not like this", "rejected", "content_refused"),
    ],
)
async def test_a_refusal_at_each_stage_is_a_definite_no(
    mails: ReportServer, pool: Pool, stage: str, said: str, ending: str, reason: str
) -> None:
    mails.says[stage] = said
    outcome = await pool().submit(letter(), Gate())
    assert (outcome.ending, outcome.reason) == (ending, reason)
    assert outcome.no_way == (reason == "recipient_refused")
    assert mails.taken == []


@pytest.mark.parametrize(
    ("does", "ending"),
    [
        ("busy_at_greeting", {"deferred", "not_sent"}),
        ("drop_at_sender", {"not_sent"}),
        ("drop_at_recipient", {"not_sent"}),
        ("silent_at_recipient", {"not_sent"}),
        ("drop_in_content", {"unknown"}),
        ("drop_after_dot", {"unknown"}),
        ("silent_after_dot", {"unknown"}),
    ],
)
async def test_a_line_that_breaks_is_a_doubt_only_once_the_content_has_begun(
    mails: ReportServer, pool: Pool, does: Does, ending: set[str]
) -> None:
    mails.does, gate = does, Gate()
    assert (await pool().submit(letter(), gate)).ending in ending
    assert gate.asked == (1 if ending == {"unknown"} else 0)


async def test_after_a_fault_the_line_is_a_new_one(mails: ReportServer, pool: Pool) -> None:
    shared = pool(lines=1)
    mails.does = "drop_after_dot"
    await shared.submit(letter(), Gate())
    mails.does = "take"
    assert (await shared.submit(letter(), Gate())).ending == "accepted"
    assert mails.connections == 2


async def test_a_held_back_mail_leaves_nothing_on_the_line(mails: ReportServer, pool: Pool) -> None:
    shared = pool(lines=1)
    assert (await shared.submit(letter(), Gate(may=False))).ending == "withdrawn"
    assert (await shared.submit(letter(), Gate())).ending == "accepted"
    assert len(mails.taken) == 1


async def test_a_worker_that_is_stopped_gives_its_line_back(mails: ReportServer, pool: Pool) -> None:
    shared = pool(lines=1)
    mails.does = "silent_at_recipient"
    stopped = asyncio.create_task(shared.submit(letter(), Gate()))
    await asyncio.wait_for(mails.waiting.wait(), kit.EVENTUALLY_SECONDS)
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    mails.does = "take"
    assert (await shared.submit(letter(), Gate())).ending == "accepted"


@pytest.mark.parametrize(
    ("recipients", "address", "reason"),
    [
        ("living", "office@example.org", "magic_recipient"),
        ("magic", "office@dresden.de", "living_recipient"),
        ("magic", "office@example.org", "magic"),
    ],
)
async def test_no_line_of_ours_leads_to_a_recipient_of_the_wrong_kind(
    mails: ReportServer, recipients: Recipients, address: str, reason: str
) -> None:
    """Trap 27, for mails to offices as well, which go past the routes."""
    line = SmtpLine(Server("127.0.0.1", mails.port, "auto", "post.example.org", 0.5, recipients=recipients))
    mail = letter(address=address).mail
    assert mail is not None
    assert (await line.hand_over(mail, Gate())).reason == reason
    assert mails.connections == 0


async def test_a_parcel_without_a_mail_is_none_for_it(pool: Pool) -> None:
    assert (await pool().submit(parcel(), Gate())).ending == "rejected"


async def test_it_can_be_asked_whether_it_lets_us_in(mails: ReportServer, pool: Pool) -> None:
    assert await pool().probe() == "answers_with_reports"
    mails.offers = False
    assert await pool().probe() == "answers"
    mails.does = "busy_at_greeting"
    assert await pool().probe() in ("server_refuses", "server_away")
    await mails.stop()
    assert await pool().probe() == "server_away"
    assert mails.taken == []


def test_a_bounce_leads_back_to_its_attempt() -> None:
    reference = uuid4().hex
    address = bounce_sender(reference, "bounces.example.org")
    assert bounced_reference(address, "bounces.example.org") == reference
    assert bounced_reference(f"<{address.upper()}>", "Bounces.example.org") == reference


@pytest.mark.parametrize("address", ["", "<>", "b-1@bounces.example.org", "somebody@bounces.example.org", "b-"])
def test_other_addresses_lead_nowhere(address: str) -> None:
    assert bounced_reference(address, "bounces.example.org") is None
    assert bounced_reference(bounce_sender(uuid4().hex, "elsewhere.org"), "bounces.example.org") is None


@given(st.text())
def test_no_address_whatever_breaks_it(address: str) -> None:
    assert bounced_reference(address, "bounces.example.org") is None or "b-" in address.lower()
