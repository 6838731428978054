"""A real SMTP server (aiosmtpd) that takes mail, refuses it, drops the line or falls silent at a chosen stage."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

Does = Literal[
    "take",
    "busy_at_greeting",
    "refuse_sender",
    "busy_recipient",
    "refuse_recipient",
    "busy_content",
    "refuse_content",
    "drop_at_sender",
    "drop_at_recipient",
    "drop_in_content",
    "drop_after_dot",
    "silent_at_recipient",
    "silent_after_dot",
]


@dataclass(frozen=True)
class Taken:
    """A mail that arrived whole, whether or not the client learned of it."""

    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


class MailServer:
    """Counts connections and keeps what arrived. `before` happens while a recipient is named."""

    def __init__(self) -> None:
        self.does: Does = "take"
        self.before: Callable[[], Awaitable[object]] | None = None
        self.taken: list[Taken] = []
        self.connections = 0
        self.waiting = asyncio.Event()
        self._go_on = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.BaseTransport] = set()
        self.port = 0

    async def start(self) -> None:
        """On the same port again after a stop."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._line, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut every line; nobody listens any more."""
        self._go_on.set()
        if self._server is not None:
            self._server.close()
        for line in self._lines:
            cast("asyncio.Transport", line).abort()
        self._lines.clear()

    def cut(self) -> None:
        """Close every line that is open, as a server does with idle ones."""
        for line in self._lines:
            line.close()
        self._lines.clear()

    def _line(self) -> "Line":
        return Line(self, Handler(self))

    def go_on(self) -> None:
        """End the silence."""
        self._go_on.set()

    async def silence(self) -> None:
        """Say nothing until told to go on, or until the server stops."""
        self.waiting.set()
        await self._go_on.wait()


class Line(SMTP):
    """One connection."""

    def __init__(self, server: MailServer, handler: "Handler") -> None:
        super().__init__(handler, hostname="mx.example.org", enable_SMTPUTF8=True)
        self._ours = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._ours.connections += 1
        self._ours._lines.add(transport)
        if self._ours.does == "busy_at_greeting":
            cast("asyncio.Transport", transport).write(b"421 too busy\r\n")
            transport.close()
            return
        super().connection_made(transport)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - its name
        if self._ours.does == "drop_in_content":
            await self.push("354 go on")
            await self._reader.readline()
            cast("asyncio.Transport", self.transport).abort()
            return
        await super().smtp_DATA(arg)


class Handler:
    """What aiosmtpd asks at each stage."""

    def __init__(self, server: MailServer) -> None:
        self._ours = server

    async def handle_MAIL(  # noqa: N802 - its name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._ours.does == "drop_at_sender":
            server.transport.abort()
        if self._ours.does == "refuse_sender":
            return "550 not from you"
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(  # noqa: N802 - its name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._ours.before is not None:
            await self._ours.before()
        if self._ours.does == "drop_at_recipient":
            server.transport.abort()
        if self._ours.does == "silent_at_recipient":
            await self._ours.silence()
        if self._ours.does == "busy_recipient":
            return "450 later"
        if self._ours.does == "refuse_recipient":
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        does = self._ours.does
        if does in ("busy_content", "refuse_content"):
            return "451 later" if does == "busy_content" else "554 not like this"
        content = cast("bytes", envelope.content)
        self._ours.taken += [Taken(recipient, content) for recipient in envelope.rcpt_tos]
        if does == "drop_after_dot":
            server.transport.abort()
        if does == "silent_after_dot":
            await self._ours.silence()
        return "250 queued as 4711"
