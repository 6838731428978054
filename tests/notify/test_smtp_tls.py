"""The mail server behind TLS and a login: what it can do is asked anew after STARTTLS, and a stranger gets nothing."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from lotse_notify.providers.smtp import Server
from lotse_notify.providers.smtp_pool import SmtpPool
from tests.notify.mailserver import Line
from tests.notify.parcels import Gate, letter
from tests.notify.reportserver import ReportHandler, ReportLine, ReportServer

HOST = "127.0.0.1"
GOOD = "canary-pass"


class TlsServer(ReportServer):
    """Offers STARTTLS and wants a login before anything else."""

    def __init__(self, certificate: Path) -> None:
        super().__init__()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.logins: list[tuple[bytes, bytes]] = []

    def _line(self) -> Line:
        return TlsLine(self, ReportHandler(self))


class TlsLine(ReportLine):
    """One connection."""

    def __init__(self, server: TlsServer, handler: ReportHandler) -> None:
        SMTP.__init__(
            self,
            handler,
            hostname="mx.example.org",
            tls_context=server.context,
            require_starttls=True,
            auth_required=True,
            authenticator=self._known,
        )
        self._ours = server

    @staticmethod
    def _known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(server, TlsLine)
        assert isinstance(data, LoginPassword)
        assert isinstance(server._ours, TlsServer)
        server._ours.logins.append((data.login, data.password))
        return AuthResult(success=data.password == GOOD.encode(), handled=False)


@pytest.fixture
async def mails(certificate: Path) -> AsyncIterator[TlsServer]:
    server = TlsServer(certificate)
    await server.start()
    yield server
    await server.stop()


def pool(mails: TlsServer, *, password: str = GOOD) -> SmtpPool:
    server = Server(HOST, mails.port, "starttls", "post.example.org", 2.0, user="notify", password=password)
    return SmtpPool(server, lines=1, bounce_domain="bounces.example.org", reports_read=True)


async def test_after_tls_and_login_the_server_is_asked_anew_what_it_can_do(
    mails: TlsServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    shared, sent = pool(mails), letter()
    outcome = await shared.submit(sent, Gate())
    assert (outcome.ending, outcome.receipt_follows) == ("accepted", True)
    assert mails.logins == [(b"notify", GOOD.encode())]
    assert mails.asked[0]["ENVID"] == sent.reference
    assert await pool(mails).probe() == "answers_with_reports"
    await shared.close()


async def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail(mails: TlsServer) -> None:
    gate = Gate()
    outcome = await pool(mails).submit(letter(), gate)
    assert (outcome.ending, gate.asked) == ("not_sent", 0)
    assert (mails.logins, mails.taken) == ([], [])


async def test_a_server_without_tls_gets_nothing_where_tls_is_wanted() -> None:
    plain = ReportServer()
    await plain.start()
    server = Server(HOST, plain.port, "starttls", "post.example.org", 2.0, user="notify", password=GOOD)
    assert (await SmtpPool(server, lines=1).submit(letter(), Gate())).ending in ("not_sent", "deferred")
    assert (plain.senders, plain.taken) == ([], [])
    await plain.stop()


async def test_a_wrong_password_is_a_no_for_now_and_shown_nowhere(
    mails: TlsServer, certificate: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    outcome = await pool(mails, password="canary-wrong").submit(letter(), Gate())
    assert (outcome.ending, outcome.reason) == ("deferred", "server_refuses")
    shown = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.log")]
    assert "canary" not in " ".join(shown)  # `mail.log` is the server's own
