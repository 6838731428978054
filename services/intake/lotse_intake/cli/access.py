"""`lotse-intake access`: what all services hold about a person, written to two files, for her."""

import argparse
import asyncio
import os
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID

from lotse_chassis.command import Subcommand
from lotse_intake.cli.session import EXIT_DONE, Told, add_language, command
from lotse_intake.pages.access import LANGUAGES
from lotse_intake.settings import IntakeSettings

ASK_SECONDS = 30.0  # four services answer, and a large document is made
DOCUMENT_BYTES_MAX = 200 * 1024 * 1024
PRIVATE_FILE = 0o600


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person_id", type=UUID)
    parser.add_argument("--token-file", type=Path, required=True, help="a coordinator's staff token")
    parser.add_argument("--language", choices=LANGUAGES, default="", help="of the readable document; default: hers")
    parser.add_argument("--withhold", action="append", default=[], metavar="STORE:ID", help="about somebody else")
    parser.add_argument("--folder", type=Path, default=Path(), help="where access.json and access.html are written")
    add_language(parser)


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    return await asyncio.to_thread(_fetched, settings, args)


def _fetched(settings: IntakeSettings, args: argparse.Namespace) -> int:
    """Over intake's own face, which asks the other services and logs who asked."""
    token = args.token_file.read_text().strip()
    asked: list[tuple[str, str]] = [("withheld", place) for place in args.withhold]
    wish = [("language", args.language)] if args.language else []
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, query in (("access.json", asked), ("access.html", asked + wish)):
        path = f"/persons/{quote(str(args.person_id))}/{name}?{urlencode(query)}"
        _write(args.folder / name, _get(f"http://{settings.http_host}:{settings.http_port}{path}", token))
        print(args.folder / name)
    return EXIT_DONE


def _get(address: str, token: str) -> bytes:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - our own face
    try:
        with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:  # noqa: S310
            content: bytes = answer.read(DOCUMENT_BYTES_MAX)
            return content
    except urllib.error.HTTPError as fault:
        raise Told(f"Intake lehnt ab: {fault.code}", f"Intake refuses: {fault.code}") from None
    except urllib.error.URLError:
        raise Told("Intake antwortet nicht; läuft es?", "Intake does not answer; does it run?") from None


def _write(path: Path, content: bytes) -> None:
    """Only its owner reads it: it is all that somebody told us."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(file, "wb") as out:
        os.fchmod(out.fileno(), PRIVATE_FILE)
        out.write(content)


ACCESS = Subcommand(command(_run), _arguments, "what all services hold about a person, for her, in two files")
