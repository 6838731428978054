"""`lotse-notify templates check|list|preview|export|propose|sign|publish`: texts looked at, signed, made to count."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from lotse_chassis import administration, telemetry
from lotse_chassis.administration import add_actor, add_language
from lotse_chassis.command import ADMINISTRATION, EXIT_SETTINGS, Standalone
from lotse_chassis.settings import SettingsInvalid, variable
from lotse_contracts.values import Detail, NoticeChannel
from lotse_notify.cli import templates_kept, templates_offline
from lotse_notify.domain.templates import FRAME, LANGUAGES, NOTICES, WITH_SIGNATURE
from lotse_notify.problems import PROBLEM_TEXTS
from lotse_notify.settings import NotifySettings

NAMES = (FRAME, *NOTICES)
OFFLINE: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "check": templates_offline.check,
    "preview": templates_offline.preview,
    "export": templates_offline.export,
    "list": templates_offline.listed,
}
"""Without a database they speak of the texts that come with notify."""
WITH_DATABASE: Mapping[str, templates_kept.Run] = {
    "preview": templates_kept.preview,
    "export": templates_kept.export,
    "list": templates_kept.listed,
    "propose": templates_kept.propose,
    "sign": templates_kept.sign,
    "publish": templates_kept.publish,
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_subparsers(dest="way", required=True, metavar="what")
    for add in (_checking, _listing, _previewing, _exporting, _proposing, _signing, _publishing):
        add_language(add(ways))


def _checking(ways: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    one = ways.add_parser(
        "check", help="say what keeps texts from being published; a file for each text, or all that come with notify"
    )
    one.add_argument("paths", type=Path, nargs="*", metavar="FILE")
    return one


def _listing(ways: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    one = ways.add_parser("list", help="every version of every text: which one counts, who signed it")
    _shipped(one)
    return one


def _previewing(ways: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    one = ways.add_parser(
        "preview", help="every text at its longest, with the parts that an SMS takes and what it costs"
    )
    one.add_argument("names", nargs="*", type=_notice, metavar="NAME", help="default: all")
    one.add_argument("--language", choices=LANGUAGES, default=None, help="default: all")
    one.add_argument("--channel", choices=get_args(NoticeChannel), default="sms", help="default: %(default)s")
    one.add_argument("--detail", choices=get_args(Detail), default=None, help="default: both")
    one.add_argument(
        "--file", type=Path, default=None, metavar="FILE", help="with this text in place of the one that counts"
    )
    one.add_argument("--prices", default="", help="as LOTSE_PROVIDER_PRICES; 1/10,000 EUR for each part, `seven=750`")
    _shipped(one)
    return one


def _exporting(ways: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    one = ways.add_parser("export", help="write a text in all languages as JSON, to be edited and proposed")
    one.add_argument("name", choices=NAMES, metavar="NAME")
    _shipped(one)
    return one


def _proposing(ways: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    one = ways.add_parser("propose", help="keep a text as a new version, which somebody else may publish")
    one.add_argument("path", type=Path, metavar="FILE")
    add_actor(one)
    return one


def _signing(ways: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    one = ways.add_parser("sign", help="a native speaker stands for the words of a version in her language")
    one.add_argument(
        "names", nargs="+", choices=[*NAMES, "all"], metavar="NAME", help="`all`: every text that counts now"
    )
    one.add_argument("--language", choices=WITH_SIGNATURE, required=True)
    one.add_argument("--speaker", required=True, metavar="WHO", help="the native speaker, a name or a pseudonym")
    _numbered(one)
    add_actor(one)
    return one


def _publishing(ways: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    one = ways.add_parser("publish", help="let a version count from now on; never by who proposed it")
    one.add_argument("name", choices=NAMES, metavar="NAME")
    _numbered(one)
    add_actor(one)
    return one


def _notice(name: str) -> str:
    if name not in NOTICES:
        raise argparse.ArgumentTypeError(f"one of {', '.join(NOTICES)}")
    return name


def _shipped(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shipped", action="store_true", help="of the texts that come with notify")


def _numbered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--number", type=int, default=None, metavar="N", help="which version; default: the latest")


def _run(args: argparse.Namespace) -> int:
    known = bool(os.environ.get(variable("database_url")))
    if args.way == "check" or (args.way in OFFLINE and (args.shipped or not known)):
        return OFFLINE[args.way](args)
    try:
        settings = NotifySettings.from_env({**ADMINISTRATION, **os.environ})
    except SettingsInvalid as fault:
        print(f"lotse notify: {fault}", file=sys.stderr)
        return EXIT_SETTINGS
    telemetry.configure(
        "notify",
        settings.association,
        traces_file=settings.traces_file,
        log_level=settings.log_level,
        log_to=sys.stderr,
    )
    return administration.ran(WITH_DATABASE[args.way], settings, args, PROBLEM_TEXTS)


TEMPLATES = Standalone(_run, _arguments, "the texts of messages: check, list, preview, export, propose, sign, publish")
