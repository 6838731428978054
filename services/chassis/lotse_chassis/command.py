"""The command line of a service: serve, migrate, and what the service adds."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from lotse_chassis import telemetry
from lotse_chassis.migrate import Migration, MigrationChanged, migrate
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings, SettingsInvalid

EXIT_SETTINGS = 2
EXIT_MIGRATION = 3
ADMINISTRATION = {"LOTSE_ASSOCIATION": "unnamed"}  # an administrator's command needs the database's address alone

Command = Callable[[Settings], int]


def main(
    name: str,
    build: Callable[..., Service],
    settings: type[Settings],
    migrations: Sequence[Migration],
    rights: Mapping[str, str],
    *,
    commands: Mapping[str, Command] | None = None,
) -> None:
    """Parse the arguments, read the environment, run, exit with the command's code."""
    extra = commands or {}
    parser = argparse.ArgumentParser(prog=f"python -m lotse_{name}", description=f"Lotse {name}")
    parser.add_argument("command", choices=["serve", "migrate", *extra])
    chosen = parser.parse_args().command
    try:
        read = settings.from_env(os.environ if chosen == "serve" else {**ADMINISTRATION, **os.environ})
        telemetry.configure(name, read.association, traces_file=read.traces_file, log_level=read.log_level)
        if chosen == "migrate":
            sys.exit(_migrate(name, read, migrations, rights))
        if chosen == "serve":
            sys.exit(asyncio.run(_serve(build, read)))
        sys.exit(extra[chosen](read))
    except SettingsInvalid as fault:
        print(f"lotse {name}: {fault}", file=sys.stderr)
        sys.exit(EXIT_SETTINGS)
    except MigrationChanged as fault:
        print(f"lotse {name}: migration {fault} was changed after it was applied", file=sys.stderr)
        sys.exit(EXIT_MIGRATION)


async def _serve(build: Callable[..., Service], settings: Settings) -> int:
    return await build(settings).run()


def _migrate(name: str, settings: Settings, migrations: Sequence[Migration], rights: Mapping[str, str]) -> int:
    applied = migrate(settings.database_url, settings.database_role or name, migrations, rights)
    print(f"lotse {name}: {len(applied)} step(s) applied" + (f": {', '.join(applied)}" if applied else ""))
    return 0
