"""The guide to the matching: each command on the page runs, and the page names what there is."""

import json
import re
import subprocess
import sys
from pathlib import Path

from lotse_contracts.referral import NeedFacts
from lotse_referral.cli.match_input import Told
from tests.referral import labelled

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "matching.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
PAGE_ONLY = {"children", "pregnant"}
"""They stand in the household."""


def run(command: str) -> subprocess.CompletedProcess[str]:
    called = command.replace("lotse-referral", f"{sys.executable} -m lotse_referral")
    return subprocess.run(["bash", "-c", called], capture_output=True, text=True, check=False)


def test_the_commands_on_the_page_run() -> None:
    good, bad = COMMANDS
    done = run(good)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    table = set(re.findall(r"^\| (`[^|]+) \|", GUIDE.split("## What comes out")[1], re.MULTILINE))
    named = {name for row in table for name in re.findall(r"`(\w+)`", row)}
    assert set(answer) - {"on", "code"} <= named
    (shown,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    refused = run(bad)
    assert (refused.returncode, json.loads(refused.stderr)) == (1, json.loads(shown))


def test_the_page_names_every_field_that_is_read() -> None:
    table = GUIDE.split("## What goes in")[1].split("## What comes out")[0]
    named = set(re.findall(r"`(\w+)`", table))
    assert set(Told.model_fields) <= named
    assert set(NeedFacts.model_fields) - PAGE_ONLY <= named


def test_the_figures_on_the_page_are_those_of_the_set() -> None:
    concerns = [*labelled.half("tuning"), *labelled.half("held_out")]
    entries = labelled.entries()
    ours = labelled.result(concerns, labelled.matcher(entries))
    plain = labelled.result(concerns, labelled.baseline(entries))
    said = re.search(r"of (\d+) concerns.*?(\d+) of 100.*?, and (\d+) with", GUIDE, re.DOTALL)
    assert said is not None
    assert [int(number) for number in said.groups()] == [
        len(concerns),
        round(100 * ours.share),
        round(100 * plain.share),
    ]
