"""`directory check`, and the other commands without a database: about a file, or the directory that comes along."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from lotse_referral.cli.directory_printing import Faults, print_stale, print_todo, shown, source_of, write_text
from lotse_referral.cli.directory_texts import ASKS, SAID
from lotse_referral.cli.session import EXIT_DONE, EXIT_REFUSED
from lotse_referral.domain.directory import doubts
from lotse_referral.domain.directory.doubts import ToDo
from lotse_referral.domain.directory.form import RESOURCES, ResourceType
from lotse_referral.domain.directory.resources import Resource
from lotse_referral.domain.directory.shapes import names_of, object_of, package
from lotse_referral.domain.offers import local_day
from lotse_referral.migrations.loading import SHIPPED_NAME, shipped_resources
from lotse_referral.providers.directory_file import Asked, DirectoryFile, read

Resources = Mapping[ResourceType, Mapping[str, Resource]]


def check(args: argparse.Namespace) -> int:
    """0 if nothing is wrong; doubts are no faults."""
    faults = Faults(args.lang)
    try:
        file, resources = _read(args, args.path or args.shipped_path, faults)
    except OSError as fault:
        print(f"{fault.filename or ''}: {fault.strerror or type(fault).__name__}", file=sys.stderr)
        return EXIT_REFUSED
    found = doubts.todo(resources["service"].values(), resources["location"], today_of(args), {})
    if args.json:
        print(json.dumps(_told(file, faults, found), ensure_ascii=False, indent=2))
    else:
        faults.print_all()
        _say(file, faults, found, args.lang)
    return EXIT_REFUSED if faults.number else EXIT_DONE


def export(args: argparse.Namespace) -> int:
    """The directory that comes with the program, as a package."""
    resources = _by_id(shipped_resources())
    named = {(type_, own_id): one for type_ in resources for own_id, one in resources[type_].items()}
    inside = {name for one in resources["service"].values() for name in names_of(one)}
    hidden = {own_id for type_, own_id in inside if type_ in ("location", "unit")}
    sections = (
        (type_, [object_of(one, named) for own_id, one in sorted(resources[type_].items()) if own_id not in hidden])
        for type_ in RESOURCES
    )
    write_text(args.path, package(sections))
    print(f"{args.path}: {SAID['written'][args.lang]}, {SAID['shipped'][args.lang]} ({SHIPPED_NAME})", file=sys.stderr)
    return EXIT_DONE


def todo(args: argparse.Namespace) -> int:
    """Nobody was sent anywhere yet: where most is unknown comes first."""
    resources = _by_id(shipped_resources())
    print_todo(doubts.todo(resources["service"].values(), resources["location"], today_of(args), {}), args)
    return EXIT_DONE


def stale(args: argparse.Namespace) -> int:
    """Of the directory that comes with the program."""
    print_stale(doubts.stale(_by_id(shipped_resources())["service"].values(), today_of(args)), args)
    return EXIT_DONE


def today_of(args: argparse.Namespace) -> date:
    """The day that it is, in Dresden, or the one that was named."""
    named: date | None = getattr(args, "on", None)
    return named or local_day(datetime.now(UTC))


def _read(args: argparse.Namespace, path: Path, faults: Faults) -> tuple[DirectoryFile, Resources]:
    name = SHIPPED_NAME if path == args.shipped_path else None
    asked = Asked(path, source_of(args, path), today_of(args), args.as_of, name)
    file = read(asked, faults.say)
    found: list[Resource] = []
    for type_, batch in file.batches():
        found += batch if type_ in ("service", "location") else ()
    return file, _by_id(iter(found))


def _by_id(resources: Iterator[Resource]) -> Resources:
    found: dict[ResourceType, dict[str, Resource]] = {type_: {} for type_ in RESOURCES}
    for one in resources:
        found[one.type][one.id] = one
    return found


def _told(file: DirectoryFile, faults: Faults, found: tuple[ToDo, ...]) -> dict[str, object]:
    told: dict[str, object] = {"rows": file.rows, "whole": file.whole}
    told["faults"] = [one._asdict() for one in faults.kept]
    return told | {"faults_by_code": dict(sorted(faults.codes.items())), "doubts": [shown(one) for one in found]}


def _say(file: DirectoryFile, faults: Faults, found: tuple[ToDo, ...], language: str) -> None:
    if not file.whole:
        print(SAID["broken_off"][language])
    print(f"{file.rows} {SAID['rows'][language]}, {faults.number} {SAID['wrong'][language]}")
    print(f"{len(found)} {SAID['doubtful'][language]}")
    asked = Counter(code for one in found for code in one.asks)
    for code in doubts.ASKED:
        if asked[code]:
            print(f"  {asked[code]:>4}  {ASKS[code][language]}")
