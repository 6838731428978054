"""The environment of each process: LOTSE_ variables derived from the data folder."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from lotse_contracts.catalogue import transfers_to
from lotse_local import keyring
from lotse_local.keyring import Passwords
from lotse_local.layout import AssociationFolder, write_private

HOST = "127.0.0.1"
KEPT_VARIABLES = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"),
)
MEMORY_VARIABLES = {"MALLOC_ARENA_MAX": "2"}
"""glibc keeps an arena per thread otherwise; a service has few threads and would only hold memory."""
NEUTRAL_SENDER = "nachricht@post.example"  # the local mail catcher takes anything; a real server needs a real one
NEUTRAL_SMS_SENDER = "Nachricht"
ALL_SERVICES = "all"  # the section of settings.toml that every service reads
CAUGHT_A_DAY = "1000"  # messages to one address: the story may be told many times a day


class SettingsUnreadable(ValueError):
    """`settings.toml` is not TOML with a section per service."""


@dataclass(frozen=True)
class Addresses:
    """Where the parts of an association listen."""

    postgres: int
    nats: int
    nats_monitor: int
    http: dict[str, int]
    mailbox_smtp: int
    mailbox_http: int


def service_environment(place: AssociationFolder, service: str, at: Addresses) -> dict[str, str]:
    """What `python -m lotse_<service> serve` needs."""
    passwords = keyring.database_passwords(place).services[service]
    given = {
        "LOTSE_ASSOCIATION": place.name,
        "LOTSE_NATS_URL": nats_url(at),
        "LOTSE_NATS_SEED_FILE": str(place.seed(service)),
        "LOTSE_DATABASE_URL": database_url(service, passwords, at),
        "LOTSE_HTTP_HOST": HOST,
        "LOTSE_HTTP_PORT": str(at.http[service]),
        "LOTSE_PUBLIC_URL": http_url(service, at),
        "LOTSE_TOKEN_KEY": keyring.public_signing_key(place, keyring.TOKEN_KEY),
        "LOTSE_AUDITOR_KEY": keyring.public_signing_key(place, keyring.AUDITOR_KEY),
        "LOTSE_SEAL_KEY_FILE": str(place.key(f"{service}.seal")),
        "LOTSE_SEAL_RING_FOLDER": str(place.seal_ring(service)),
        "LOTSE_SIGN_KEY_FILE": str(place.key(keyring.SIGN_KEY)),
        "LOTSE_LOG_KEY_FILE": str(place.key(keyring.LOG_KEY)),
        "LOTSE_WITNESS_KEY_FILE": str(place.key(keyring.WITNESS_KEY)),
        "LOTSE_LOG_ORIGIN": log_origin(place),
        "LOTSE_PARTNERS_FILE": str(place.partners),
        "LOTSE_KEYS_FOLDER": str(place.person_keys(service)),
        "LOTSE_KEK_FILE": str(place.key(f"{service}.kek")),
        "LOTSE_PEPPER_FILE": str(place.key(keyring.ADDRESS_PEPPER if service == "notify" else keyring.PEPPER)),
        "LOTSE_TRACES_FILE": str(place.traces(service)),
        "LOTSE_ATTACHMENTS_FOLDER": str(place.files(service)),
        "LOTSE_EVIDENCE_FOLDER": str(place.files(service)),
        "LOTSE_MAIL_FROM": NEUTRAL_SENDER,
        "LOTSE_CALLBACK_SECRET_FILE": str(place.key(keyring.CALLBACK_SECRET)),
    }
    if transfers_to(service):
        given["LOTSE_FED_SEED_FILE"] = str(place.seed(f"{service}-fed"))
    told = _administrators(place, service)
    return plain_environment() | MEMORY_VARIABLES | given | _catcher(service, at, told) | told


def _catcher(service: str, at: Addresses, told: Mapping[str, str]) -> dict[str, str]:
    """Mails and SMS end in the catcher as long as none of its places is taken: never one real and the other swallowed.

    A provider of SMS without a mail server of its own, or the other way round, has to be said as well.
    """
    if {"LOTSE_SMTP_HOST", "LOTSE_SMTP_PORT", "LOTSE_SMS_PROVIDERS", "LOTSE_TELEGRAM_TOKEN_FILE"} & told.keys():
        return {}
    return {
        "LOTSE_SMTP_HOST": HOST,
        "LOTSE_SMTP_PORT": str(at.mailbox_smtp),
        "LOTSE_SMS_PROVIDERS": "kannel",
        "LOTSE_SMS_SENDER": NEUTRAL_SMS_SENDER,
        "LOTSE_KANNEL_URL": f"http://{HOST}:{at.mailbox_http}/cgi-bin/sendsms",
        "LOTSE_CALLBACK_URL": http_url(service, at),
        "LOTSE_RECIPIENTS": "local",
        "LOTSE_DRAFTS_ALLOWED": "true",  # nobody reads them but whoever tries it
        "LOTSE_QUIET_HOURS": "false",  # a catcher wakes nobody, and whoever tries it wants to see the message
        "LOTSE_CAP_PERSON": CAUGHT_A_DAY,
        "LOTSE_CAP_IDENTICAL": CAUGHT_A_DAY,
    }


def mailbox_environment(place: AssociationFolder, at: Addresses) -> dict[str, str]:
    """What the mail catcher needs."""
    return plain_environment() | {
        "LOTSE_MAILBOX_FOLDER": str(place.mailbox),
        "LOTSE_MAILBOX_SMTP_PORT": str(at.mailbox_smtp),
        "LOTSE_MAILBOX_HTTP_PORT": str(at.mailbox_http),
    }


def plain_environment() -> dict[str, str]:
    """Of our own environment only what a process needs, so that no secret of the shell is handed on."""
    return {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}


def nats_url(at: Addresses) -> str:
    """The broker of the association."""
    return f"nats://{HOST}:{at.nats}"


def http_url(service: str, at: Addresses) -> str:
    """The HTTP face of a service."""
    return f"http://{HOST}:{at.http[service]}"


def database_url(service: str, passwords: Passwords, at: Addresses, *, owner: bool = False) -> str:
    """The database of a service, as the service or as its owner."""
    user, password = (f"{service}_owner", passwords.owner) if owner else (service, passwords.service)
    return f"postgresql://{user}:{password}@{HOST}:{at.postgres}/{service}"


def write_settings(place: AssociationFolder, sections: Mapping[str, Mapping[str, str | int | bool]]) -> None:
    """Write `settings.toml`: a section per service, or `all`; each setting under its own name, as `public_url`."""
    lines = []
    for section, settings in sections.items():
        lines += [f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in settings.items())]
    write_private(place.settings, "\n".join([*lines, ""]).encode())


def log_origin(place: AssociationFolder) -> str:
    """The name of the association's grant ledger in its checkpoints, as `settings.toml` or the ledger's default says.

    It stands in the card as well, so it is read here and not left to the service. Raises SettingsUnreadable.
    """
    return _administrators(place, "ledger").get("LOTSE_LOG_ORIGIN", "") or f"{place.name}/grant-ledger"


def _administrators(place: AssociationFolder, service: str) -> dict[str, str]:
    """What an administrator wrote into `settings.toml`; it comes before what we derive. Raises SettingsUnreadable."""
    if not place.settings.is_file():
        return {}
    try:
        sections = tomllib.loads(place.settings.read_text())
        merged = {**sections.get(ALL_SERVICES, {}), **sections.get(service, {})}
    except (tomllib.TOMLDecodeError, TypeError) as fault:
        raise SettingsUnreadable(f"{place.settings}: {fault}") from None
    return {f"LOTSE_{name.upper()}": str(value) for name, value in merged.items()}
