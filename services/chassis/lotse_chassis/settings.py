"""What a service is told by its environment: every variable is `LOTSE_` and the field's name in capitals."""

import base64
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

PREFIX = "LOTSE_"


def _address(text: str) -> str:
    """What is raised is shown, so it must not be what the library says, which quotes the address.

    Of a password with an @ in it SQLAlchemy takes the end for a part of the host, and asks for it by name.
    """
    with suppress(ValueError):
        parts = urlsplit(text)
        if parts.scheme and "://" in text and parts.port != 0 and parts.netloc.count("@") <= 1:
            return text
    raise ValueError("postgresql://user:password@host:port/database")


DatabaseUrl = Annotated[str, AfterValidator(_address)]
Rate = Annotated[float, Field(gt=0)]
Burst = Annotated[int, Field(ge=1)]
REQUIRED: Any = ...
WANTED = {
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
    "literal_error": "{expected}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "value_error": "{error}",
}
"""What a variable takes, by pydantic's name of the fault."""
VERIFIER_KEYS = ("ledger_logs", "ledger_witness")  # text in a partner's card, where the rest is raw keys


class SettingsInvalid(Exception):
    """Names the variables at fault, never their values."""


def setting(description: str, *, default: Any = REQUIRED, shown: bool = True) -> Any:
    """A field of Settings; the description is its documentation. `shown`: whether the repr says it."""
    return Field(default, description=description, repr=shown)


class Settings(BaseModel):
    """What every service needs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    association: str = setting("name of the association that this service belongs to")
    database_url: DatabaseUrl = setting(
        "PostgreSQL of this service, `postgresql://user:password@host:port/database`", shown=False
    )
    database_role: str = setting(
        "for `migrate`: the role that `serve` uses; empty means the service's name", default=""
    )
    nats_url: str = setting("broker of the association", default="nats://127.0.0.1:4222", shown=False)
    nats_seed_file: Path | None = setting("file with the nkey seed of this service's broker user", default=None)
    fed_seed_file: Path | None = setting(
        "file with the nkey seed for federated streams; empty: no partner", default=None
    )
    transfer_again_seconds: Rate = setting(
        "seconds until a transfer is said again that no partner has acknowledged; each time after twice as long",
        default=30.0,
    )
    http_host: str = setting("address that the HTTP face listens on", default="127.0.0.1")
    http_port: int = setting("port of the HTTP face; 0 takes a free one", default=0)
    public_url: str = setting("how people outside reach the HTTP face; used in links", default="http://127.0.0.1")
    token_key: str = setting("public Ed25519 key of staff tokens, base64url, 32 raw bytes", default="")
    seal_key_file: Path | None = setting(
        "file with the private X25519 key that content is sealed to, 32 raw bytes", default=None
    )
    seal_ring_folder: Path | None = setting(
        "folder of the keys that orders are sealed to, replaced after each erasure, in no backup;"
        " empty: the one key of LOTSE_SEAL_KEY_FILE, for good",
        default=None,
    )
    seal_grace_seconds: float = setting(
        "seconds that a replaced sealing key still opens what is on its way", default=3600.0
    )
    sign_key_file: Path | None = setting(
        "file with the private Ed25519 key that signs transfers, 32 raw bytes", default=None
    )
    partners_file: Path | None = setting("JSON file with the public keys of partner associations", default=None)
    keys_folder: Path | None = setting("folder of the person keys, outside the database", default=None)
    kek_file: Path | None = setting("file with the key-encryption key of the person keys, 32 raw bytes", default=None)
    traces_file: Path | None = setting(
        "file that finished spans are written to as JSON lines; empty: none", default=None
    )
    log_level: str = setting("`debug`, `info`, `warning` or `error`", default="info")
    public_orders_per_second: Rate = setting("anonymous orders taken per frontend and second", default=100.0)
    public_orders_burst: Burst = setting("anonymous orders that a frontend may send at once", default=200)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the environment. Raises SettingsInvalid with the names of what is missing or wrong."""
        env = os.environ if environ is None else environ
        given = {name: env[variable(name)] for name in cls.model_fields if env.get(variable(name), "") != ""}
        try:
            return cls.model_validate(given)
        except ValidationError as fault:
            raise SettingsInvalid(
                f"missing or wrong: {', '.join(_faults(fault.errors(include_input=False)))}"
            ) from None


def _faults(errors: Sequence[Any]) -> list[str]:
    """The variables at fault, each with what it takes where pydantic says so; never what was given."""
    wanted: dict[str, str] = {}
    for error in errors:
        wish = WANTED.get(error["type"], "").format(**error.get("ctx", {}))
        wanted.setdefault(variable(str(error["loc"][0])), f" ({wish})" if wish else "")
    return [f"{name}{wish}" for name, wish in sorted(wanted.items())]


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


@dataclass(frozen=True)
class Partner:
    """Public keys of a partner association, raw 32 bytes each.

    `ledger_logs` and `ledger_witness` are C2SP verifier keys as text, of the log's and the witness's signatures; an
    older file has none.
    """

    verify: bytes
    intake_seal: bytes
    referral_seal: bytes
    ledger_seal: bytes
    ledger_logs: tuple[str, ...] = ()
    ledger_witness: str = ""

    def seal_key(self, service: str) -> bytes:
        """The key that transfers to this service are sealed to."""
        return {"intake": self.intake_seal, "referral": self.referral_seal, "ledger": self.ledger_seal}[service]


def partners_of(settings: Settings) -> dict[str, Partner]:
    """The partners by name; none without a file. Raises SettingsInvalid if the file is not what it should be."""
    if settings.partners_file is None or not settings.partners_file.exists():
        return {}
    try:
        cards = json.loads(settings.partners_file.read_text())
        return {name: _partner(card) for name, card in cards.items()}
    except (ValueError, TypeError, AttributeError):
        raise SettingsInvalid(f"{variable('partners_file')} is not a file of partner cards") from None


def _partner(card: Mapping[str, Any]) -> Partner:
    raw = {use: _raw(key) for use, key in card.items() if use not in VERIFIER_KEYS}
    logs, witness = card.get("ledger_logs", ()), card.get("ledger_witness", "")
    if not isinstance(witness, str) or not all(isinstance(one, str) for one in logs):
        raise TypeError("verifier keys are text")
    return Partner(**raw, ledger_logs=tuple(logs), ledger_witness=witness)


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def secret(path: Path | None, name: str) -> bytes:
    """The raw bytes of a key file. Raises SettingsInvalid naming the variable if it is absent or cannot be read."""
    if path is None:
        raise SettingsInvalid(f"missing: {variable(name)}")
    try:
        return path.read_bytes()
    except OSError as fault:
        raise SettingsInvalid(f"its file cannot be read, {fault.strerror}: {variable(name)}") from None
