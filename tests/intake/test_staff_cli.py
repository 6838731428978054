"""`lotse-intake staff` on a real database: what is typed is what the desk then finds."""

import argparse
import asyncio
import json

import pytest

from lotse_contracts import intake
from lotse_intake.cli.commands import COMMANDS
from lotse_intake.cli.staff import STAFF
from tests.intake.desk import act, held, raised
from tests.intake.given import Intake


async def typed(here: Intake, *words: str) -> int:
    """The exit code, as `lotse-intake staff WORDS` has it."""
    parser = argparse.ArgumentParser()
    STAFF.arguments(parser)
    return await asyncio.to_thread(STAFF.run, here.settings, parser.parse_args(words))


async def test_staff_is_a_command() -> None:
    assert COMMANDS["staff"] is STAFF


async def test_who_is_added_is_listed_and_may_carry(here: Intake, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("add", "w-1", "--languages", "uk, ru", "--teams", "north", "--load-max", "9")
    assert await typed(here, *words) == 0
    assert await typed(here, "list", "--lang", "en") == 0
    assert "uk,ru" in capsys.readouterr().out
    concern = await raised(here)
    await act(here, concern, "claim")
    assert await typed(here, "list", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "actor": "w-1",
        "languages": ["uk", "ru"],
        "teams": ["north"],
        "load": 1,
        "load_max": 9,
        "is_absent": False,
    }
    assert await typed(here, "list", "--team", "south", "--lang", "de") == 0
    assert "Niemand" in capsys.readouterr().out


async def test_an_absence_is_noted_and_ends(here: Intake) -> None:
    for name in ("w-1", "w-2"):
        await typed(here, "add", name)
    assert await typed(here, "absent", "w-1", "--from", "2026-11-20", "--to", "2099-12-31", "--substitute", "w-2") == 0
    (away,) = [one for one in (await here.ask(intake.AskStaff())).members if one.actor == "w-1"]
    assert (away.is_absent, away.substitute) == (True, "w-2")
    assert await typed(here, "absent", "w-1") == 0
    assert not any(one.is_absent for one in (await here.ask(intake.AskStaff())).members)


async def test_whoever_retires_hands_on(here: Intake, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("w-1", "w-2"):
        await typed(here, "add", name, "--languages", "uk")
    concern = await raised(here)
    await act(here, concern, "claim")
    assert await typed(here, "retire", "w-1", "--successor", "w-2", "--lang", "en") == 0
    assert "concerns handed on: 1" in capsys.readouterr().out
    assert held(here, concern)[1] == "w-2"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "olena@example.org"), "malformed"),
        (("add", "w-1", "--languages", "українська"), "malformed"),
        (("absent", "w-1", "--from", "2026-02-30", "--to", "2026-03-01"), "malformed"),
        (("absent", "c-9", "--from", "2026-12-01", "--to", "2026-12-02"), "unknown_staff"),
        (("absent", "c-9", "--from", "2026-12-01"), "bad_absence"),
        (("retire", "c-9"), "unknown_staff"),
        (("retire", "c-9", "--successor", "c-9"), "nobody_to_carry_it"),
    ],
)
async def test_what_cannot_be_is_a_sentence_and_changes_nothing(
    here: Intake, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str
) -> None:
    assert await typed(here, *words) == 1
    said = capsys.readouterr()
    assert f"[{code}]" in said.err
    assert "olena" not in said.err
    assert here.counts()["staff"] == 0
