"""`lotse-intake consent-texts`: an association's own texts, checked and pinned, so that none changes once used."""

import argparse
import shutil
import sys
from pathlib import Path

from lotse_chassis.command import Standalone
from lotse_intake.cli.session import EXIT_DONE, EXIT_REFUSED, add_language
from lotse_intake.providers.consent_texts import DATA, LABELS, RULES, TEXTS, TextsInvalid, pin_new, pins_in, read_texts

SAID = {
    "pinned": {"de": "festgeschrieben", "en": "pinned"},
    "not_empty": {"de": "Der Ordner ist nicht leer.", "en": "The folder is not empty."},
    "draft": {"de": "Entwurf", "en": "draft"},
    "confirmed": {"de": "bestätigt", "en": "confirmed"},
    "wrong": {"de": "Die Texte stimmen nicht", "en": "The texts are not right"},
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the folder that LOTSE_CONSENT_TEXTS_FOLDER names")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--start", action="store_true", help="fill an empty folder with the texts that come along")
    what.add_argument("--pin", action="store_true", help="pin the versions that are new; from then on none may change")
    add_language(parser)


def _run(args: argparse.Namespace) -> int:
    try:
        if args.start and not _filled(args.folder):
            print(SAID["not_empty"][args.lang], file=sys.stderr)
            return EXIT_REFUSED
        for name in pin_new(args.folder) if args.pin else []:
            print(f"{name}: {SAID['pinned'][args.lang]}")
        _list(args.folder, args.lang)
    except (TextsInvalid, OSError) as fault:
        print(f"{SAID['wrong'][args.lang]}: {fault}", file=sys.stderr)
        return EXIT_REFUSED
    return EXIT_DONE


def _filled(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return False
    shutil.copytree(TEXTS, folder, dirs_exist_ok=True)
    for name in (LABELS, RULES):
        shutil.copy(DATA / name, folder / name)
    return True


def _list(folder: Path, language: str) -> None:
    read = read_texts(folder)
    pins = pins_in(folder)
    for text in read.texts:
        state = SAID["draft" if text.draft else "confirmed"][language]
        print(f"{text.kind} {text.version} {text.valid_from} {state} {pins[text.kind][text.version][:8]}")


CONSENT_TEXTS = Standalone(_run, _arguments, "check and pin the texts of consents")
