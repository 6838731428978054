"""The secrets of an association: made once, each in a file that only its owner reads."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.catalogue import SERVICES
from lotse_local import nkey
from lotse_local.layout import AssociationFolder, write_private
from lotse_local.permissions import app_users, federation_users

PASSWORD_BYTES = 24
KEY_BYTES = 32
SYSTEM_USER = "sys"
LEAF_USER = "leaf"
SIGN_KEY = "sign"  # of transfers
TOKEN_KEY = "token"  # of staff
AUDITOR_KEY = "auditor"
LOG_KEY = "ledger.log"  # of the grant ledger's checkpoints
PEPPER = "intake.pepper"  # of the digests by which persons are found
ADDRESS_PEPPER = "notify.pepper"  # of the digests by which the persons of an address are found
CALLBACK_SECRET = "notify.callback"  # that the paths of the providers' webhooks are made from
WITNESS_KEY = "ledger.witness"  # of its countersignatures under other logs


@dataclass(frozen=True)
class Passwords:
    """Of a database's owner and of its service."""

    owner: str = field(repr=False)
    service: str = field(repr=False)


@dataclass(frozen=True)
class DatabasePasswords:
    """Of the cluster's superuser and of each service's database."""

    superuser: str = field(repr=False)
    services: dict[str, Passwords] = field(repr=False)


def create(place: AssociationFolder) -> None:
    """Make every secret that is missing; what is there is never replaced."""
    for user in (*app_users(), *federation_users(), SYSTEM_USER, LEAF_USER):
        _once(place.seed(user), lambda: nkey.new_seed().encode())
    for service in SERVICES:
        _once(place.key(f"{service}.seal"), lambda: X25519PrivateKey.generate().private_bytes_raw())
        _once(place.key(f"{service}.kek"), lambda: os.urandom(KEY_BYTES))
    for name in (PEPPER, ADDRESS_PEPPER, CALLBACK_SECRET):
        _once(place.key(name), lambda: os.urandom(KEY_BYTES))
    for name in (SIGN_KEY, TOKEN_KEY, AUDITOR_KEY, LOG_KEY, WITNESS_KEY):
        _once(place.key(name), lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    _once(place.secrets / "passwords.json", _new_passwords)


def database_passwords(place: AssociationFolder) -> DatabasePasswords:
    """The passwords of an association's cluster."""
    read = json.loads((place.secrets / "passwords.json").read_text())
    return DatabasePasswords(read["superuser"], {name: Passwords(**both) for name, both in read["services"].items()})


def seed(place: AssociationFolder, user: str) -> str:
    """The nkey seed of a broker user."""
    return place.seed(user).read_text().strip()


def broker_keys(place: AssociationFolder) -> dict[str, str]:
    """The public key of each broker user."""
    return {user: nkey.public_of(seed(place, user)) for user in (*app_users(), *federation_users(), SYSTEM_USER)}


def signing_key(place: AssociationFolder, name: str) -> Ed25519PrivateKey:
    """The private key for transfers, staff tokens or auditors' tokens."""
    return Ed25519PrivateKey.from_private_bytes(place.key(name).read_bytes())


def public_signing_key(place: AssociationFolder, name: str) -> str:
    """Base64url without padding."""
    return encoded(signing_key(place, name).public_key().public_bytes_raw())


def public_seal_key(place: AssociationFolder, service: str) -> str:
    """What content for this service is sealed to, base64url without padding."""
    private = X25519PrivateKey.from_private_bytes(place.key(f"{service}.seal").read_bytes())
    return encoded(private.public_key().public_bytes_raw())


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _once(path: Path, make: Callable[[], bytes]) -> None:
    if not path.is_file():
        write_private(path, make())


def _new_passwords() -> bytes:
    def one() -> str:
        return secrets.token_urlsafe(PASSWORD_BYTES)

    services = {service: {"owner": one(), "service": one()} for service in SERVICES}
    return json.dumps({"superuser": one(), "services": services}).encode()
