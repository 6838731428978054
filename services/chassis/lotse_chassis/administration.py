"""What every administrator's command needs: one language, who gives it, and a service without its loops."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError

from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings

LANGUAGES = ("de", "en")
EXIT_DONE = 0
EXIT_REFUSED = 1
NO_FACE = -1

_AWAY = {"de": "Die Datenbank antwortet nicht; läuft Lotse?", "en": "The database does not answer; does Lotse run?"}

S = TypeVar("S", bound=Settings)
Texts = Mapping[str, Mapping[str, str]]


class Told(Exception):
    """The command cannot be done; the text says why, in German and in English."""

    def __init__(self, german: str, english: str) -> None:
        super().__init__(english)
        self.texts = {"de": german, "en": english}


def ran(
    run: Callable[[S, argparse.Namespace], Coroutine[Any, Any, int]],
    settings: S,
    args: argparse.Namespace,
    problems: Texts,
) -> int:
    """The exit code of a command; whatever is refused becomes a sentence and the exit code 1."""
    try:
        return asyncio.run(run(settings, args))
    except Told as fault:
        print(fault.texts[args.lang], file=sys.stderr)
    except Refused as fault:
        print(f"{problems.get(fault.code, {}).get(args.lang, fault.code)} [{fault.code}]", file=sys.stderr)
    except OperationalError:
        print(_AWAY[args.lang], file=sys.stderr)
    except OSError as fault:
        print(f"{fault.filename or ''}: {fault.strerror or type(fault).__name__}", file=sys.stderr)
    return EXIT_REFUSED


def add_language(parser: argparse.ArgumentParser) -> None:
    """`--lang`."""
    parser.add_argument(
        "--lang", choices=LANGUAGES, default="de", help="language of what is said (default: %(default)s)"
    )


def add_actor(parser: argparse.ArgumentParser) -> None:
    """`--actor`."""
    parser.add_argument("--actor", default="", metavar="NAME", help="who does it, a pseudonym; default: the login name")


def actor_of(args: argparse.Namespace) -> str:
    """Who gave the command."""
    return args.actor or getpass.getuser()


@asynccontextmanager
async def opened(build: Callable[[S], Service], settings: S) -> AsyncIterator[Service]:
    """A service without its loops and its face: what is said leaves when the service itself runs."""
    service = build(settings.model_copy(update={"http_port": NO_FACE}))
    try:
        yield service
    finally:
        await service.engine.dispose()
