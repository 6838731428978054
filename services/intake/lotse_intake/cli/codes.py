"""`lotse-intake codes check|load|show`: the lists of concerns, of legal status, of periods and of senders."""

import argparse
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from lotse_chassis.command import Subcommand
from lotse_intake.cli.session import EXIT_DONE, Told, actor_of, add_actor, add_language, command, opened
from lotse_intake.domain.coding import LISTS, CodeList, Item, ListInvalid, require_successor
from lotse_intake.providers.lists import checked
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import codelists

FILE_BYTES_MAX = 1_000_000

_LOADED = {"de": "geladen: {name}, Version {version}", "en": "loaded: {name}, version {version}"}
_THERE = {"de": "war schon geladen: {name}, Version {version}", "en": "was loaded: {name}, version {version}"}
_FITS = {"de": "in Ordnung: {name}, Version {version}", "en": "fine: {name}, version {version}"}
_RETIRED = {"de": "stillgelegt", "en": "retired"}


async def check(settings: IntakeSettings, args: argparse.Namespace) -> int:
    """Whether a file could be loaded, and what it would change."""
    new, _ = _read(args)
    async with opened(settings) as service, service.unit() as unit:
        old = await codelists.newest(unit.tx, new.name)
    if new != old:
        _require(old, new)
    _say(_FITS, args, new)
    _say_changes(old, new, args.lang)
    return EXIT_DONE


async def load(settings: IntakeSettings, args: argparse.Namespace) -> int:
    """Take a file as the newest version. The same file again changes nothing."""
    new, text = _read(args)
    async with opened(settings) as service, service.unit() as unit:
        await codelists.lock(unit.tx, new.name)
        old = await codelists.newest(unit.tx, new.name)
        if new == old:
            _say(_THERE, args, new)
            return EXIT_DONE
        _require(old, new)
        await codelists.add(unit.tx, new, text, at=service.now(), by=actor_of(args))
    _say(_LOADED, args, new)
    _say_changes(old, new, args.lang)
    return EXIT_DONE


async def show(settings: IntakeSettings, args: argparse.Namespace) -> int:
    """The list as it counts now."""
    async with opened(settings) as service, service.unit() as unit:
        found = await codelists.newest(unit.tx, args.list)
    for item in found.items:
        mark = f" [{_RETIRED[args.lang]}]" if item.retired_at else ""
        print(f"{'  ' if item.parent else ''}{item.code}: {item.names[args.lang]}{mark}")
    return EXIT_DONE


def _read(args: argparse.Namespace) -> tuple[CodeList, str]:
    path = Path(args.file)
    if path.stat().st_size > FILE_BYTES_MAX:
        raise Told("Die Datei ist zu groß.", "The file is too large.")
    try:
        text = path.read_text(encoding="utf-8")
        return checked(text), text
    except ListInvalid as fault:
        raise Told(fault.texts["de"], fault.texts["en"]) from None
    except ValueError:
        raise Told("Die Datei ist kein JSON in UTF-8.", "The file is no JSON in UTF-8.") from None


def _require(old: CodeList, new: CodeList) -> None:
    try:
        require_successor(old, new)
    except ListInvalid as fault:
        raise Told(fault.texts["de"], fault.texts["en"]) from None


def _say(texts: dict[str, str], args: argparse.Namespace, found: CodeList) -> None:
    print(texts[args.lang].format(name=found.name, version=found.version))


def _say_changes(old: CodeList, new: CodeList, language: str) -> None:
    for item in new.items:
        before = old.item(item.code, item.parent)
        if before is None:
            print(f"+ {_name(item, language)}")
        elif item.retired_at and not before.retired_at:
            print(f"- {_name(item, language)} [{_RETIRED[language]}]")
        elif item != before:
            print(f"~ {_name(item, language)}")


def _name(item: Item, language: str) -> str:
    return f"{item.parent + '/' if item.parent else ''}{item.code}: {item.names[language]}"


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for name, text in (("check", "whether a file could be loaded"), ("load", "take a file as the newest version")):
        action = actions.add_parser(name, help=text)
        action.add_argument("file", metavar="FILE")
        add_language(action)
        add_actor(action)
    shown = actions.add_parser("show", help="a list as it counts now")
    shown.add_argument("list", choices=LISTS)
    add_language(shown)


Action = Callable[[IntakeSettings, argparse.Namespace], Coroutine[Any, Any, int]]
_ACTIONS: dict[str, Action] = {"check": check, "load": load, "show": show}


async def _run(settings: IntakeSettings, args: argparse.Namespace) -> int:
    return await _ACTIONS[args.action](settings, args)


CODES = Subcommand(command(_run), _arguments, "lists of codes: check, load and show them")
