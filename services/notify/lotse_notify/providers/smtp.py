"""One line to a mail server, stage by stage, so that it is always known how far a message had come when it failed.

Source of the stages and of what each failure means: RFC 5321, section 4.3.2; RFC 1047 on the lost answer after the dot.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from lotse_notify.domain.magic import Recipients, held_back
from lotse_notify.domain.mail import Mail
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.refusals import of_recipient

PROVIDER = "smtp"

LINE_SECONDS_MAX = 60.0  # servers drop idle and long lines; a fresh one costs less than a lost answer
LINE_MESSAGES_MAX = 100
LINE_IDLE_SECONDS = 1.0  # after which it is asked whether it still lives
CLOSING = 421  # RFC 5321: the server is closing the line
THROTTLED = re.compile(r"4\.7\.\d")  # RFC 3463, 3.8: a policy of the server, such as so many an hour
QUEUED_AS = re.compile(r"\bqueued as ([A-Za-z0-9]{1,64})\b")  # as Postfix says it; others may say nothing
DOT_SECONDS_FACTOR = 4
"""After the dot a server looks at the content; RFC 5321, 4.5.3.2.6, would wait ten minutes. Who gives up too early
sends a second copy."""
STEPS_SECONDS_FACTOR = 10 + 2 * DOT_SECONDS_FACTOR
"""Connect, greeting, TLS, EHLO twice, login, NOOP, MAIL, RCPT, one to spare; DATA and the dot."""


@dataclass(frozen=True)
class Server:
    """Where the mail server is and how to speak to it."""

    host: str
    port: int
    tls: str
    own_name: str
    timeout_seconds: float
    user: str = ""
    password: str = field(default="", repr=False)
    recipients: Recipients = "local"
    """Who may be written to over any line to it, mails to offices included."""

    @property
    def lease_seconds(self) -> float:
        """Longer than the slowest hand-over: who holds a message longer is gone."""
        return STEPS_SECONDS_FACTOR * self.timeout_seconds

    @property
    def start_tls(self) -> bool:
        """`auto` leaves out encryption on loopback only."""
        return self.tls == "starttls" or (self.tls == "auto" and not _is_loopback(self.host))


@dataclass(frozen=True)
class Dsn:
    """Which reports are wished, where the server sends any: they name the attempt and bring no content back.

    Source: RFC 3461, sections 4.1 to 4.4.
    """

    reference: str
    success: bool

    @property
    def of_mail(self) -> list[str]:
        """Options of MAIL: only headers come back, under our own name of the attempt."""
        return ["RET=HDRS", f"ENVID={self.reference}"]

    @property
    def of_recipient(self) -> list[str]:
        """Options of RCPT."""
        return ["NOTIFY=SUCCESS,FAILURE,DELAY" if self.success else "NOTIFY=FAILURE"]


class SmtpLine:
    """A connection that is kept for a while. One task uses it; after any fault it is closed, never mended."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client: SMTP | None = None
        self._opened_at = 0.0
        self._used_at = 0.0
        self._messages = 0

    async def hand_over(self, mail: Mail, may_begin: Callable[[], Awaitable[bool]], dsn: Dsn | None = None) -> Outcome:
        """Hand over one mail. `may_begin` commits that the content begins, or says that it must not."""
        if (instead := held_back(self._server.recipients, "email", mail.recipient)) is not None:
            return instead
        try:
            outcome = await self._hand_over(mail, may_begin, dsn)
        except BaseException:
            self._drop()
            raise
        if outcome.ending != "accepted":
            self._drop()
        return outcome

    async def probe(self) -> str:
        """Whether the server lets us in, and whether it sends reports; no message begins. A code."""
        try:
            client = await self._connected()
            return "answers_with_reports" if _reports(client) else "answers"
        except SMTPResponseException:
            return "server_refuses"
        except (SMTPException, OSError, TimeoutError, ValueError):
            return "server_away"
        finally:
            await self.close()

    async def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        if self._client is not None:
            with suppress(SMTPException, OSError, TimeoutError):
                await self._client.quit()
        self._drop()

    async def _hand_over(self, mail: Mail, may_begin: Callable[[], Awaitable[bool]], dsn: Dsn | None) -> Outcome:
        try:
            client = await self._addressed(mail, dsn)
        except SMTPRecipientRefused as fault:
            return of_recipient(fault.code, fault.message)
        except SMTPResponseException as fault:
            if THROTTLED.match(fault.message):
                return Outcome("throttled", "server_throttles")
            return Outcome("deferred", "server_refuses")  # our account or our address: somebody here must look at it
        except (SMTPException, OSError, TimeoutError, ValueError):
            return Outcome("not_sent", "server_away")
        if not await may_begin():
            return Outcome("withdrawn", "withdrawn")
        return await self._content(client, mail, receipt_follows=dsn is not None and dsn.success and _reports(client))

    async def _addressed(self, mail: Mail, dsn: Dsn | None) -> SMTP:
        """The envelope is accepted. A kept line that turns out dead is replaced: nothing has gone over it yet."""
        kept = self._messages > 0
        client = await self._connected()
        try:
            await _from(client, mail, dsn)
        except (SMTPServerDisconnected, SMTPSenderRefused, OSError) as fault:
            if not kept or getattr(fault, "code", CLOSING) != CLOSING:
                raise
            self._drop()
            client = await self._connected()
            await _from(client, mail, dsn)
        await client.rcpt(mail.recipient, options=dsn.of_recipient if dsn is not None and _reports(client) else None)
        return client

    async def _content(self, client: SMTP, mail: Mail, *, receipt_follows: bool) -> Outcome:
        """From here on only an answer of the server is a definite no."""
        try:
            response = await client.data(mail.content, timeout=DOT_SECONDS_FACTOR * self._server.timeout_seconds)
        except SMTPDataError as fault:
            return _content_refused(fault)
        except TimeoutError:
            return Outcome("unknown", "answer_missing")
        except SMTPResponseException:
            return Outcome("unknown", "answer_unclear")
        except (SMTPException, OSError):
            return Outcome("unknown", "connection_lost")
        self._messages += 1
        self._used_at = time.monotonic()
        queued = QUEUED_AS.search(response.message)
        return Outcome(
            "accepted",
            "server_took_it",
            provider_id="" if queued is None else queued[1],
            receipt_follows=receipt_follows,
        )

    async def _connected(self) -> SMTP:
        """The line as it is if it still answers and is neither old nor worn, else a fresh one."""
        if self._client is not None and self._worth_keeping():
            if time.monotonic() - self._used_at < LINE_IDLE_SECONDS:
                return self._client
            with suppress(SMTPException, OSError, TimeoutError):
                await self._client.noop()
                return self._client
        await self.close()
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.timeout_seconds,
            local_hostname=server.own_name,
            use_tls=server.tls == "tls",
            start_tls=False if server.tls == "tls" else server.start_tls,
            username=server.user or None,
            password=server.password or None,
        )
        self._client = client
        async with asyncio.timeout(server.lease_seconds / 2):
            await client.connect()
            if client.last_ehlo_response is None:  # without TLS and login nobody has asked yet what the server can do
                await client.ehlo()
        self._opened_at, self._messages = time.monotonic(), 0
        return client

    def _worth_keeping(self) -> bool:
        age = time.monotonic() - self._opened_at
        return age < LINE_SECONDS_MAX and self._messages < LINE_MESSAGES_MAX

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


async def _from(client: SMTP, mail: Mail, dsn: Dsn | None) -> None:
    await client.mail(mail.sender, options=dsn.of_mail if dsn is not None and _reports(client) else None)


def _reports(client: SMTP) -> bool:
    return client.supports_extension("dsn")


def _content_refused(fault: SMTPDataError) -> Outcome:
    if _permanent(fault):
        return Outcome("rejected", "content_refused")
    if THROTTLED.match(fault.message):
        return Outcome("throttled", "server_throttles")
    return Outcome("deferred", "content_deferred") if _transient(fault) else Outcome("unknown", "answer_unclear")


def _permanent(fault: SMTPResponseException) -> bool:
    return 500 <= fault.code < 600


def _transient(fault: SMTPResponseException) -> bool:
    return 400 <= fault.code < 500


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
