"""What the guide of group offers shows is taken as it stands."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lotse_contracts.referral import AskGroupFigures, MakeGroupOffer, MoveGroupSession, RecordGroupSession
from lotse_referral.cli.commands import COMMANDS
from lotse_referral.domain.groups import faults
from lotse_referral.domain.offer_reading import of_order, offers_of
from lotse_referral.domain.rules import read
from lotse_referral.domain.series import has

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "groups.md").read_text(encoding="utf-8")
BLOCKS: dict[str, Any] = {
    name: json.loads(body) for name, body in re.findall(r"```json ([a-z-]+)\n(.*?)```", GUIDE, re.DOTALL)
}
MESSAGES = {one.NAME: one for one in (MakeGroupOffer, MoveGroupSession, RecordGroupSession, AskGroupFigures)}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_an_order_of_the_guide_is_one(name: str) -> None:
    assert MESSAGES[name].model_validate_json(json.dumps(BLOCKS[name])).NAME == name


def test_the_offer_of_the_guide_is_whole_and_its_session_is_one() -> None:
    offer = of_order(MakeGroupOffer.model_validate_json(json.dumps(BLOCKS["make-group-offer"])))
    assert list(faults(offer)) == []
    assert offer.series is not None
    assert has(offer.series, date.fromisoformat(BLOCKS["move-group-session"]["session"]))


def test_the_file_of_the_guide_loads() -> None:
    offers, wrong = offers_of(BLOCKS["file"])
    assert (len(offers), wrong) == (2, ())


def test_every_rule_of_the_guide_is_taken() -> None:
    rules = re.findall(r"^\| `(FREQ=[^`]+)`", GUIDE, re.MULTILINE)
    assert len(rules) == 4
    assert all(read(rule) for rule in rules)


def test_every_command_of_the_guide_is_one() -> None:
    commands = re.findall(r"^lotse-referral ([a-z-]+)", GUIDE, re.MULTILINE)
    assert commands
    assert set(commands) <= COMMANDS.keys()
