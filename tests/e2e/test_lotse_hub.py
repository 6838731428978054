"""Two data folders that know each other by cards and meet at a hub which neither of them runs."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from lotse_local import broker
from lotse_local.commands import exits
from lotse_local.demo.frontend import connected
from lotse_local.demo.houses import house_of
from tests import kit
from tests.e2e.house import STOP_SECONDS, House

HERE, THERE = "auslaenderrat", "plattform"
CROSSED_SECONDS = 3 * broker.SILENT_SECONDS  # a source that sleeps is woken only then


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    made = kit.new_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def hub(folder: Path, cards: list[Path]) -> Iterator[subprocess.Popen[str]]:
    """`lotse hub` in a process of its own."""
    with (folder / "hub.log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "lotse_local", "hub", "--data", str(folder / "hub"), *map(str, cards)],
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield running
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(STOP_SECONDS) == exits.OK


async def hub_url(folder: Path) -> str:
    log = folder / "hub.log"
    found: list[str] = await kit.eventually(lambda: re.findall(r"nats-leaf://\S+", log.read_text()))
    return found[0]


def new_house(folder: Path, name: str) -> House:
    place = folder / name
    place.mkdir(mode=0o711)
    return House(place, ("--association", name))


def card_of(house: House, folder: Path, name: str) -> Path:
    code, card = house.quickly("card")
    assert code == exits.OK
    file = folder / f"{name}.card"
    file.write_text(card)
    return file


async def test_cards_are_exchanged_and_a_transfer_crosses(folder: Path) -> None:
    """Each has run alone before; the link and the partner come later, and nothing else changes."""
    houses = {name: new_house(folder, name) for name in (HERE, THERE)}
    for name, house in houses.items():
        await house.start()
        assert house.stop() == exits.OK
        assert name in house.data.associations()
    cards = {name: card_of(house, folder, name) for name, house in houses.items()}
    with hub(folder, list(cards.values())):
        url = await hub_url(folder)
        for house in houses.values():
            house.arguments = ("--hub", url)
            await house.start()
        try:
            await _get_to_know(houses, cards)
            await _send_and_bury(houses[HERE], houses[THERE])
        finally:
            for house in houses.values():
                assert house.stop() == exits.OK


async def _get_to_know(houses: dict[str, House], cards: dict[str, Path]) -> None:
    for name, house in houses.items():
        other = THERE if name == HERE else HERE
        code, said = house.quickly("partner", "add", str(cards[other]))
        assert (code, "the running services are told" in said) == (exits.OK, True)
        await kit.eventually(partial(has_said, house, "services restarted"))
        assert "it was known already" in house.quickly("partner", "add", str(cards[other]))[1]
        assert house.quickly("partner", "add", str(cards[name]))[0] == exits.FAILED  # our own
        assert other in house.quickly("partner", "list")[1]


def has_said(house: House, text: str) -> bool:
    return text in house.said()


async def _send_and_bury(here: House, there: House) -> None:
    """What is no sealed transfer crosses too and ends in the receiver's dead letters; a replay ends there again."""
    subject = f"lotse.{HERE}.xfer.{THERE}.referral.referral-offered.v1.k1"
    async with connected(house_of(here.data, HERE, here.endpoints()).desk("referral")) as sender:
        stored = await sender.client.jetstream().publish(subject, b"{}", headers={"Nats-Msg-Id": "1"})
    assert stored.stream == f"FED_OUT_{HERE}"
    (buried,) = await kit.eventually(lambda: numbers(there), CROSSED_SECONDS)
    code, status = there.quickly("status")
    assert (code, "dead letter(s)" in status) == (exits.NEEDS_ATTENTION, True), status
    assert there.lotse("dead", "replay", str(buried)).returncode == exits.OK
    (again,) = await kit.eventually(lambda: [one for one in numbers(there) if one > buried])
    shown = there.lotse("dead", "show", str(again)).stdout
    assert "malformed" in shown
    assert json.dumps("k1") not in shown


def numbers(house: House) -> list[int]:
    """Of the dead letters that are malformed; the first checkpoint of a partner who was not known yet is another."""
    listed = house.lotse("dead", "list").stdout.splitlines()
    return [int(line.split()[0]) for line in listed if "malformed" in line]
