"""A real Kannel (bearerbox and smsbox of Debian) between notify and an SMSC, on loopback and on free ports."""

import shutil
import subprocess
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import httpx

from tests import kit
from tests.peers import needed, tethered

USER, PASSWORD, ADMIN = "lotse", "kannel-secret", "kannel-admin"
SENDER = "4934112345"

_BEARERBOX = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {admin_password}
smsbox-port = {inner}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal
log-file = {folder}/bearerbox.log
log-level = {level}
sms-resend-freq = 1
sms-resend-retry = {resends}

group = smsc
smsc = smpp
smsc-id = smsc
host = 127.0.0.1
port = {smsc}
transceiver-mode = 1
smsc-username = lotse
smsc-password = smsc
system-type = ""
reconnect-delay = 1
wait-ack = 2
enquire-link-interval = 2
wait-ack-expire = {expire}
max-pending-submits = 100
{limits}
"""

_SMSBOX = """
group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = {sender}
log-file = {folder}/smsbox.log
log-level = {level}
http-request-retry = 60
http-queue-delay = 1

group = sendsms-user
username = {user}
password = {password}
max-messages = 10
concatenation = 1

group = sms-service
keyword = default
post-url = "{inbound}"
max-messages = 0
accept-x-kannel-headers = 1
send-sender = 1
"""


class Receipt(IntEnum):
    """What a delivery report says. Source: Kannel 1.4.5 User Guide, "Delivery Reports"."""

    DELIVERED = 1
    UNDELIVERED = 2
    BUFFERED = 4
    CENTRE_ACCEPTED = 8
    CENTRE_REFUSED = 16


@dataclass
class Kannel:
    """Both boxes. `resends` and `resend_unanswered` say what Kannel itself does when its centre falls silent.

    Kannel keeps what it could not submit and submits it again; `wait-ack-expire` 0x01 does so with what was never
    answered, 0x02 waits for ever. Source: Kannel 1.4.5 User Guide, "SMPP" and "sms-resend-retry".
    """

    smsc_port: int
    inbound_url: str = "http://127.0.0.1:1/"
    resends: int = -1
    resend_unanswered: bool = True
    level: int = 1
    limits: str = ""
    folder: Path = field(default_factory=kit.new_folder)
    boxes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.admin_port, self.inner_port, self.port = kit.free_ports(3)

    @property
    def url(self) -> str:
        """Where messages are handed over."""
        return f"http://127.0.0.1:{self.port}/cgi-bin/sendsms"

    async def start(self) -> None:
        """Both boxes, with the line to the centre open. Raises Missing."""
        bearerbox, smsbox = needed.command("bearerbox"), needed.command("smsbox")
        config = self.folder / "kannel.conf"
        config.write_text(self._config())
        config.chmod(0o600)
        self._start(bearerbox, config)
        await kit.eventually(self._online)
        self._start(smsbox, config)
        await kit.eventually(self._takes)

    def stop(self) -> None:
        """End both and forget what they had."""
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def start_again(self) -> None:
        """Killed and started: whatever it had in memory is gone, such as which messages it owes a receipt."""
        self._end()
        await self.start()

    async def status(self) -> str:
        """What bearerbox says of itself."""
        async with httpx.AsyncClient(timeout=2.0) as client:
            url = f"http://127.0.0.1:{self.admin_port}/status.txt"
            return (await client.get(url, params={"password": ADMIN})).text

    def log(self) -> str:
        """Both logs, which hold numbers and texts: for tests only."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    async def _online(self) -> bool:
        try:
            return "(online" in await self.status()
        except httpx.HTTPError:
            return False

    async def _takes(self) -> bool:
        async with httpx.AsyncClient(timeout=2.0) as client:
            try:
                return (await client.get(self.url)).status_code == httpx.codes.FORBIDDEN
            except httpx.HTTPError:
                return False

    def _end(self) -> None:
        for box in reversed(self.boxes):
            tethered.stop(box)
        self.boxes.clear()

    def _start(self, program: str, config: Path) -> None:
        with (self.folder / "out.txt").open("ab") as out:
            box = tethered.start([program, str(config)], ends_by="KILL", out=out, folder=self.folder)
            self.boxes.append(box)

    def _config(self) -> str:
        return (_BEARERBOX + _SMSBOX).format(
            admin=self.admin_port,
            admin_password=ADMIN,
            inner=self.inner_port,
            sendsms=self.port,
            smsc=self.smsc_port,
            folder=self.folder,
            level=self.level,
            resends=self.resends,
            expire="0x01" if self.resend_unanswered else "0x02",
            limits=self.limits,
            sender=SENDER,
            user=USER,
            password=PASSWORD,
            inbound=self.inbound_url,
        )
