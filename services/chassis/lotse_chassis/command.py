"""The command line of a service: serve, migrate, and what the service adds."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lotse_chassis import pipes, telemetry
from lotse_chassis.migrate import Migration, MigrationChanged, migrate
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings, SettingsInvalid

EXIT_SETTINGS = 2
EXIT_MIGRATION = 3
ADMINISTRATION = {"LOTSE_ASSOCIATION": "unnamed"}  # an administrator's command needs the database's address alone

Command = Callable[[Settings], int]


@dataclass(frozen=True)
class Subcommand:
    """A command with arguments of its own: `arguments` adds them to its parser, `run` gets them and the settings."""

    run: Callable[[Settings, argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None]
    help: str = ""


@dataclass(frozen=True)
class Standalone:
    """A command that needs neither settings nor a running system: it reads, decides and writes."""

    run: Callable[[argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None]
    help: str = ""


Commands = Mapping[str, Command | Subcommand | Standalone]


def main(
    name: str,
    build: Callable[..., Service],
    settings: type[Settings],
    migrations: Sequence[Migration],
    rights: Mapping[str, str],
    *,
    commands: Commands | None = None,
) -> None:
    """Parse the arguments, read the environment, run, exit with the command's code."""
    extra = commands or {}
    arguments = _parser(name, extra).parse_args()
    chosen = arguments.command
    command = extra.get(chosen)
    if isinstance(command, Standalone):
        sys.exit(pipes.ended(partial(command.run, arguments)))
    try:
        read = settings.from_env(os.environ if chosen == "serve" else {**ADMINISTRATION, **os.environ})
        telemetry.configure(
            name,
            read.association,
            traces_file=read.traces_file,
            log_level=read.log_level,
            log_to=None if chosen == "serve" else sys.stderr,
        )
        if chosen == "migrate":
            sys.exit(_migrate(name, read, migrations, rights))
        if chosen == "serve":
            sys.exit(asyncio.run(_serve(build, read)))
        if isinstance(command, Subcommand):
            sys.exit(pipes.ended(partial(command.run, read, arguments)))
        if command is not None:
            sys.exit(pipes.ended(partial(command, read)))
    except SettingsInvalid as fault:
        print(f"lotse {name}: {fault}", file=sys.stderr)
        sys.exit(EXIT_SETTINGS)
    except MigrationChanged as fault:
        print(f"lotse {name}: migration {fault} was changed after it was applied", file=sys.stderr)
        sys.exit(EXIT_MIGRATION)


def _parser(name: str, extra: Commands) -> argparse.ArgumentParser:
    called = Path(sys.argv[0]).name
    prog = f"python -m lotse_{name}" if called == "__main__.py" else called
    parser = argparse.ArgumentParser(prog=prog, description=f"Lotse {name}")
    every = parser.add_subparsers(dest="command", required=True, metavar="command")
    every.add_parser("serve", help="run the service")
    every.add_parser("migrate", help="bring the database to the shape that the code expects")
    for command, given in extra.items():
        if isinstance(given, Subcommand | Standalone):
            given.arguments(every.add_parser(command, help=given.help, description=given.help))
        else:
            every.add_parser(command, help=(given.__doc__ or "").partition(".")[0])
    return parser


async def _serve(build: Callable[..., Service], settings: Settings) -> int:
    return await build(settings).run()


def _migrate(name: str, settings: Settings, migrations: Sequence[Migration], rights: Mapping[str, str]) -> int:
    applied = migrate(settings.database_url, settings.database_role or name, migrations, rights)
    print(f"lotse {name}: {len(applied)} step(s) applied" + (f": {', '.join(applied)}" if applied else ""))
    return 0
