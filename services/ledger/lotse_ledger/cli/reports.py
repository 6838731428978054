"""`lotse-ledger grants|belegliste|soll-ist|deadlines|headroom`: the books of a grant as tables, as of two dates."""

import argparse
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.command import Subcommand
from lotse_chassis.service import Service
from lotse_ledger.cli.session import (
    EXIT_DONE,
    Told,
    add_dates,
    add_language,
    all_grants,
    chosen,
    command,
    grant_of,
    opened,
)
from lotse_ledger.cli.tables import Table, show
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.lists import belegliste, soll_ist
from lotse_ledger.domain.lists.belegliste import DEMO
from lotse_ledger.domain.lists.spreadsheet import Amount, german
from lotse_ledger.domain.reports import deadlines_of_grant
from lotse_ledger.domain.reports import headroom as headroom_of
from lotse_ledger.domain.reports import soll_ist as soll_ist_of
from lotse_ledger.domain.voucher_list import cells
from lotse_ledger.domain.voucher_list.cells import CellRefused
from lotse_ledger.handlers import listing
from lotse_ledger.settings import LedgerSettings

SHOWN_OF_BELEGLISTE = (0, 2, 3, 8, 10, 11, 12, 13, 14, 16, 18, 19)
"""Of all columns those that fit a terminal; `--csv` has every one."""
DEMO_REMARK = {
    "de": "DEMO: Das sind Vorführwerte, keine Tatsachen.",
    "en": "DEMO: these are values of a demonstration, no facts.",
}
URGENCY = {
    "done": ("erledigt", "done"),
    "to_come": ("kommt", "to come"),
    "near": ("bald", "near"),
    "overdue": ("ÜBERFÄLLIG", "OVERDUE"),
}
LIGHTS = {"green": ("grün", "green"), "amber": ("gelb", "amber"), "red": ("ROT", "RED")}
DEADLINES = {
    "interim_proof": ("Zwischennachweis", "interim proof"),
    "final_proof": ("Verwendungsnachweis", "final proof"),
    "use_money": ("Mittel verwenden", "use the money"),
}


@dataclass(frozen=True)
class Look:
    """One look into the books: what was asked, and as of when."""

    service: Service
    tx: AsyncConnection
    at: AsOf
    args: argparse.Namespace
    settings: LedgerSettings

    def say(self, german: str, english: str) -> str:
        """In the language asked for."""
        return german if self.args.lang == "de" else english


Report = Callable[[Look, Grant], Coroutine[Any, Any, Table]]


def _command(report: Report, what: str, *, amount: bool = False) -> Subcommand:
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("grant", metavar="GRANT", help="by its id, or by how the id begins")
        parser.add_argument("--csv", action="store_true", help="for a spreadsheet: semicolons, UTF-8 with a BOM")
        if amount:
            parser.add_argument("--line", metavar="LINE", help="what if something were bought on this cost line")
            parser.add_argument("--amount", metavar="EUR", help="for how much, such as 1.234,56")
        add_dates(parser)
        add_language(parser)

    async def run(settings: LedgerSettings, args: argparse.Namespace) -> int:
        async with opened(settings) as service, service.engine.connect() as tx:
            look = Look(service, tx, await chosen(tx, args, service.now()), args, settings)
            grant = await grant_of(tx, args.grant, look.at, service.association)
            table = await report(look, grant)
        show(_footed(table, look, grant), as_csv=args.csv)
        return EXIT_DONE

    return Subcommand(command(run), arguments, what)


async def _grants(settings: LedgerSettings, args: argparse.Namespace) -> int:
    async with opened(settings) as service, service.engine.connect() as tx:
        at = await chosen(tx, args, service.now())
        grants = await all_grants(tx, at, service.association)
    rows = [
        (
            str(one.grant_id),
            one.grantee,
            ", ".join(map(str, one.budget_years)),
            Amount(one.awarded),
            one.decisions[-1].file_ref if one.decisions else "",
            DEMO if one.standing == "demo" else one.standing,
        )
        for one in grants
    ]
    titles = ("Zuwendung", "Empfänger", "Jahre", "bewilligt", "Aktenzeichen", "Kennzeichen")
    show(Table(titles, rows), as_csv=args.csv)
    return EXIT_DONE


def _grants_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", action="store_true", help="for a spreadsheet")
    add_dates(parser)
    add_language(parser)


async def _belegliste(look: Look, grant: Grant) -> Table:
    """R18: by cost line and day, each with its money, its digest and its place in the log."""
    rows = await listing.belegliste_rows(
        look.tx, look.at, grants=(grant,), keys=listing.person_keys(look.settings), today=look.at.valid_to
    )
    total = sum(row[14].minor for row in rows if isinstance(row[14], Amount))
    remarks = (look.say("Summe zuwendungsfähig", "Eligible in all") + f": {german(Amount(total))} EUR (R18)",)
    if look.args.csv:
        return Table(belegliste.TITLES, rows, remarks)
    titles = tuple(belegliste.TITLES[place] for place in SHOWN_OF_BELEGLISTE)
    return Table(titles, [[row[place] for place in SHOWN_OF_BELEGLISTE] for row in rows], remarks)


