"""`lotse-intake retention`: what would go, when and why; or take it now."""

import argparse
import json
from collections import Counter
from datetime import datetime
from uuid import UUID

from lotse_chassis.command import Subcommand
from lotse_chassis.service import Service
from lotse_intake.cli.session import EXIT_DONE, Told, actor_of, add_actor, add_language, command, opened_office
from lotse_intake.domain.retention import Due, day_of
from lotse_intake.handlers import retention
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings

NAMES = {
    "anonymous_enquiry": {"de": "anonyme Anfrage, beantwortet", "en": "anonymous enquiry, answered"},
    "free_text": {"de": "freier Text ohne ausdrückliche Einwilligung", "en": "free text without explicit consent"},
    "letter_file": {"de": "Brief oder Datei eines beendeten Falls", "en": "letter or file of a closed case"},
    "closed_case": {"de": "beendeter Fall", "en": "closed case"},
    "project_end": {"de": "Ende des Projekts", "en": "end of the project"},
    "consent_proof": {"de": "Nachweis einer Einwilligung", "en": "proof of a consent"},
    "access_log": {"de": "Zugriffsprotokoll", "en": "access log"},
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="say what would go and why, take nothing (the default)")
    what.add_argument("--run", action="store_true", help="take what is due now, as the service does every night")
    parser.add_argument("--until", metavar="DAY", default="", help="list what goes up to this day; default: today")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    add_language(parser)
    add_actor(parser)


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    async with opened_office(settings) as (service, office):
        if args.run:
            await _take(service, office, args)
        else:
            await _list(service, office, args)
    return EXIT_DONE


async def _list(service: Service, office: Office, args: argparse.Namespace) -> None:
    try:
        until = datetime.strptime(args.until, "%Y-%m-%d").date() if args.until else day_of(service.now())  # noqa: DTZ007
    except ValueError:
        raise Told("--until braucht einen Tag wie 2026-12-31.", "--until needs a day like 2026-12-31.") from None
    async with service.unit() as unit:
        found = [due for due in await retention.planned(office, unit.context.now, unit.tx) if due.due_on <= until]
    for due in found:
        print(_json(due) if args.json else _line(due, args.lang))
    if not args.json:
        counts = Counter(due.rule for due in found)
        for rule, count in sorted(counts.items()):
            print(f"{NAMES[rule][args.lang]}: {count}")
        print({"de": "Nichts wurde gelöscht.", "en": "Nothing was deleted."}[args.lang])


async def _take(service: Service, office: Office, args: argparse.Namespace) -> None:
    counts: Counter[str] = Counter()
    after: UUID | None = None
    while True:
        async with service.unit(actor=actor_of(args), role="administrator") as unit:
            turn = await retention.run_page(office, unit.context, unit.tx, after)
            counts += turn.counts
            unit.say(*turn.said)
            if turn.after is None:
                unit.say(await retention.finished(office, unit.context, unit.tx, counts, actor_of(args)))
        if turn.after is None:
            break
        after = turn.after
    for rule, count in sorted(counts.items()):
        print(json.dumps({"rule": rule, "count": count}) if args.json else f"{NAMES[rule][args.lang]}: {count}")
    if not counts and not args.json:
        print({"de": "Nichts war fällig.", "en": "Nothing was due."}[args.lang])


def _line(due: Due, language: str) -> str:
    return f"{due.due_on.isoformat()}  {due.rule:<18} {due.person_id}  {due.object_id}  {NAMES[due.rule][language]}"


def _json(due: Due) -> str:
    return json.dumps(
        {
            "due_on": due.due_on.isoformat(),
            "rule": due.rule,
            "person_id": str(due.person_id),
            "object_id": str(due.object_id),
        }
    )


RETENTION = Subcommand(command(_run), _arguments, "what would go, when and why; --run takes it")
