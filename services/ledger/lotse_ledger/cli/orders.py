"""`lotse-ledger enter ORDER FILE.json`: any order of a treasurer from a file, by the way of every order."""

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.command import Subcommand
from lotse_chassis.faults import malformed
from lotse_chassis.service import Service
from lotse_contracts.ledger import LedgerOrder
from lotse_ledger.cli.session import (
    EXIT_DONE,
    TREASURER,
    Told,
    actor_of,
    add_actor,
    add_language,
    command,
    house_of,
    opened,
    resolved,
)
from lotse_ledger.domain.canonical import digest_of
from lotse_ledger.handlers.orders import WAYS, take
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books

FILE_BYTES_MAX = 65_536
ORDERS: Mapping[str, type[LedgerOrder]] = {order.NAME: order for order in WAYS}
_NAMESPACE = UUID("6c2d8f4e-3b1a-5f7d-9c0e-2a4b6d8f1e35")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which order, from where."""
    parser.add_argument("order", choices=sorted(ORDERS), metavar="ORDER", help=", ".join(sorted(ORDERS)))
    parser.add_argument("file", type=Path, metavar="FILE.json", help="what the order says, by its contract")
    parser.add_argument("--grant", default="", metavar="ID", help="for an order that names no grant_id itself")
    parser.add_argument("--preview", action="store_true", help="try it and write nothing")
    add_actor(parser)
    add_language(parser)


async def _run(settings: LedgerSettings, args: argparse.Namespace) -> int:
    given = _read(args.file)
    async with opened(settings) as service, service.engine.connect() as tx:
        order = _order(ORDERS[args.order], await _completed(tx, service, given, args))
        before = await books.size(tx)
        said = await take(order, service.context(actor=actor_of(args), role=TREASURER), tx, house=house_of(service))
        entered = range(before, await books.size(tx))
        if not args.preview:
            await service.stage(tx, service.context(), said)
            await tx.commit()
    _say(entered, args)
    return EXIT_DONE


COMMAND = Subcommand(command(_run), arguments, "enter an order of a treasurer from a file")


def _read(path: Path) -> dict[str, Any]:
    """Raises Told."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
        found = json.loads(raw) if len(raw) <= FILE_BYTES_MAX else None
    except (OSError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Told("Die Datei enthält kein JSON-Objekt bis 64 KiB.", "The file holds no JSON object up to 64 KiB.")
    return found


async def _completed(
    tx: AsyncConnection, service: Service, given: Mapping[str, Any], args: argparse.Namespace
) -> dict[str, Any]:
    """With the grant that was named, a standing, and an id that the same content always gets."""
    kind = ORDERS[args.order]
    body = dict(given)
    if args.grant and "grant_id" in kind.model_fields:
        body.setdefault("grant_id", str((await resolved(tx, args.grant, service)).grant_id))
    if "standing" in kind.model_fields:
        body.setdefault("standing", house_of(service).books_standing)
    own = re.search(r"\{(\w+)\}", WAYS[kind].key)
    if own is not None:
        body.setdefault(own[1], str(uuid5(_NAMESPACE, f"{args.order}|{digest_of(_texts(body))}")))
    return body


def _texts(value: Any) -> Any:
    """Floats have no place in an order, nor in what its id is made of; the order itself is refused for them."""
    if isinstance(value, Mapping):
        return {str(name): _texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return value if isinstance(value, str | bool | None) else str(value)


def _order(kind: type[LedgerOrder], body: Mapping[str, Any]) -> LedgerOrder:
    """Raises Told naming the fields at fault, never their values."""
    try:
        return kind.model_validate_json(json.dumps(body))
    except ValidationError as fault:
        names = ", ".join(malformed(fault, _names(kind.model_json_schema())).fields)
        may = ", ".join(sorted(kind.model_fields))
    raise Told(
        f"Nicht so, wie der Auftrag es verlangt: {names}. Er kennt: {may}",
        f"Not what the order asks for: {names}. It knows: {may}",
    )


def _names(schema: Any) -> Iterator[str]:
    """Every name of a field in a JSON schema."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part)


def _say(entered: range, args: argparse.Namespace) -> None:
    german = args.lang == "de"
    if not entered:
        print("Schon gebucht; nichts wurde geändert." if german else "Booked before; nothing was changed.")
    elif args.preview:
        print("Vorschau: nichts wurde geschrieben." if german else "Preview: nothing was written.")
    else:
        print(("Eintrag " if german else "Entry ") + ", ".join(map(str, entered)))
