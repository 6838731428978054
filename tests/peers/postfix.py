"""A real Postfix with a configuration, a queue and an account of its own; nothing of the machine's is touched."""

import pwd
import shutil
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests import kit
from tests.peers import needed, tethered

OWNER, GROUP, NOBODY = "news", "operator", "nobody"  # Debian has them everywhere; Postfix wants three that differ
OF_OWNER = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
)
DAY_SECONDS = 86_400
HOME = "post.example.net"  # the domain that returned mail comes to

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {unpacked}/usr/sbin
daemon_directory = {unpacked}/usr/lib/postfix/sbin
shlib_directory = {unpacked}/usr/lib/postfix
meta_directory = {unpacked}/etc/postfix
mail_owner = {owner}
setgid_group = {group}
default_privs = {nobody}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH TZ LANG=C
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtp_host_lookup = native
transport_maps = texthash:{folder}/conf/transport
default_transport = error:5.1.2 no such domain
maximal_queue_lifetime = {lifetime}s
bounce_queue_lifetime = {lifetime}s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
smtp_connect_timeout = 5s
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class Postfix:
    """`routes`: where a domain's mail goes, by port on loopback; over LMTP for those of `by_lmtp`.

    `lifetime_seconds`: after which it is returned.
    """

    routes: Mapping[str, int]
    by_lmtp: Collection[str] = ()
    lifetime_seconds: int = DAY_SECONDS
    folder: Path = field(default_factory=kit.new_folder)
    running: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        (self.port,) = kit.free_ports(1)

    async def start(self) -> None:
        """On the same queue again after a stop. Raises Missing."""
        master = needed.postfix("master")
        self._lay_out()
        environment = {**needed.libraries(), "MAIL_CONFIG": str(self.folder / "conf")}
        with (self.folder / "out.txt").open("ab") as out:
            command = [str(master), "-c", str(self.folder / "conf"), "-d"]
            self.running = tethered.start(command, out=out, environment=environment)
        await kit.eventually(lambda: needed.listens(self.port))

    def stop(self) -> None:
        """End it with all its processes, which end when their master does."""
        if self.running is not None:
            tethered.stop(self.running)
            self.running = None

    def remove(self) -> None:
        """Stop and forget."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """What it wrote, with addresses: for tests only."""
        files = [self.folder / "log", self.folder / "out.txt"]
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def _lay_out(self) -> None:
        conf, queue, data = (self.folder / name for name in ("conf", "queue", "data"))
        for folder in (conf, queue, data, *(queue / name for name in (*OF_OWNER, "maildrop", "public", "pid"))):
            folder.mkdir(exist_ok=True)
        owner = pwd.getpwnam(OWNER).pw_uid
        for folder in (data, *(queue / name for name in OF_OWNER)):
            shutil.chown(folder, owner)
            folder.chmod(0o700)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            shutil.chown(queue / name, owner, GROUP)
            (queue / name).chmod(mode)
        (conf / "main.cf").write_text(self._main())
        (conf / "master.cf").write_text(_MASTER.format(port=self.port))
        routes = [
            f"{domain} lmtp:inet:127.0.0.1:{port}\n"
            if domain in self.by_lmtp
            else f"{domain} smtp:[127.0.0.1]:{port}\n"
            for domain, port in self.routes.items()
        ]
        (conf / "transport").write_text("".join(routes))

    def _main(self) -> str:
        return _MAIN.format(
            folder=self.folder,
            unpacked=needed.UNPACKED,
            owner=OWNER,
            group=GROUP,
            nobody=NOBODY,
            lifetime=self.lifetime_seconds,
        )
