"""`directory import PATH`: says row by row what is wrong, brings in the rest, and counts what came of it."""

import argparse
from contextlib import nullcontext
from typing import IO

from lotse_referral.cli.directory_offline import today_of
from lotse_referral.cli.directory_printing import Faults, source_of
from lotse_referral.cli.directory_texts import SAID
from lotse_referral.cli.session import EXIT_DONE, EXIT_REFUSED, Told, actor_of, opened
from lotse_referral.handlers.importing import Done, imported
from lotse_referral.providers.directory_file import Asked, DirectoryFile
from lotse_referral.settings import ReferralSettings


async def run(settings: ReferralSettings, args: argparse.Namespace) -> int:
    """0 if the file could be read to its end, whatever is wrong in single rows."""
    if args.whole and not args.name:
        raise Told("--whole braucht --name.", "--whole needs --name.")
    asked = Asked(args.path, source_of(args, args.path), today_of(args), args.as_of, args.name)
    with _faults_file(args) as to:
        faults = Faults(args.lang, to)
        async with opened(settings) as service:
            file, done = await imported(service, asked, faults.say, actor=actor_of(args), whole=args.whole)
    faults.print_all()
    _say(file, done, faults, args.lang)
    return EXIT_DONE if file.whole else EXIT_REFUSED


def _faults_file(args: argparse.Namespace) -> "nullcontext[None] | IO[str]":
    return nullcontext() if args.faults is None else args.faults.open("w", encoding="utf-8")


def _say(file: DirectoryFile, done: Done, faults: Faults, language: str) -> None:
    if not file.whole:
        print(SAID["broken_off"][language])
    counts = (("new", done.new), ("changed", done.changed), ("same", done.same))
    words = ", ".join(f"{counted['service']} {SAID[name][language]}" for name, counted in counts)
    print(f"{file.rows} {SAID['rows'][language]}, {faults.number} {SAID['wrong'][language]}; services: {words}")
    if done.gone:
        print(f"{done.gone} {SAID['gone'][language]}")
    if done.kept:
        print(f"{done.kept.total()} {SAID['kept'][language]}: {', '.join(sorted(done.kept))}")