async def _soll_ist(look: Look, grant: Grant) -> Table:
    """R17; in a spreadsheet as the bundle has it."""
    if look.args.csv:
        return Table(soll_ist.TITLES, await listing.soll_ist_rows(look.tx, look.at, grants=(grant,)))
    report = soll_ist_of(grant)
    rows = [
        (
            one.line,
            one.title,
            Amount(one.planned),
            Amount(one.actual),
            Amount(one.committed),
            Amount(one.left),
            None if one.allowed is None else Amount(one.allowed),
            Amount(one.eligible),
            look.say(*LIGHTS[light]),
            DEMO if report.is_demo else "",
        )
        for one, light in report.rows
    ]
    titles = ("Position", "Bezeichnung", "Soll", "Ist", "gebunden", "Rest", "erlaubt", "zuwendungsf.", "Ampel", "")
    return Table(titles, rows, _cited(report.use.citations, look))


async def _deadlines(look: Look, grant: Grant) -> Table:
    """The day that an authority or a rule names is the day; where a weekend would move it is a remark."""
    rows = [
        (
            _deadline(one.deadline.code, look),
            one.deadline.due_on,
            one.days_left,
            look.say(*URGENCY[one.urgency]),
            None if one.amount is None else Amount(one.amount),
            one.deadline.rule,
            _remark(one.deadline.remark_on, look),
            DEMO if one.standing == "demo" else "",
        )
        for one in deadlines_of_grant(grant, look.at.valid_to)
    ]
    titles = ("Frist", "Tag", "Tage", "Stand", "Betrag", "Regel", "Bemerkung", "Kennzeichen")
    return Table(titles, rows)


async def _headroom(look: Look, grant: Grant) -> Table:
    """What each line may still take, or what one more payment would count."""
    args = look.args
    if bool(args.line) != bool(args.amount):
        raise Told("--line und --amount gehören zusammen.", "--line and --amount belong together.")
    amount = _amount(args.amount) if args.amount else 0
    lines = [args.line] if args.line else [one.line for one in grant.plan_use().lines]
    found = [headroom_of(grant, line, amount) for line in lines]
    titles: tuple[str, ...]
    if not args.line:
        use = {one.line: one for one in grant.plan_use().lines}
        rows: list[Sequence[Any]] = [
            (
                one.line,
                use[one.line].title,
                Amount(use[one.line].planned),
                Amount(use[one.line].left),
                _left(use[one.line].allowed, use[one.line].actual + use[one.line].committed),
                DEMO if grant.standing == "demo" else "",
            )
            for one in found
        ]
        titles = ("Position", "Bezeichnung", "Soll", "Rest im Plan", "Rest mit Überschreitung", "Kennzeichen")
    else:
        rows = [
            (
                one.line,
                Amount(one.amount),
                Amount(one.within_plan),
                Amount(one.within_excess),
                Amount(one.counts),
                look.say("ja", "yes") if one.needs_approval else look.say("nein", "no"),
                DEMO if grant.standing == "demo" else "",
            )
            for one in found
        ]
        titles = ("Position", "Betrag", "im Plan", "als Überschreitung", "zählt", "Zustimmung nötig", "Kennzeichen")
    return Table(titles, rows, _cited(found[0].citations if found else (), look))


def _left(allowed: int | None, taken: int) -> Amount | None:
    return None if allowed is None else Amount(allowed - taken)


def _amount(text: str) -> int:
    try:
        return cells.cents(cells.plain(text))
    except CellRefused:
        raise Told("Das ist kein Betrag; erlaubt ist 1.234,56.", "This is no amount; 1.234,56 is one.") from None


def _deadline(code: str, look: Look) -> str:
    name = next((name for name in DEADLINES if code.startswith(name)), "")
    return look.say(*DEADLINES[name]) + code.removeprefix(name).replace("_", " ") if name else code


def _remark(moved_to: date | None, look: Look) -> str:
    if moved_to is None:
        return ""
    return look.say(f"§ 193 BGB: {moved_to:%d.%m.%Y}", f"§ 193 BGB: {moved_to:%d.%m.%Y}")


def _cited(citations: Sequence[Citation], look: Look) -> tuple[str, ...]:
    """The rules and the parameters that an answer stands on."""
    return tuple(f"{look.say('Regel', 'Rule')} {one}" for one in dict.fromkeys(map(_citation, citations)))


def _citation(one: Citation) -> str:
    return one.rule if one.parameter is None else f"{one.rule}: {one.parameter} = {one.value}"


def _footed(table: Table, look: Look, grant: Grant) -> Table:
    """Every answer says as of when it is, and that a demonstration is one."""
    at = look.at
    when = look.say(
        f"Stand: gültig bis {at.valid_to:%d.%m.%Y}, erfasst bis {at.recorded_to.isoformat()}",
        f"As of: valid to {at.valid_to:%d.%m.%Y}, recorded to {at.recorded_to.isoformat()}",
    )
    demo = (DEMO_REMARK[look.args.lang],) if grant.standing == "demo" else ()
    return Table(table.titles, table.rows, (*table.remarks, when, *demo))


COMMANDS: Mapping[str, Subcommand] = {
    "grants": Subcommand(command(_grants), _grants_arguments, "every grant with its id"),
    "belegliste": _command(_belegliste, "the voucher list of a grant"),
    "soll-ist": _command(_soll_ist, "plan against actual of a grant"),
    "deadlines": _command(_deadlines, "what is to be done by when"),
    "headroom": _command(_headroom, "what each cost line may still take", amount=True),
}
