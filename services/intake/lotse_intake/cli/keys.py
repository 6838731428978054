"""`lotse-intake keys`: how many person keys there are and what they are wrapped with; replace what wraps them."""

import argparse
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from lotse_chassis.command import Subcommand
from lotse_chassis.kekrotation import TooManyKeks, rotate
from lotse_chassis.keks import kek_id, keys_in
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.settings import SettingsInvalid
from lotse_intake.cli.session import EXIT_DONE, EXIT_REFUSED, Told, add_language, command, opened
from lotse_intake.settings import IntakeSettings
from lotse_intake.store.tables import person

TEXTS = {
    "keys": {"de": "Schlüssel von Personen", "en": "keys of persons"},
    "destroyed": {"de": "vernichtete Schlüssel", "en": "destroyed keys"},
    "current": {
        "de": "davon mit dem geltenden Schlüssel verpackt",
        "en": "of them wrapped with the current key",
    },
    "earlier": {
        "de": "davon noch mit einem früheren verpackt",
        "en": "of them still wrapped with an earlier one",
    },
    "unknown": {
        "de": "davon mit einem unbekannten verpackt (NICHT LESBAR)",
        "en": "of them wrapped with an unknown one (NOT READABLE)",
    },
    "without": {"de": "Personen ohne Schlüssel", "en": "persons without a key"},
    "stray": {"de": "Schlüssel ohne Person", "en": "keys without a person"},
    "unfinished": {
        "de": "Ein Wechsel ist nicht abgeschlossen; `keys rotate` beendet ihn.",
        "en": "A rotation is not finished; `keys rotate` ends it.",
    },
    "rotated": {"de": "neu verpackte Schlüssel", "en": "keys wrapped again"},
    "taken_up": {
        "de": "Ein früherer Wechsel wurde beendet; ein neuer Schlüssel entstand nicht.",
        "en": "An earlier rotation was finished; no new key was made.",
    },
    "old": {
        "de": "Der frühere Schlüssel ist überschrieben. Eine Sicherung, in der er noch liegt, öffnet ältere Schlüssel.",
        "en": "The earlier key is overwritten. A backup that still holds it opens older backups.",
    },
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("list", "rotate"), help="count the keys, or replace what wraps them")
    add_language(parser)


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    if settings.keys_folder is None or settings.kek_file is None or not settings.kek_file.exists():
        raise SettingsInvalid("missing: LOTSE_KEYS_FOLDER or LOTSE_KEK_FILE")
    if args.what == "rotate":
        return _rotate(settings.keys_folder, settings.kek_file, args.lang)
    known = _known(settings.kek_file)
    return await _list(settings, PersonKeys(settings.keys_folder, settings.kek_file), known, args.lang)


def _rotate(folder: Path, kek_file: Path, language: str) -> int:
    try:
        done = rotate(folder, kek_file)
    except TooManyKeks:
        raise Told("Zu viele Wechsel sind nicht abgeschlossen.", "Too many rotations are not finished.") from None
    print(f"{TEXTS['rotated'][language]}: {done.rewrapped}")
    if done.taken_up:
        print(TEXTS["taken_up"][language])
    print(TEXTS["old"][language])
    return EXIT_DONE


def _known(kek_file: Path) -> tuple[bytes, ...]:
    return tuple(kek_id(key) for key in keys_in(kek_file.read_bytes()))


async def _list(settings: IntakeSettings, keys: PersonKeys, known: tuple[bytes, ...], language: str) -> int:
    """Counts only: a list of ids would be a list of persons."""
    held = set(keys.persons())
    async with opened(settings) as service, service.unit() as unit:
        persons = set((await unit.tx.execute(select(person.c.person_id))).scalars())
    wrapped = Counter(_wrapped(keys.wrapped_with(person_id), known) for person_id in held)
    counts = {"keys": len(held), **{name: wrapped[name] for name in ("current", "earlier", "unknown")}}
    counts |= {"destroyed": len(list(keys.tombstones())), "without": len(persons - held), "stray": len(held - persons)}
    for name, count in counts.items():
        print(f"{TEXTS[name][language]}: {count}")
    if len(known) > 1:
        print(TEXTS["unfinished"][language])
    return EXIT_REFUSED if counts["unknown"] or counts["without"] else EXIT_DONE


def _wrapped(name: bytes | None, known: tuple[bytes, ...]) -> str:
    if name == known[0]:
        return "current"
    return "earlier" if name in known else "unknown"


KEYS = Subcommand(command(_run), _arguments, "how many person keys there are; rotate replaces what wraps them")
