"""Where everything lies in a data folder: one machine, one or more associations."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from lotse_contracts.catalogue import SERVICES

NAME = re.compile(r"^[a-z][a-z0-9]{1,30}$")
RESERVED_NAMES = frozenset({"hub"})
OPEN_FOLDER = 0o711  # PostgreSQL's account must pass through as root starts it; nobody lists it
CLOSED_FOLDER = 0o700


class NameRefused(ValueError):
    """An association's name is also a JetStream domain: small letters and digits."""


@dataclass(frozen=True)
class AssociationFolder:
    """One association's part of the data folder."""

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        return self.root / "associations" / self.name

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def broker(self) -> Path:
        return self.folder / "nats"

    @property
    def processes(self) -> Path:
        """Logs and pid files of the services."""
        return self.folder / "processes"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def partners(self) -> Path:
        """Cards of partner associations, as the services read them."""
        return self.folder / "partners.json"

    @property
    def partner_cards(self) -> Path:
        """The cards as they were given to us, one file a partner."""
        return self.folder / "partners"

    @property
    def hub(self) -> Path:
        """The hub's URL, when there is one."""
        return self.folder / "hub.url"

    @property
    def settings(self) -> Path:
        """What an administrator sets for the services."""
        return self.folder / "settings.toml"

    @property
    def erasures_to_say(self) -> Path:
        """Persons whose erasure is said again at the next start: a restore leaves it."""
        return self.folder / "erasures.json"

    @property
    def mailbox(self) -> Path:
        return self.folder / "mailbox"

    def person_keys(self, service: str) -> Path:
        """Wrapped person keys of a service: outside its database and never in its backup."""
        return self.folder / "person-keys" / service

    def seal_ring(self, service: str) -> Path:
        """Keys that orders to a service are sealed to; they come and go, and are in no backup."""
        return self.folder / "seal-rings" / service

    def files(self, service: str) -> Path:
        """Encrypted files of a service."""
        return self.folder / "files" / service

    def traces(self, service: str) -> Path:
        """Finished spans of a service as JSON lines."""
        return self.folder / "traces" / f"{service}.jsonl"

    def seed(self, user: str) -> Path:
        """The nkey seed of a broker user."""
        return self.secrets / "users" / f"{user}.seed"

    def key(self, name: str) -> Path:
        """A raw 32-byte key."""
        return self.secrets / "keys" / name

    def create(self) -> None:
        """All folders, each no more open than it must be."""
        self.root.mkdir(parents=True, exist_ok=True)
        for path in (self.root, self.root / "associations", self.folder, self.postgres):
            path.mkdir(exist_ok=True)
            path.chmod(OPEN_FOLDER)
        closed = [self.broker, self.processes, self.secrets, self.secrets / "users", self.secrets / "keys"]
        closed += [self.partner_cards, self.mailbox, self.folder / "person-keys", self.folder / "files"]
        closed += [self.folder / "traces", self.folder / "seal-rings"]
        closed += [place(service) for service in SERVICES for place in (self.person_keys, self.files)]
        for path in closed:
            path.mkdir(exist_ok=True, mode=CLOSED_FOLDER)


@dataclass(frozen=True)
class DataFolder:
    """The data folder of one machine."""

    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "lotse.lock"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def engines(self) -> Path:
        """Copies of binaries, where their account cannot reach the installed ones."""
        return self.root / "engines"

    @property
    def endpoints(self) -> Path:
        return self.root / "endpoints.json"

    @property
    def state(self) -> Path:
        """What the supervisor last saw of each process."""
        return self.root / "state.json"

    @property
    def hub(self) -> Path:
        return self.root / "hub"

    def association(self, name: str) -> AssociationFolder:
        """Raises NameRefused."""
        if not NAME.match(name) or name in RESERVED_NAMES:
            raise NameRefused(f"an association's name has 2 to 31 small letters and digits: {name!r} has not")
        return AssociationFolder(self.root, name)

    def associations(self) -> tuple[str, ...]:
        """The names of all associations that live here."""
        here = self.root / "associations"
        return tuple(sorted(path.name for path in here.iterdir() if path.is_dir())) if here.is_dir() else ()


def default_root() -> Path:
    """Where data lie unless told otherwise; as root a folder that PostgreSQL's account can reach."""
    if os.geteuid() == 0:
        return Path("/var/lib/lotse")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "lotse"


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
