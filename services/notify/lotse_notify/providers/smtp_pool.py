"""The mail server as a provider: several lines at once, one message on each, and bounces that come back to the attempt.

Lines are taken from the top of the pile, so that on a quiet day one stays warm and the others close.
"""

import asyncio
from dataclasses import replace

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.mail import Mail
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.verp import bounce_sender
from lotse_notify.providers.provider import MayBegin, Parcel
from lotse_notify.providers.smtp import PROVIDER, Dsn, Server, SmtpLine

LINES = 8
LINE_WAIT_FACTOR = 3  # a slow server holds up many; who waits longer than this many steps tries again later


class SmtpPool:
    """The provider `smtp`. `bounce_domain`: where bounces come to, each under the name of its attempt; empty: to the
    sender's address. `reports_read`: somebody reads what the server reports, so success is asked for as well.
    """

    name = PROVIDER
    channel: NoticeChannel = "email"

    def __init__(
        self, server: Server, *, lines: int = LINES, bounce_domain: str = "", reports_read: bool = False
    ) -> None:
        self._server, self._bounce_domain, self._reports_read = server, bounce_domain, reports_read
        self._idle = [SmtpLine(server) for _ in range(lines)]
        self._free = asyncio.Semaphore(lines)

    @property
    def lease_seconds(self) -> float:
        """Longer than the slowest hand-over, and the wait for a free line before it."""
        return self._server.lease_seconds + LINE_WAIT_FACTOR * self._server.timeout_seconds

    async def submit(self, parcel: Parcel, may_begin: MayBegin) -> Outcome:
        """One mail."""
        if parcel.mail is None:
            return Outcome("rejected", "content_refused")
        try:
            async with asyncio.timeout(LINE_WAIT_FACTOR * self._server.timeout_seconds):
                await self._free.acquire()
        except TimeoutError:
            return Outcome("not_sent", "no_line")
        line = self._idle.pop()
        try:
            return await line.hand_over(self._mail(parcel.mail, parcel.reference), may_begin, self._dsn(parcel))
        finally:
            self._idle.append(line)
            self._free.release()

    async def probe(self) -> str:
        """Whether it greets us, lets us in and can send reports, without a message. A code."""
        return await SmtpLine(self._server).probe()

    async def close(self) -> None:
        """Say goodbye on every line that nobody uses."""
        for line in self._idle:
            await line.close()

    def _mail(self, mail: Mail, reference: str) -> Mail:
        if not self._bounce_domain:
            return mail
        return replace(mail, sender=bounce_sender(reference, self._bounce_domain))

    def _dsn(self, parcel: Parcel) -> Dsn:
        """Where nobody reads them, a report of success would only fill a mailbox."""
        return Dsn(parcel.reference, success=self._reports_read)
