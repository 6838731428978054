"""`lotse hub`: run a hub for associations elsewhere; it reads nothing and keeps nothing."""

import argparse
import asyncio
import signal
from pathlib import Path

from lotse_local import cards, hub, ports
from lotse_local.commands import arguments, exits
from lotse_local.commands.up import say
from lotse_local.environment import HOST
from lotse_local.keeper import Kept
from lotse_local.lock import AlreadyRunning, Lock


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    parser.add_argument("cards", nargs="+", type=Path, help="the cards of all members")
    parser.add_argument("--listen", default=HOST, metavar="ADDRESS", help="default: %(default)s")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 stopped in order, 1 did not start, 3 runs already."""
    folder = arguments.folder_of(args)
    members = [cards.read_card(file) for file in args.cards]
    lock = Lock(folder)
    try:
        lock.take()
    except AlreadyRunning as fault:
        say(f"{folder.root}: {fault}; nothing was changed")
        return exits.ALREADY_RUNNING
    try:
        hub.end_orphan(folder)
        kept = Kept("hub", lambda: hub.launch(folder, members, listen=args.listen), say)
        asyncio.run(_serve(kept, f"nats-leaf://{args.listen}:{ports.hub_ports(folder)[1]}"))
    finally:
        lock.release()
    say("stopped")
    return exits.OK


async def _serve(kept: Kept, url: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await kept.start()
    say(f"members start with: lotse up --hub {url}")
    try:
        await kept.watch(stopping)
    finally:
        await kept.stop()
