"""A no of the mail server to a recipient: only what is said of the address itself makes it dead, for good."""

from collections.abc import AsyncIterator

import pytest

from lotse_notify.domain.breaker import ERRORS_MAX
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.providers.routes import Away, Guard, Routes
from lotse_notify.providers.smtp import Server
from lotse_notify.providers.smtp_pool import SmtpPool
from tests.notify.given import NOW
from tests.notify.parcels import Gate, letter
from tests.notify.reportserver import ReportServer


@pytest.fixture
async def mails() -> AsyncIterator[ReportServer]:
    server = ReportServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def pool(mails: ReportServer) -> AsyncIterator[SmtpPool]:
    made = SmtpPool(Server("127.0.0.1", mails.port, "auto", "post.example.org", 2.0), lines=1)
    yield made
    await made.close()


@pytest.mark.parametrize(
    "said",
    [
        "554 5.7.1 <x>: Relay access denied",
        "550 5.7.1 Service unavailable; client host is on a blocklist",
        "530 5.7.0 Must issue a STARTTLS command first",
        "530 Authentication required",
        "550 5.7.26 Unauthenticated email is not accepted",
        "554 Relay access denied",
        "503 5.5.1 Bad sequence of commands",
        "550 5.1.8 Sender address rejected: domain not found",
    ],
)
async def test_a_no_to_us_kills_no_address_and_is_tried_again(mails: ReportServer, pool: SmtpPool, said: str) -> None:
    """Or one evening on a blocklist would make every address dead."""
    mails.says["RCPT"] = said
    assert await pool.submit(letter(), Gate()) == Outcome("deferred", "server_refuses")
    assert mails.taken == []


async def test_a_server_that_denies_us_is_left_alone_for_a_while(mails: ReportServer, pool: SmtpPool) -> None:
    mails.says["RCPT"] = "554 5.7.1 Relay access denied"
    routes = Routes([pool], guard=Guard("local", Prices({})), clock=lambda: 0.0)
    for _ in range(ERRORS_MAX):
        provider = routes.choose("email", NOW)
        assert not isinstance(provider, Away)
        await provider.submit(letter(), Gate())
    assert isinstance(routes.choose("email", NOW), Away)
    await routes.close()


@pytest.mark.parametrize(
    ("said", "reason", "dead"),
    [
        ("550 5.1.1 nobody of that name", "recipient_refused", True),
        ("550-5.1.1 nobody\r\n550 5.1.1 of that name", "recipient_refused", True),
        ("550 5.0.0 no", "recipient_refused", True),
        ("550 No such user here", "recipient_refused", True),
        ("550 5.2.1 Mailbox disabled", "recipient_refused", True),
        ("556 5.1.10 takes no mail", "recipient_refused", True),
        ("552 5.2.2 Mailbox full", "mailbox_full", False),
        ("552 too much", "recipient_refused", False),
        ("550 5.4.1 Recipient address rejected: Access denied", "recipient_refused", False),
        ("550 5.2.3 too long for it", "recipient_refused", False),
    ],
)
async def test_only_a_no_to_the_address_itself_ends_it(
    mails: ReportServer, pool: SmtpPool, said: str, reason: str, dead: bool
) -> None:
    mails.says["RCPT"] = said
    assert await pool.submit(letter(), Gate()) == Outcome("rejected", reason, no_way=dead)
