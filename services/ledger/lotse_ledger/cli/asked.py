"""`lotse-ledger auditor asked TOKEN_ID`: what was asked with a token, once its auditor ended the audit."""

import argparse
import json
from typing import Any

from lotse_chassis.service import Service
from lotse_ledger.cli.session import EXIT_DONE, EXIT_REFUSED, add_language
from lotse_ledger.cli.tables import Table, show
from lotse_ledger.domain.instants import BERLIN
from lotse_ledger.handlers.audits import QUERIES_AT_ONCE, read_queries

TITLES = ("Nr.", "wann", "Abfrage", "Parameter", "Inhalt")
UNREADABLE = ("?", "?", "?")
REMARK = "? : Diese Zeile lässt sich mit dem Schlüssel der Prüferin nicht öffnen."


def add_asked(actions: Any) -> argparse.ArgumentParser:
    """`asked` among the actions."""
    asked: argparse.ArgumentParser = actions.add_parser("asked", help="what was asked, once the audit has ended")
    asked.add_argument("token_id", metavar="TOKEN_ID")
    asked.add_argument("--csv", action="store_true", help="for a spreadsheet")
    add_language(asked)
    return asked


async def show_asked(service: Service, args: argparse.Namespace) -> int:
    """Every query of the token in its order; one that does not open makes the exit code 1. Raises Refused."""
    rows: list[tuple[int, str, str, str, str]] = []
    is_whole = True
    async with service.engine.connect() as tx:
        after = 0
        while found := await read_queries(tx, args.token_id, after=after):
            for row, content in found:
                is_whole = is_whole and content is not None
                cells = UNREADABLE if content is None else _cells(json.loads(content))
                rows.append((row.number, f"{row.asked_at.astimezone(BERLIN):%d.%m.%Y %H:%M:%S}", *cells))
            after = found[-1][0].number
            if len(found) < QUERIES_AT_ONCE:
                break
    show(Table(TITLES, rows, () if is_whole else (REMARK,)), as_csv=args.csv)
    return EXIT_DONE if is_whole else EXIT_REFUSED


def _cells(said: dict[str, str]) -> tuple[str, str, str]:
    return f"{said['method']} {said['path']}", said["query"], said["body"]
