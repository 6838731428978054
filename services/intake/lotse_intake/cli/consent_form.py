"""`lotse-intake consent-form`: the page to sign of a consent, or a text with room to write for whoever checks it."""

import argparse
import asyncio
from pathlib import Path
from typing import get_args
from uuid import UUID

from lotse_chassis.command import Subcommand
from lotse_contracts.values import ConsentKind
from lotse_intake.cli.session import EXIT_DONE, Told, actor_of, add_actor, add_language, command, opened_office
from lotse_intake.domain.consent_texts import LANGUAGES
from lotse_intake.domain.form_codes import id_of
from lotse_intake.handlers.consent_forms import Page, blank_form, form_of
from lotse_intake.settings import IntakeSettings


def _arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--consent", metavar="ID", help="a recorded consent, by its id or the code of its form")
    which.add_argument(
        "--kind", choices=get_args(ConsentKind), help="the text of this kind in force, without a consent"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="uk", help="beside German (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the file goes (default: here)")
    add_language(parser)
    add_actor(parser)


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    consent_id = _consent_id(args.consent) if args.consent else None
    async with (
        opened_office(settings) as (service, office),
        service.unit(actor=actor_of(args), role="administrator") as unit,
    ):
        if consent_id is not None:
            page = await form_of(office, consent_id, unit.context, unit.tx)
        else:
            page = await blank_form(office, args.kind, args.language, unit.context, unit.tx)
    print(await asyncio.to_thread(_written, args.folder, page))
    return EXIT_DONE


def _consent_id(named: str) -> UUID:
    found = id_of(named)
    if found is not None:
        return found
    try:
        return UUID(named)
    except ValueError:
        german, english = "Das ist weder eine Nummer noch der Code eines Formulars.", "Neither an id nor a form's code."
        raise Told(german, english) from None


def _written(folder: Path, page: Page) -> Path:
    place = folder / page.name
    place.write_bytes(page.content)
    return place


CONSENT_FORM = Subcommand(command(_run), _arguments, "print a consent as a page to sign (PDF)")
