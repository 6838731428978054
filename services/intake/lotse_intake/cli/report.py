"""`lotse-intake report`: the figures for the funder, as a table, as data, or as a page of the Sachbericht."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from lotse_chassis.calendar import ZONE
from lotse_chassis.command import ADMINISTRATION, EXIT_SETTINGS, Standalone
from lotse_chassis.service import Unit
from lotse_chassis.settings import SettingsInvalid
from lotse_contracts.intake import AskReport, HandInReport, PublishStatistics, ReportAnswer
from lotse_intake.cli.session import EXIT_DONE, EXIT_REFUSED, Told, actor_of, add_actor, add_language, command, opened
from lotse_intake.domain.adding import NotAddable, sum_of_reports
from lotse_intake.handlers import statistics
from lotse_intake.pages.report import names_with, page, table
from lotse_intake.providers.lists import shipped
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import codelists
from lotse_statistics.naming import Names
from lotse_statistics.reports import canonical, sha256_of
from lotse_statistics.spans import SpanUnknown, spanning

ROLE = "coordinator"  # who may run a command on this machine may do what a coordinator may
FORMATS = ("csv", "json", "html")
BYTES_MAX = 1_000_000  # of a report that is read

_NO_PERIOD = ("Diesen Zeitraum gibt es nicht; Monate wie 2026-07.", "There is no such period; months like 2026-07.")
_NOT_ADDABLE = {
    "de": "Das sind keine zwei Berichte verschiedener Vereine über denselben Zeitraum nach denselben Regeln.",
    "en": "These are no two reports of different associations about one period under one set of rules.",
}
_HANDED_IN = {"de": "Abgegeben unter der Nummer", "en": "Handed in under the number"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", metavar="MONTH", help="first month, such as 2026-07")
    parser.add_argument("--to", dest="last", metavar="MONTH", help="last month, included; default: the first")
    parser.add_argument("--publish", action="store_true", help="count and close the months; stays the same ever after")
    _add_output(parser)
    actions = parser.add_subparsers(dest="action", metavar="action")
    adding = actions.add_parser("add", help="add up the published reports of two associations; needs no system")
    adding.add_argument("one", type=Path, metavar="A.json")
    adding.add_argument("other", type=Path, metavar="B.json")
    handing = actions.add_parser("hand-in", help="freeze a published report as handed in")
    handing.add_argument("--from", dest="first", metavar="MONTH", required=True)
    handing.add_argument("--to", dest="last", metavar="MONTH")
    handing.add_argument("--recipient", default="sozialamt", help="to whom, a code (default: %(default)s)")
    handing.add_argument("--corrects", type=UUID, metavar="NUMBER", help="the report that this one replaces")
    showing = actions.add_parser("show", help="a report that was handed in, byte for byte as JSON")
    showing.add_argument("report_id", type=UUID, metavar="NUMBER")
    for one in (adding, handing, showing):
        _add_output(one)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="json", help="default: %(default)s")
    add_language(parser)
    add_actor(parser)


def _run(args: argparse.Namespace) -> int:
    if args.action == "add":
        return _added(args)
    try:
        settings = IntakeSettings.from_env({**ADMINISTRATION, **os.environ})
    except SettingsInvalid as fault:
        print(f"lotse intake: {fault}", file=sys.stderr)
        return EXIT_SETTINGS
    return command(asked)(settings, args)


def _added(args: argparse.Namespace) -> int:
    try:
        whole = sum_of_reports(_read(args.one), _read(args.other))
    except (NotAddable, ValueError):
        print(_NOT_ADDABLE[args.lang], file=sys.stderr)
        return EXIT_REFUSED
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
        return EXIT_REFUSED
    content = canonical(whole)
    _write(_formatted(args.format, content, names_with(shipped("concerns")), state="sum"))
    return EXIT_DONE


def _read(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        found = json.loads(file.read(BYTES_MAX))
    if not isinstance(found, dict):
        raise NotAddable
    return found


async def asked(settings: IntakeSettings, args: argparse.Namespace) -> int:
    """Drafts, publishes, hands in, or shows. Raises Refused and Told."""
    if args.action != "show" and args.first is None:
        raise Told(*_NO_PERIOD)
    async with opened(settings) as service, service.unit(actor=actor_of(args), role=ROLE) as unit:
        if args.action == "hand-in":
            await _hand_in(unit, args)
            return EXIT_DONE
        answer = await _answer(unit, args)
        names = names_with(await codelists.newest(unit.tx, "concerns"))
    content = answer.report.encode()
    _write(_formatted(args.format, content, names, state=answer.state, handed_in=_about(answer)))
    return EXIT_DONE


async def _answer(unit: Unit, args: argparse.Namespace) -> ReportAnswer:
    if args.action == "show":
        return await statistics.report(AskReport(report_id=args.report_id), unit.context, unit.tx)
    period = _period(args)
    if args.publish:
        unit.say(*await statistics.publish_statistics(PublishStatistics(period=period), unit.context, unit.tx))
    return await statistics.report(AskReport(period=period), unit.context, unit.tx)


async def _hand_in(unit: Unit, args: argparse.Namespace) -> None:
    order = HandInReport(report_id=uuid4(), period=_period(args), recipient=args.recipient, corrects=args.corrects)
    unit.say(*await statistics.hand_in_report(order, unit.context, unit.tx))
    print(f"{_HANDED_IN[args.lang]} {order.report_id}")


def _period(args: argparse.Namespace) -> str:
    try:
        return spanning(args.first, args.last or args.first).name
    except (SpanUnknown, ValueError):
        raise Told(*_NO_PERIOD) from None


def _formatted(kind: str, content: bytes, names: Names, *, state: str, handed_in: str = "") -> bytes:
    """JSON byte for byte; the others are made from it."""
    if kind == "json":
        return content
    report = json.loads(content)
    if kind == "csv":
        return table(report, names).encode()
    return page(report, names, sha256_of(content), state=state, handed_in=handed_in).encode()


def _about(answer: ReportAnswer) -> str:
    if answer.report_id is None or answer.published_at is None:
        return ""
    said = f"Am {answer.published_at.astimezone(ZONE):%d.%m.%Y}, Nummer {answer.report_id}."
    if answer.corrects is not None:
        said += f" Ersetzt den Bericht {answer.corrects}."
    if answer.corrected_by is not None:
        said += f" Ersetzt durch den Bericht {answer.corrected_by}."
    return said


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


REPORT = Standalone(_run, _arguments, "the figures for the funder: draft, publish, hand in, add up")
