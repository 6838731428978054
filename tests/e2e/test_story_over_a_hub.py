"""Two data folders, as on two machines, joined by a hub: the same story, with cards exchanged as administrators do."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from lotse_local import environment, ports
from lotse_local.commands import exits
from lotse_local.demo.play import HOME, PARTNER, settle
from lotse_local.layout import DataFolder
from tests import kit
from tests.e2e.house import COMMAND_SECONDS, STOP_SECONDS, House
from tests.e2e.test_story import Told, tell

READ_AGAIN = "partners and settings were read again"


@dataclass
class Joined:
    """Two houses and the hub between them, three commands that know nothing of each other."""

    home: House
    partner: House
    hub: subprocess.Popen[str]
    hub_data: DataFolder


@pytest.fixture(scope="module")
async def joined() -> AsyncIterator[Joined]:
    """Both run before the hub does, and before they know each other."""
    folders = {HOME: kit.new_folder(), PARTNER: kit.new_folder(), "hub": kit.new_folder()}
    url = f"nats-leaf://{environment.HOST}:{ports.hub_ports(DataFolder(folders['hub']))[1]}"
    async with AsyncExitStack() as stack:
        for folder in folders.values():
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        houses = {}
        for name in (HOME, PARTNER):
            settle(DataFolder(folders[name]), name)
            houses[name] = House(folders[name], ("--association", name, "--hub", url))
            await houses[name].start()
            stack.callback(houses[name].stop)
        written = {name: card(house, folders["hub"]) for name, house in houses.items()}
        hub = begin_hub(folders["hub"], written.values())
        stack.callback(end, hub)
        for name, other in ((HOME, PARTNER), (PARTNER, HOME)):
            await introduce(houses[name], written[other])
        yield Joined(houses[HOME], houses[PARTNER], hub, DataFolder(folders["hub"]))


@pytest.fixture(scope="module")
def told(joined: Joined) -> Told:
    """The story, told once over both folders."""
    return tell(joined.home.folder, "--partner", str(joined.partner.folder))


async def test_the_same_story_comes_true_over_a_hub(told: Told) -> None:
    assert told.figures.get("failed") == [], told.output[-5_000:]
    assert told.code == exits.OK
    (connected,) = (one for one in told.figures["referrals"] if one["mode"] == "connected")
    assert connected["state"] == "completed"


async def test_neither_folder_holds_anything_of_the_other_but_its_card(joined: Joined, told: Told) -> None:
    assert told.code == exits.OK
    for house, own, other in ((joined.home, HOME, PARTNER), (joined.partner, PARTNER, HOME)):
        assert house.data.associations() == (own,)
        assert [path.stem for path in house.data.association(own).partner_cards.iterdir()] == [other]


async def test_the_hub_keeps_nothing_at_rest(joined: Joined, told: Told) -> None:
    assert told.code == exits.OK
    assert joined.hub.poll() is None
    assert not list(joined.hub_data.root.rglob("*.blk"))  # where JetStream keeps messages


def card(house: House, folder: Path) -> Path:
    """The association's card as a file to hand over."""
    printed = house.lotse("card")
    assert printed.returncode == exits.OK, printed.stderr
    path = folder / f"{house.data.associations()[0]}.card"
    path.write_text(printed.stdout)
    return path


async def introduce(house: House, other: Path) -> None:
    """`lotse partner add`, and the running services take it up."""
    command = [sys.executable, "-m", "lotse_local", "partner", "add", str(other), "--data", str(house.folder)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, timeout=COMMAND_SECONDS)
    await kit.eventually(lambda: READ_AGAIN in house.said())


def begin_hub(folder: Path, written: Iterable[Path]) -> subprocess.Popen[str]:
    """`lotse hub` with the cards of all members."""
    command = [sys.executable, "-m", "lotse_local", "hub", "--data", str(folder)]
    return subprocess.Popen([*command, *map(str, written)], text=True)


def end(hub: subprocess.Popen[str]) -> None:
    """Stop the hub in order."""
    hub.terminate()
    hub.wait(STOP_SECONDS)
