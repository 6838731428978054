"""Takes bounces from the mail server beside us, over LMTP or SMTP on loopback; only mail to an attempt's own address.

Source: RFC 2033 (LMTP answers for each recipient), RFC 5321 (a bounce has no sender).
"""

import asyncio
import logging
from typing import cast
from uuid import UUID
from weakref import WeakSet

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from lotse_notify.domain.bounces import BOUNCE_BYTES_MAX, Bounce, bounce_of, received_of
from lotse_notify.domain.hooks import BOUNCE
from lotse_notify.domain.verp import bounced_reference
from lotse_notify.settings import Bounces
from lotse_notify.workers.databaseaway import DATABASE_AWAY
from lotse_notify.workers.receiving import Inbox

log = logging.getLogger(__name__)

RECIPIENTS_MAX = 10
IDLE_SECONDS = 60.0
GREETING_NAME = "bounces"
CRLF = "\r\n"

for name in ("mail.log", "mail.error", "mail.debug"):
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # aiosmtpd writes every address into them


class Door:
    """What aiosmtpd asks at each step. A mail that is no bounce is taken and dropped: nobody is to be answered."""

    def __init__(self, inbox: Inbox, domain: str, protocol: Bounces) -> None:
        self._inbox, self._domain, self._protocol = inbox, domain, protocol

    async def handle_RCPT(  # noqa: N802 - its name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only the addresses of tries that there are: anybody on the net may write to the domain."""
        del server, session, options
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 too many recipients"
        reference = bounced_reference(address, self._domain)
        if reference is None or not await self._inbox.knows(UUID(reference)):
            return "550 5.1.1 no such address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """250 only once it is stored; else the mail server comes again."""
        del server, session
        try:
            what = await take(self._inbox, cast("bytes", envelope.content), envelope.rcpt_tos, self._domain)
        except DATABASE_AWAY as fault:
            log.warning("a bounce could not be stored: %s", type(fault).__name__)
            what = "not_stored"
        self._inbox.meters.came.labels(BOUNCE, what).inc()
        answer = "451 4.3.0 later, please" if what == "not_stored" else "250 2.0.0 ok"
        return CRLF.join([answer] * (len(envelope.rcpt_tos) if self._protocol == "lmtp" else 1))

    async def handle_exception(self, error: Exception) -> str:
        """Its own would write the line that came into the log."""
        log.error("the bounce port failed: %s", type(error).__name__)
        return "451 4.3.0 later, please"


async def take(inbox: Inbox, raw: bytes, recipients: list[str], domain: str) -> str:
    """Store what a bounce says; returns what the mail was, as the meter counts it."""
    found = bounce_of(raw, recipients, domain)
    if not isinstance(found, Bounce):
        return found
    received = received_of(found)
    if received is None or received.reference is None or not await inbox.knows(received.reference):
        return "unknown"
    await inbox.keep(received)
    return "receipt"


class Listener:
    """Listens until stopped; `port` is known once it does."""

    def __init__(self, door: Door, protocol: Bounces) -> None:
        self._door, self._speaks = door, LMTP if protocol == "lmtp" else SMTP
        self._server: asyncio.Server | None = None
        self._lines: WeakSet[SMTP] = WeakSet()
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Port 0 takes a free one."""
        self._server = await asyncio.get_running_loop().create_server(self._line, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut every line: what was not answered is brought again."""
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            if line.transport is not None:
                cast("asyncio.Transport", line.transport).abort()

    def _line(self) -> SMTP:
        line = self._speaks(
            self._door,
            data_size_limit=BOUNCE_BYTES_MAX,
            enable_SMTPUTF8=True,
            hostname=GREETING_NAME,
            ident=GREETING_NAME,
            timeout=IDLE_SECONDS,
        )
        self._lines.add(line)
        return line


async def run(stopping: asyncio.Event, *, listener: Listener, host: str, port: int) -> None:
    """Until stopped."""
    await listener.start(host, port)
    try:
        await stopping.wait()
    finally:
        await listener.stop()
