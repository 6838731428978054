"""`lotse-intake audit`: who has seen a person's data, by role; a member of staff only after an incident, by two."""

import argparse
import json
from datetime import date
from pathlib import Path
from uuid import UUID

from lotse_chassis import accesslog
from lotse_chassis.command import Subcommand
from lotse_chassis.identity import Staff, verify_token
from lotse_chassis.service import Service
from lotse_intake.cli.session import EXIT_DONE, Told, actor_of, add_actor, add_language, command, opened
from lotse_intake.handlers import incidents, seen_by
from lotse_intake.handlers.incidents import REASONS, Incident
from lotse_intake.settings import IntakeSettings

PURPOSE = "audit"


def _arguments(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_subparsers(dest="way", required=True, metavar="what")
    person = ways.add_parser("person", help="who has seen this person's data: day, role, purpose; never who")
    person.add_argument("id", type=UUID)
    thing = ways.add_parser("object", help="the same for one enquiry, case, file or consent")
    thing.add_argument("id", type=UUID)
    incident = ways.add_parser("incident", help="what one member of staff did, after an incident and with two tokens")
    incident.add_argument("--reason", choices=REASONS, required=True)
    incident.add_argument("--about", metavar="ACTOR", required=True, help="the pseudonym that is looked up")
    incident.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DAY")
    incident.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="DAY")
    incident.add_argument("--object", default=None, metavar="ID", help="only what was done with this")
    incident.add_argument("--token-file", type=Path, required=True, help="your own staff token")
    incident.add_argument("--second-token-file", type=Path, required=True, help="that of whoever agrees")
    for one in (person, thing, incident):
        add_language(one)
        add_actor(one)


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    async with opened(settings) as service:
        if args.way == "incident":
            await _incident(service, args)
        else:
            await _looks(service, args)
    return EXIT_DONE


async def _looks(service: Service, args: argparse.Namespace) -> None:
    async with service.unit(actor=actor_of(args), role="administrator") as unit:
        objects = await seen_by.objects_of(unit.tx, args.id) if args.way == "person" else [str(args.id)]
        found = await accesslog.by_day(unit.tx, objects)
        await accesslog.record(
            unit.tx, unit.context, action="read", object_kind=args.way, object_id=str(args.id), purpose=PURPOSE
        )
    for row in found:
        print(f"{row.day.isoformat()}  {row.role:<14} {row.action:<8} {row.purpose:<24} {row.times}")


async def _incident(service: Service, args: argparse.Namespace) -> None:
    asking, agreeing = (_staff(service, path) for path in (args.token_file, args.second_token_file))
    incident = Incident(args.reason, args.about, args.first, args.last, args.object)
    async with service.unit(actor=asking.actor, role=asking.role) as unit:
        found = await incidents.looked_up(incident, asking, agreeing, unit.context, unit.tx)
    for row in found:  # after the commit: nothing is shown that is not kept
        line = {"at": row.at.isoformat(), "action": row.action, "kind": row.object_kind, "object": row.object_id}
        print(json.dumps(line | {"purpose": row.purpose}))


def _staff(service: Service, path: Path) -> Staff:
    """Whoever proves herself with a token that is valid now."""
    key = service.reader.token_key
    if key is None:
        raise Told("LOTSE_TOKEN_KEY fehlt.", "LOTSE_TOKEN_KEY is missing.")
    token = path.read_text().strip()
    return verify_token(token, public_key=key, association=service.association, at=service.now())


AUDIT = Subcommand(command(_run), _arguments, "who has seen a person's data, by role; never one member of staff alone")
