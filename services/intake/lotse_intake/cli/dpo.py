"""`lotse-intake dpo`: the record of processing, recipients, retention, measures and DPIA facts, from what runs."""

import argparse
import json
from pathlib import Path

from lotse_chassis.command import Subcommand
from lotse_intake.cli.session import EXIT_DONE, Told, add_language, command, opened_office
from lotse_intake.handlers.record import record_of, uncovered
from lotse_intake.pages.record import markdown_of
from lotse_intake.settings import IntakeSettings

MARKDOWN, JSON = "verzeichnis.md", "verzeichnis.json"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder", type=Path, default=Path(), metavar="FOLDER", help=f"where {MARKDOWN} and {JSON} are written"
    )
    add_language(parser)


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    if missing := uncovered():
        raise Told(f"Nicht beschrieben: {', '.join(missing)}", f"Nobody has described: {', '.join(missing)}")
    async with opened_office(settings) as (service, office), service.unit() as unit:
        record = await record_of(office, settings, unit.tx, now=unit.context.now.isoformat())
    _write(args.folder, record)
    print({"de": "geschrieben", "en": "written"}[args.lang], args.folder / MARKDOWN, args.folder / JSON)
    return EXIT_DONE


def _write(folder: Path, record: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKDOWN).write_text(markdown_of(record))
    (folder / JSON).write_text(json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n")


DPO = Subcommand(command(_run), _arguments, "the record of processing (Art. 30 GDPR) from what runs, in German")
