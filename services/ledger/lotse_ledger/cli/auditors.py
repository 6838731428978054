"""`lotse-ledger auditor add|revoke|list|asked`: who may look into the books, as the log itself says it."""

import argparse
import sys
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.command import Subcommand
from lotse_chassis.identity import Auditor, issue_auditor_token
from lotse_chassis.service import Service
from lotse_chassis.settings import secret
from lotse_contracts.sealed import CannotOpen, decode, encode, public_bytes
from lotse_ledger.cli.asked import add_asked, show_asked
from lotse_ledger.cli.session import (
    EXIT_DONE,
    Told,
    actor_of,
    add_actor,
    add_language,
    command,
    house_of,
    latest,
    opened,
    resolved,
)
from lotse_ledger.cli.tables import Table, show
from lotse_ledger.domain import auditors
from lotse_ledger.domain.instants import BERLIN, day_of
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.entering import enter
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books, openings, tokens

DAYS = 30
DAYS_MAX = 366
KEY_BYTES = 32


def arguments(parser: argparse.ArgumentParser) -> None:
    """`add`, `revoke`, `list` and `asked`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="issue a token; it is printed once and kept nowhere")
    adding.add_argument("name", metavar="NAME", help="who holds it; the log only commits to the name")
    adding.add_argument("--grant", action="append", default=[], metavar="ID", help="only this grant; may be repeated")
    adding.add_argument("--vouchers", action="store_true", help="shows payees and evidence as well")
    adding.add_argument("--findings", action="store_true", help="may write findings")
    adding.add_argument("--days", type=_days, default=DAYS, metavar="N", help="valid for (default: %(default)s)")
    adding.add_argument(
        "--seal-key",
        default="",
        metavar="KEY",
        help="the auditor's own public X25519 key, base64url: what she asks is kept, sealed to it",
    )
    revoking = actions.add_parser("revoke", help="take a token back at once")
    revoking.add_argument("token_id", metavar="TOKEN_ID")
    listing = actions.add_parser("list", help="every token, and when it was used")
    listing.add_argument("--csv", action="store_true", help="for a spreadsheet")
    add_asked(actions)
    for one in (adding, revoking):
        add_actor(one)
    for one in (adding, revoking, listing):
        add_language(one)


async def _run(settings: LedgerSettings, args: argparse.Namespace) -> int:
    async with opened(settings) as service:
        if args.action == "add":
            return await _add(service, settings, args)
        if args.action == "revoke":
            return await _revoke(service, args)
        if args.action == "asked":
            return await show_asked(service, args)
        return await _list(service, args)


COMMAND = Subcommand(command(_run), arguments, "who may look into the books")


async def _add(service: Service, settings: LedgerSettings, args: argparse.Namespace) -> int:
    """The token is on the standard output alone, so that it can be piped into a file."""
    key = _private_key(settings)
    if public_bytes(key) != decode(settings.auditor_key):
        raise Told(
            "Der Schlüssel in LOTSE_AUDITOR_KEY_FILE gehört nicht zu LOTSE_AUDITOR_KEY.",
            "The key in LOTSE_AUDITOR_KEY_FILE is not that of LOTSE_AUDITOR_KEY.",
        )
    token_id, expires_at = uuid4().hex, service.now() + timedelta(days=args.days)
    house = house_of(service)
    async with service.unit(actor=actor_of(args)) as unit:
        grants = [await resolved(unit.tx, wanted, service) for wanted in args.grant]
        scopes = auditors.scopes_of([one.grant_id for one in grants], vouchers=args.vouchers, findings=args.findings)
        found = Auditor(args.name, frozenset(scopes), expires_at, token_id, _seal_key(args.seal_key))
        token = _issued(found, key, service)
        today = day_of(unit.context.now)
        drafted = partial(auditors.added, token_id, args.name, scopes, expires_at, valid_on=today)
        done = await enter(unit.tx, unit.context, house, drafted)
        unit.say(*await after_entry(unit.tx, unit.context, house, log_index=done.log_index))
    print(f"{token_id} {' '.join(scopes)} {expires_at.astimezone(BERLIN):%d.%m.%Y}", file=sys.stderr)
    print(token)
    return EXIT_DONE


async def _revoke(service: Service, args: argparse.Namespace) -> int:
    house = house_of(service)
    async with service.unit(actor=actor_of(args)) as unit:
        if args.token_id not in {one.token_id for one in await _tokens(unit.tx)} | await _used(unit.tx):
            raise Told("Diesen Zugang gibt es nicht.", "There is no such token.")
        drafted = partial(auditors.revoked, args.token_id, valid_on=day_of(unit.context.now))
        if await tokens.is_revoked(unit.tx, args.token_id):
            print(args.token_id)
            return EXIT_DONE
        done = await enter(unit.tx, unit.context, house, drafted)
        unit.say(*await after_entry(unit.tx, unit.context, house, log_index=done.log_index))
    print(args.token_id)
    return EXIT_DONE


async def _list(service: Service, args: argparse.Namespace) -> int:
    keys = house_of(service).keys
    async with service.engine.connect() as tx:
        uses = await tokens.sessions(tx)
        rows = []
        for one in await _tokens(tx):
            name = (await openings.contents(tx, one.log_index, keys=keys)).get(auditors.NAME, "")
            its = [use for use in uses if use.token_id == one.token_id]
            last = max((use.last_at for use in its), default=None)
            rows.append(
                (
                    one.token_id,
                    str(name),
                    " ".join(one.scopes),
                    one.added_on,
                    day_of(datetime.fromisoformat(one.expires_at)).isoformat(),
                    one.revoked_on,
                    sum(use.uses for use in its),
                    f"{last.astimezone(BERLIN):%d.%m.%Y %H:%M}" if last else "",
                )
            )
    titles = ("Zugang", "Name", "Umfang", "seit", "bis", "entzogen", "Abrufe", "zuletzt")
    show(Table(titles, rows), as_csv=args.csv)
    return EXIT_DONE


async def _tokens(tx: AsyncConnection) -> list[auditors.Token]:
    return auditors.tokens_of(await books.entries_of_kinds(tx, (auditors.ADDED, auditors.REVOKED), await latest(tx)))


async def _used(tx: AsyncConnection) -> set[str]:
    """A token may have been issued elsewhere with the same key; it can be taken back all the same."""
    return {one.token_id for one in await tokens.sessions(tx)}


def _private_key(settings: LedgerSettings) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret(settings.auditor_key_file, "auditor_key_file"))


def _seal_key(text: str) -> bytes:
    try:
        found = decode(text) if text else b""
    except CannotOpen:
        found = b"-"
    if len(found) not in (0, KEY_BYTES) or (found and encode(found) != text.rstrip("=")):
        raise Told("--seal-key ist kein X25519-Schlüssel (base64url).", "--seal-key is no X25519 key (base64url).")
    return found


def _issued(auditor: Auditor, key: Ed25519PrivateKey, service: Service) -> str:
    try:
        return issue_auditor_token(auditor, key, association=service.association, at=service.now())
    except ValueError:
        raise Told(
            "So ein Zugang ist nicht erlaubt: 1 bis 80 Zeichen Name, 1 bis 20 Rechte, höchstens ein Jahr.",
            "No such token is allowed: a name of 1 to 80 characters, 1 to 20 scopes, a year at most.",
        ) from None


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < DAYS_MAX:
        raise argparse.ArgumentTypeError(f"1 to {DAYS_MAX - 1} days")
    return int(text)
