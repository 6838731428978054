"""`lotse demo`: brings two associations up, or finds them up, tells the story, shows the report."""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lotse_local import endpoints, environment, lock, supervisor
from lotse_local.commands import exits
from lotse_local.commands.up import addresses
from lotse_local.demo import public_facts, report, story
from lotse_local.demo.attending import attend
from lotse_local.demo.cast import cast
from lotse_local.demo.figures import Figures
from lotse_local.demo.frontend import NotAnswered
from lotse_local.demo.houses import house_of
from lotse_local.demo.scene import opened
from lotse_local.engines import EngineUnusable
from lotse_local.layout import DataFolder, default_root, write_private
from lotse_local.plan import plan_of
from lotse_local.supervisor import Supervisor, Wish

HOME, PARTNER = "auslaenderrat", "plattform"
Folders = Mapping[str, DataFolder]
FIGURES_FILE = "story.json"
CONSOLE_WIDTH = 150  # where the output is no terminal


class Told:
    """Prints lines beside the progress bar, with the seconds since the start."""

    def __init__(self, console: Console) -> None:
        self._console, self._began = console, time.monotonic()

    def __call__(self, text: str, style: str = "") -> None:
        line = f"{time.monotonic() - self._began:6.1f} s  {text}"
        self._console.print(line, style=style or None, markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str]) -> int:
    """0 when every expectation came true, 1 when one did not or nothing could be started."""
    args = _parser().parse_args(arguments)
    console = Console() if Console().is_terminal else Console(width=CONSOLE_WIDTH)
    try:
        folders = {HOME: DataFolder(args.data.absolute()), PARTNER: DataFolder((args.partner or args.data).absolute())}
        return asyncio.run(_demo(console, folders, stay=not args.exit))
    except KeyboardInterrupt:
        console.print("lotse demo: stopped; what ran before runs on")
        return exits.FAILED
    except (RuntimeError, EngineUnusable, OSError, ValueError, NotAnswered, httpx.HTTPError) as fault:
        console.print(f"lotse demo: {fault}", style="bold red", markup=False)
        return exits.FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lotse demo", description="Two associations help somebody.")
    parser.add_argument("--exit", action="store_true", help="end after the report instead of staying up")
    default = default_root().with_name("lotse-demo")
    parser.add_argument("--data", type=Path, default=default, help="data folder (default: %(default)s)")
    other = "the partner's data folder, where each association runs by its own `lotse up` and a hub joins them"
    parser.add_argument("--partner", type=Path, help=other)
    return parser


async def _demo(console: Console, folders: Folders, *, stay: bool) -> int:
    say = Told(console)
    say(f"data in {', '.join(dict.fromkeys(str(folder.root) for folder in folders.values()))}")
    async with _up(folders, say) as running:
        telling = asyncio.create_task(_tell(console, folders, say))
        await asyncio.wait({telling, *running}, return_when=asyncio.FIRST_COMPLETED)
        if not telling.done():
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
            return exits.FAILED
        code = telling.result()
        if stay and running:
            await _stay(folders[HOME], say, running)
        return code


async def _stay(folder: DataFolder, say: Told, running: set[asyncio.Task[None]]) -> None:
    found = endpoints.read(folder) or {}
    for line in addresses(found):
        say(line)
    say(f"{folder.endpoints} is for your own frontend; the desk answers whoever writes")
    attending = asyncio.create_task(attend(house_of(folder, HOME, found), say))
    say("everything stays up; Ctrl-C stops it")
    await asyncio.wait(running)
    attending.cancel()
    with suppress(asyncio.CancelledError):
        await attending


@asynccontextmanager
async def _up(folders: Folders, say: Told) -> AsyncIterator[set[asyncio.Task[None]]]:
    """Both associations ready; what keeps them running, or nothing where somebody else does."""
    if all(_runs(folder, name) for name, folder in folders.items()):
        say("both associations run already")
        yield set()
        return
    if len(set(folders.values())) > 1:
        raise RuntimeError("where each has a data folder of its own, both must run before the story is told")
    folder = folders[HOME]
    for name in folders:
        settle(folder, name)
    keeping, ready = Supervisor(folder, Wish(tuple(folders)), say), asyncio.Event()
    supervisor.catch_signals(keeping)
    running = asyncio.create_task(keeping.run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        await running
        raise RuntimeError("stopped before everything was ready")
    try:
        yield {running}
    finally:
        keeping.stop()
        await running


def _runs(folder: DataFolder, name: str) -> bool:
    found = endpoints.read(folder) if lock.holder(folder) is not None else None
    return found is not None and name in found["associations"]


def settle(folder: DataFolder, name: str) -> None:
    """What a demonstration needs to be told; an administrator's own settings stay."""
    place = plan_of(folder, name).place
    if not place.settings.is_file():
        environment.write_settings(
            place,
            {
                # Texts that no native speaker has signed yet; a sender that gives nothing away.
                "notify": {"drafts_allowed": True, "mail_from": "nachricht@post.example"},
                "ledger": {"books_standing": "demo"},
                # Both associations' own services end with 2026; the story is told in later years, too.
                "referral": {"directory_as_of": "2026-11-22"},
            },
        )


async def _tell(console: Console, folders: Folders, say: Told) -> int:
    home, partner = (house_of(folder, name, endpoints.read(folder) or {}) for name, folder in folders.items())
    await asyncio.gather(*(public_facts.loaded(house, say) for house in (home, partner)))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    began = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("the story", total=story.steps_of(cast()))
        async with opened(home, partner, say, lambda: progress.advance(task)) as scene:
            spans = await story.told(scene)
    scene.figures.seconds["whole"] = round(time.monotonic() - began, 2)
    scene.figures.held, scene.figures.failed = len(scene.checks.held), scene.checks.failed
    report.show(console, scene.figures, spans)
    _keep(folders[HOME], scene.figures)
    return exits.FAILED if scene.checks.failed else exits.OK


def _keep(folder: DataFolder, figures: Figures) -> None:
    """The report's figures for machines, readable by their owner alone."""
    write_private(folder.root / FIGURES_FILE, json.dumps(figures.as_json(), indent=1, ensure_ascii=False).encode())
