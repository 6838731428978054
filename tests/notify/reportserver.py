"""The tests' mail server with RFC 3461 added: it offers DSN and keeps which reports were asked for."""

import re

from aiosmtpd.smtp import Envelope, Session, syntax

from tests.notify.mailserver import Handler, Line, MailServer

ASKED = re.compile(r" (RET|ENVID|NOTIFY|ORCPT)=(\S+)")


class ReportServer(MailServer):
    """`senders` and `asked` are those of the envelopes, in their order."""

    def __init__(self, *, offers: bool = True) -> None:
        super().__init__()
        self.offers = offers
        self.senders: list[str] = []
        self.asked: list[dict[str, str]] = []
        self.says: dict[str, str] = {}

    def _line(self) -> Line:
        return ReportLine(self, ReportHandler(self))


class ReportLine(Line):
    """Takes the options off before aiosmtpd, which knows none of them, sees the command."""

    _ours: ReportServer

    @syntax("MAIL FROM: <address>")
    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802 - its name
        if said := self._ours.says.get("MAIL"):
            await self.push(said)
            return
        self._ours.asked.append(dict(ASKED.findall(arg)))
        await super().smtp_MAIL(ASKED.sub("", arg))

    @syntax("RCPT TO: <address>")
    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802 - its name
        if said := self._ours.says.get("RCPT"):
            await self.push(said)
            return
        self._ours.asked[-1] |= dict(ASKED.findall(arg))
        await super().smtp_RCPT(ASKED.sub("", arg))


class ReportHandler(Handler):
    """What aiosmtpd asks."""

    _ours: ReportServer

    async def handle_EHLO(  # noqa: N802 - its name
        self, server: ReportLine, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]] if self._ours.offers else responses

    async def handle_DATA(self, server: ReportLine, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._ours.senders.append(envelope.mail_from or "")
        if said := self._ours.says.get("DATA"):
            return said
        return await super().handle_DATA(server, session, envelope)
