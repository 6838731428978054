"""`lotse up`: start everything and keep it running until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import contextlib
import time
from typing import Any

from lotse_local import endpoints, supervisor
from lotse_local.commands import arguments, exits
from lotse_local.engines import EngineUnusable
from lotse_local.layout import DataFolder
from lotse_local.lock import AlreadyRunning
from lotse_local.supervisor import Supervisor, Wish

HUB_SCHEMES = ("nats-leaf://", "tls://", "ws://", "wss://")


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    parser.add_argument(
        "--association",
        action="append",
        default=[],
        metavar="NAME",
        help="an association to run; several may be named, which then share a hub of their own (default: those that "
        "are in the data folder, or one named `association`)",
    )
    parser.add_argument("--hub", default="", metavar="URL", help="leaf URL of a hub, such as nats-leaf://host:7422")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 stopped in order, 1 did not start, 3 runs already."""
    if args.hub and not args.hub.startswith(HUB_SCHEMES):
        raise arguments.UsageRefused(f"--hub begins with {' or '.join(HUB_SCHEMES)}")
    folder = arguments.folder_of(args)
    wish = Wish(tuple(dict.fromkeys(args.association)), args.hub)
    try:
        asyncio.run(serve(folder, wish))
    except AlreadyRunning as fault:
        say(f"{folder.root}: {fault}; nothing was changed. `lotse status` shows it, `lotse down` stops it.")
        return exits.ALREADY_RUNNING
    except (RuntimeError, EngineUnusable, OSError, ValueError) as fault:
        say(f"not started: {fault}")
        return exits.FAILED
    say("stopped")
    return exits.OK


async def serve(folder: DataFolder, wish: Wish) -> None:
    """Run a supervisor that stops at SIGINT or SIGTERM."""
    began = time.monotonic()
    keeping = Supervisor(folder, wish, say)
    supervisor.catch_signals(keeping)

    def ready() -> None:
        say(f"ready after {time.monotonic() - began:.1f} s; {folder.endpoints} says where everything listens")
        for line in addresses(endpoints.read(folder) or {}):
            say(line)
        say("Ctrl-C stops everything")

    await keeping.run(ready)


def addresses(found: dict[str, Any]) -> list[str]:
    """What a person opens in a browser."""
    lines = []
    for name, at in found.get("associations", {}).items():
        lines.append(f"  {name}: broker {at['nats']}, mail {at['mailbox']['http']}")
        lines += [f"    {service:9} {url}" for service, url in at["http"].items()]
    return lines


def say(text: str) -> None:
    """One line with the time; whoever closed our output does not stop us."""
    with contextlib.suppress(BrokenPipeError, OSError):
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
