"""`lotse-ledger vouchers`: a treasurer's list becomes entries, or is refused row by row before anything is written."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.command import Subcommand
from lotse_chassis.service import Service
from lotse_ledger.cli.faults import told, told_of_file
from lotse_ledger.cli.session import (
    EXIT_DONE,
    EXIT_REFUSED,
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
from lotse_ledger.domain.evidence_files import EvidenceRefused, examined
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.lists.spreadsheet import written
from lotse_ledger.domain.voucher_list.attaching import Attached, attach
from lotse_ledger.domain.voucher_list.columns import TEMPLATE, HeadingsRefused, places
from lotse_ledger.domain.voucher_list.orders import Target
from lotse_ledger.domain.voucher_list.rows import Fault, is_file_name, read_rows
from lotse_ledger.handlers.importing import List, Outcome, enter_list
from lotse_ledger.providers.evidence_files import EvidenceErased, EvidenceFiles, evidence_files, read_bounded
from lotse_ledger.providers.sheets import SheetRefused, read_sheet
from lotse_ledger.settings import LedgerSettings


@dataclass(frozen=True)
class Asked:
    """One import: the file's rows, and how far to go."""

    file: Path
    evidence: Path | None
    preview: bool
    partial: bool
    language: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """`import` and `template`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    importing = actions.add_parser("import", help="enter a list (CSV or XLSX); the same list again changes nothing")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--grant", required=True, metavar="ID", help="the grant, by its id or how the id begins")
    importing.add_argument("--evidence", type=Path, metavar="FOLDER", help="where the files lie that the rows name")
    importing.add_argument("--preview", action="store_true", help="try everything and write nothing")
    importing.add_argument("--partial", action="store_true", help="enter the good rows though others are refused")
    add_actor(importing)
    template = actions.add_parser("template", help="write an empty list with all columns")
    template.add_argument("file", type=Path, metavar="FILE.csv")
    for one in (importing, template):
        add_language(one)


async def _run(settings: LedgerSettings, args: argparse.Namespace) -> int:
    return _template(args) if args.action == "template" else await _import(settings, args)


COMMAND = Subcommand(command(_run), arguments, "enter a voucher list, or write an empty one")


def _template(args: argparse.Namespace) -> int:
    if args.file.exists():
        raise Told(f"{args.file} gibt es schon; nichts wurde geändert.", f"{args.file} exists; nothing was changed.")
    args.file.write_bytes(written([one.heading for one in TEMPLATE], []))
    print(args.file)
    return EXIT_DONE


async def _import(settings: LedgerSettings, args: argparse.Namespace) -> int:
    asked = Asked(args.file, args.evidence, args.preview, args.partial, args.lang)
    files = evidence_files(settings)
    async with opened(settings) as service, service.engine.connect() as tx:
        grant = await resolved(tx, args.grant, service)
        attached = _attached(asked, grant, service)
        outcome = await _entered(tx, service, grant, attached, actor_of(args))
        faults = sorted({*attached.faults, *outcome.refused})
        writes = not asked.preview and (asked.partial or not faults)
        if writes:
            _keep(asked.evidence, attached, {*outcome.entered, *outcome.repeated}, files)
            await service.stage(tx, service.context(), outcome.said)
            await tx.commit()
    return _say(outcome, faults, asked, writes=writes)


def _attached(asked: Asked, grant: Grant, service: Service) -> Attached:
    """The rows that make sense, with their evidence; and what is wrong with the others. Raises Told."""
    try:
        headings, rows = read_sheet(asked.file)
        found = places(headings.cells)
    except SheetRefused as fault:
        raise Told(*(told_of_file(fault.code, fault.line, language) for language in ("de", "en"))) from None
    except HeadingsRefused as fault:
        raise _headings(fault) from None
    lines = [line.line for line in grant.plan.costs] if grant.plan else None
    vouchers, faults = read_rows(rows, found, lines=lines, today=day_of(service.now()))
    attached = attach(vouchers, lambda name: _content(asked.evidence, name))
    attached.faults += faults
    return attached


def _content(folder: Path | None, name: str) -> bytes | None:
    """A file in the folder of evidence itself; a link out of it is not followed."""
    if folder is None or not is_file_name(name):
        return None
    path = folder / name
    if not path.exists():
        return None
    if path.is_symlink():
        raise EvidenceRefused("evidence_not_a_file")
    return read_bounded(path)


async def _entered(tx: AsyncConnection, service: Service, grant: Grant, attached: Attached, actor: str) -> Outcome:
    target = Target(grant.grant_id, "demo" if grant.standing == "demo" else "own")
    given = List(target, attached.vouchers, attached.evidence)
    return await enter_list(tx, given, lambda: service.context(actor=actor, role=TREASURER), house=house_of(service))


def _keep(folder: Path | None, attached: Attached, lines: set[int], files: EvidenceFiles | None) -> None:
    """Before the commit: an entry never stands on a file that is not on the disk. Raises Told."""
    wanted = [voucher for voucher in attached.vouchers if voucher.line_number in lines]
    names = dict.fromkeys(name for one in wanted for name in (one.document, one.payment) if name in attached.evidence)
    if files is None:
        if not names:
            return
        raise Told(
            "Für Belege ist kein Ordner eingerichtet (LOTSE_EVIDENCE_FOLDER).",
            "There is no folder for evidence (LOTSE_EVIDENCE_FOLDER).",
        )
    for name in names:
        content = _content(folder, name)
        if content is None or examined(content) != attached.evidence[name]:
            raise Told("Eine Beleg-Datei wurde gerade geändert.", "A file of evidence was just changed.")
        try:
            files.keep(content)
        except EvidenceErased:
            raise Told(
                "Ein Beleg wurde gelöscht und kommt nicht wieder.", "Evidence was erased and stays so."
            ) from None


def _headings(fault: HeadingsRefused) -> Told:
    numbers = ", ".join(map(str, fault.unknown))
    known = " | ".join(one.heading for one in TEMPLATE)
    german = [f"Unbekannte Überschrift in Spalte {numbers}."] if fault.unknown else []
    german += [f"Fehlende Spalte: {name}." for name in fault.missing]
    german += [f"Doppelte Spalte: {name}." for name in fault.doubled]
    english = [f"Unknown heading in column {numbers}."] if fault.unknown else []
    english += [f"Missing column: {name}." for name in fault.missing]
    english += [f"Doubled column: {name}." for name in fault.doubled]
    return Told(" ".join([*german, f"Bekannt sind: {known}"]), " ".join([*english, f"Known are: {known}"]))


def _say(outcome: Outcome, faults: list[Fault], asked: Asked, *, writes: bool) -> int:
    for line in told(faults, asked.language):
        print(line, file=sys.stderr)
    counts = len(outcome.entered), len(outcome.repeated), len({one.line for one in faults})
    german = "{} neu, {} schon gebucht, {} abgelehnt".format(*counts)
    english = "{} new, {} booked before, {} refused".format(*counts)
    if writes:
        ends = ("; gebucht.", "; entered.")
    elif asked.preview:
        ends = ("; Vorschau: nichts wurde geschrieben.", "; preview: nothing was written.")
    else:
        ends = ("; nichts wurde geschrieben.", "; nothing was written.")
    print(german + ends[0] if asked.language == "de" else english + ends[1])
    return EXIT_REFUSED if faults else EXIT_DONE
