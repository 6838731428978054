"""`lotse-intake staff`: who works here, by pseudonym; enrolled, away, retired."""

import argparse
import json

from pydantic import ValidationError

from lotse_chassis.command import Subcommand
from lotse_chassis.faults import malformed
from lotse_chassis.service import Unit
from lotse_contracts.envelope import Message
from lotse_contracts.intake import AskStaff, ConcernMoved, EnrolStaff, RetireStaff, SetAbsence, StaffMember
from lotse_intake.cli.session import EXIT_DONE, actor_of, add_actor, add_language, command, opened
from lotse_intake.handlers import staffing
from lotse_intake.settings import IntakeSettings

ROLE = "coordinator"  # who may run a command on this machine may do what a coordinator may

TEXTS = {
    "nobody": {"de": "Niemand ist eingetragen.", "en": "Nobody is enrolled."},
    "add": {"de": "Eingetragen.", "en": "Enrolled."},
    "absent": {"de": "Abwesenheit eingetragen.", "en": "Absence noted."},
    "present": {"de": "Die Abwesenheit ist beendet.", "en": "The absence has ended."},
    "retire": {"de": "Ausgetragen; übergebene Anliegen", "en": "Retired; concerns handed on"},
    "away": {"de": "abwesend", "en": "away"},
    "for": {"de": "Vertretung", "en": "substitute"},
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    every = parser.add_subparsers(dest="what", required=True, metavar="what")
    listing = every.add_parser("list", help="who works here")
    listing.add_argument("--team", default=None, help="only those of this team")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    adding = every.add_parser("add", help="write somebody down, or change what was written")
    adding.add_argument("name", help="the subject of the token: a pseudonym, never a name")
    adding.add_argument("--languages", default="", help="such as uk,ru,de")
    adding.add_argument("--teams", default="", help="such as north,letters")
    adding.add_argument("--load-max", type=int, default=None, help="open concerns before a warning")
    absence = every.add_parser("absent", help="somebody is away; without days the absence ends")
    absence.add_argument("name")
    absence.add_argument("--from", dest="absent_from", default=None, metavar="DAY", help="first day, YYYY-MM-DD")
    absence.add_argument("--to", dest="absent_to", default=None, metavar="DAY", help="last day, YYYY-MM-DD")
    absence.add_argument("--substitute", default=None, metavar="NAME", help="who acts for her meanwhile")
    retiring = every.add_parser("retire", help="somebody works here no more")
    retiring.add_argument("name")
    retiring.add_argument("--successor", default=None, metavar="NAME", help="who gets what she carries; else the team")
    for one in (listing, adding, absence, retiring):
        add_language(one)
        add_actor(one)


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    async with opened(settings) as service, service.unit(actor=actor_of(args), role=ROLE) as unit:
        try:
            await {"list": _list, "add": _add, "absent": _absent, "retire": _retire}[args.what](unit, args)
        except ValidationError as fault:
            raise malformed(fault, (*EnrolStaff.model_fields, *SetAbsence.model_fields)) from None
    return EXIT_DONE


async def _list(unit: Unit, args: argparse.Namespace) -> None:
    found = (await staffing.ask_staff(AskStaff(team=args.team), unit.context, unit.tx)).members
    for member in found:
        print(json.dumps(member.model_dump(mode="json", exclude_none=True)) if args.json else _line(member, args.lang))
    if not found and not args.json:
        print(TEXTS["nobody"][args.lang])


def _line(member: StaffMember, language: str) -> str:
    away = ""
    if member.absent_from is not None:
        who = f", {TEXTS['for'][language]} {member.substitute}" if member.substitute else ""
        away = f"  ({TEXTS['away'][language]} {member.absent_from} – {member.absent_to}{who})"
    spoken, teams = ",".join(member.languages) or "-", ",".join(member.teams) or "-"
    return f"{member.actor:<20} {spoken:<14} {teams:<20} {member.load}/{member.load_max}{away}"


async def _add(unit: Unit, args: argparse.Namespace) -> None:
    more = {} if args.load_max is None else {"load_max": args.load_max}
    order = EnrolStaff(actor=args.name, languages=_parted(args.languages), teams=_parted(args.teams), **more)
    unit.say(*await staffing.enrol_staff(order, unit.context, unit.tx))
    print(TEXTS["add"][args.lang])


async def _absent(unit: Unit, args: argparse.Namespace) -> None:
    days = {"absent_from": args.absent_from, "absent_to": args.absent_to}
    order = SetAbsence(actor=args.name, substitute=args.substitute, **days)
    unit.say(*await staffing.set_absence(order, unit.context, unit.tx))
    print(TEXTS["absent" if args.absent_from else "present"][args.lang])


async def _retire(unit: Unit, args: argparse.Namespace) -> None:
    order = RetireStaff(actor=args.name, successor=args.successor)
    said: list[Message] = list(await staffing.retire_staff(order, unit.context, unit.tx))
    unit.say(*said)
    moved = sum(isinstance(one, ConcernMoved) for one in said)  # her cases and tasks go along
    print(f"{TEXTS['retire'][args.lang]}: {moved}")


def _parted(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


STAFF = Subcommand(command(_run), _arguments, "who works here: list, add, absent, retire")
