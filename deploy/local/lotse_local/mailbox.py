"""The local catcher: takes every mail and SMS on loopback, keeps it as a file, shows it on a page, sends nothing on."""

import asyncio
import logging
import os
import signal
import sys
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from lotse_local.mailbox_folder import MAIL_BYTES_MAX, MailFolder
from lotse_local.mailbox_pages import LOOPBACK, server_of
from lotse_local.mailbox_sms import SmsGate

LINE_SECONDS_MAX = 60  # a silent client is dropped
RECIPIENTS_MAX = 50
VARIABLES = ("LOTSE_MAILBOX_FOLDER", "LOTSE_MAILBOX_SMTP_PORT", "LOTSE_MAILBOX_HTTP_PORT")
EXIT_SETTINGS = 2


@dataclass(frozen=True)
class MailboxSettings:
    """Where mails are kept, and the two ports; 0 takes a free one."""

    folder: Path
    smtp_port: int
    http_port: int


class Catcher:
    """What the SMTP side asks."""

    def __init__(self, folder: MailFolder) -> None:
        self._folder = folder

    async def handle_RCPT(  # noqa: N802 - its name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Anybody."""
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Kept before the answer."""
        kept = self._folder.add(envelope.mail_from or "", envelope.rcpt_tos, cast("bytes", envelope.content))
        return f"250 kept as {kept.id}"


def settings_of(environ: dict[str, str]) -> MailboxSettings:
    """Raises ValueError naming what is missing or wrong."""
    if missing := [name for name in VARIABLES if not environ.get(name)]:
        raise ValueError(f"missing: {', '.join(missing)}")
    folder, smtp_port, http_port = (environ[name] for name in VARIABLES)
    if not (smtp_port.isdigit() and http_port.isdigit()):
        raise ValueError(f"not a port: {VARIABLES[1]} or {VARIABLES[2]}")
    return MailboxSettings(Path(folder), int(smtp_port), int(http_port))


async def serve(settings: MailboxSettings, stopping: asyncio.Event) -> None:
    """Until stopped."""
    folder, loop = MailFolder(settings.folder), asyncio.get_running_loop()
    gate = SmsGate(folder)
    pages = server_of(folder, settings.http_port, gate)
    line = partial(
        SMTP,
        Catcher(folder),
        data_size_limit=MAIL_BYTES_MAX,
        hostname="localhost",
        ident="lotse-mailbox",
        enable_SMTPUTF8=True,
        timeout=LINE_SECONDS_MAX,
    )
    smtp = await loop.create_server(line, LOOPBACK, settings.smtp_port)
    serving = threading.Thread(target=pages.serve_forever, name="pages", daemon=True)
    serving.start()
    smtp_port, http_port = smtp.sockets[0].getsockname()[1], pages.server_address[1]
    print(f"mailbox takes mail on port {smtp_port} and shows it on port {http_port}", flush=True)
    try:
        await stopping.wait()
    finally:
        smtp.close()
        await loop.run_in_executor(None, pages.shutdown)
        pages.server_close()
        await loop.run_in_executor(None, gate.close)


async def _run(settings: MailboxSettings) -> None:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await serve(settings, stopping)


def main() -> None:
    """`python -m lotse_local.mailbox`, told by the environment."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd names addresses there
    try:
        asyncio.run(_run(settings_of(dict(os.environ))))
    except ValueError as fault:
        print(f"mailbox: {fault}", file=sys.stderr)
        sys.exit(EXIT_SETTINGS)


if __name__ == "__main__":
    main()
