"""`lotse-ledger policy`, by which an auditor judges checkpoints, and `rotate-key`, a new key for the log."""

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lotse_chassis.command import Subcommand
from lotse_chassis.service import Service
from lotse_ledger.cli.session import EXIT_DONE, Told, actor_of, add_actor, add_language, command, house_of, opened
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.notes import LOG_KEY, SigningKey
from lotse_ledger.domain.rotation import draft_of, rotated
from lotse_ledger.handlers.checkpoints import signed_checkpoint
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.trust import policy_of
from lotse_ledger.providers.keyfiles import signing_key
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import keys

NEXT_SUFFIX = ".next"
"""The new key until it has taken the old one's place: an interrupted command goes on with it."""
FORMER_SUFFIX = ".former"
"""Verifier keys that were followed, oldest first; the card for partners lists them before the new one."""
FILE_MODE = 0o600


async def _policy(settings: LedgerSettings, args: argparse.Namespace) -> int:
    async with opened(settings) as service, service.engine.connect() as tx:
        print((await policy_of(tx, house_of(service))).text, end="")
    return EXIT_DONE


async def _rotate(settings: LedgerSettings, args: argparse.Namespace) -> int:
    file = settings.log_key_file
    if file is None:
        raise Told("LOTSE_LOG_KEY_FILE fehlt.", "LOTSE_LOG_KEY_FILE is missing.")
    async with opened(settings) as service:
        old = house_of(service).evidence.log
        if old is None:
            raise Told("LOTSE_LOG_KEY_FILE fehlt.", "LOTSE_LOG_KEY_FILE is missing.")
        fresh = file.with_name(file.name + NEXT_SUFFIX)
        new = _next_key(fresh, old)
        await _enter(service, old, new, actor_of(args))
    _install(file, fresh, old)
    print(f"{old.vkey}\n{new.vkey}")
    return EXIT_DONE


def _arguments_of_policy(parser: argparse.ArgumentParser) -> None:
    add_language(parser)


def _arguments_of_rotation(parser: argparse.ArgumentParser) -> None:
    add_actor(parser)
    add_language(parser)


POLICY = Subcommand(command(_policy), _arguments_of_policy, "print the policy that an auditor checks checkpoints by")
ROTATE = Subcommand(
    command(_rotate), _arguments_of_rotation, "give the log a new key; then restart the service, which signs with it"
)


def _next_key(file: Path, old: SigningKey) -> SigningKey:
    """The key that an interrupted command made, or a fresh one. Raises Told."""
    if not file.exists():
        _write(file, Ed25519PrivateKey.generate().private_bytes_raw())
    try:
        return signing_key(file.read_bytes(), name=old.vkey.name, kind=LOG_KEY)
    except ValueError:
        raise Told(f"{file} ist kein Schlüssel.", f"{file} is no key.") from None


async def _enter(service: Service, old: SigningKey, new: SigningKey, actor: str) -> None:
    """The entry that both keys sign, and the first checkpoint by the new one, in one transaction. Raises Told."""
    house = house_of(service)
    async with service.unit(actor=actor) as unit:
        steps = await keys.own_rotations(unit.tx)
        if steps and steps[-1].new_vkey == str(new.vkey):
            return  # entered before it was interrupted
        if steps and steps[-1].new_vkey != str(old.vkey):
            raise Told(
                "Auf diesen Schlüssel ist schon ein anderer gefolgt.", "This key was followed by another one already."
            )
        step = rotated(old, new)
        await enter(unit.tx, unit.context, house, partial(draft_of, step, day_of(unit.context.now)))
        followed = replace(house, evidence=replace(house.evidence, log=new))
        unit.say(*await signed_checkpoint(unit.tx, unit.context, followed))


def _install(file: Path, fresh: Path, old: SigningKey) -> None:
    """The old verifier key is noted, then the new private key takes the old one's place at once."""
    former = file.with_name(file.name + FORMER_SUFFIX)
    known = former.read_text().split() if former.exists() else []
    if str(old.vkey) not in known:
        _write(former, "".join(f"{one}\n" for one in (*known, old.vkey)).encode())
    fresh.replace(file)


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, readable by the owner alone."""
    half = file.with_name(file.name + ".half")
    half.touch(mode=FILE_MODE)
    half.write_bytes(content)
    half.replace(file)
