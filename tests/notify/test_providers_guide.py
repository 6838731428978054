"""docs/guides/providers.md: its settings exist and fit together, its commands and codes are those of the product."""

import argparse
import re
import tomllib
from pathlib import Path

import pytest

from lotse_notify.cli.commands import COMMANDS
from lotse_notify.cli.providers import providers_command
from lotse_notify.domain.magic import OUTCOMES
from lotse_notify.providers.building import routes_of, server_of
from lotse_notify.providers.seven_answers import REFUSALS
from lotse_notify.settings import NotifySettings

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "providers.md").read_text(encoding="utf-8")


def test_the_block_of_settings_builds_the_providers_that_it_names(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    given = tomllib.loads(block)["notify"]
    assert given.keys() <= NotifySettings.model_fields.keys()
    for name in [name for name in given if name.endswith("_file")]:
        path = tmp_path / name
        path.write_text("one-line-of-secret")
        given[name] = path
    settings = NotifySettings.model_validate({"association": "aa", "database_url": "postgresql://"} | given)
    routes = routes_of(settings, server_of(settings))
    assert [one.name for one in routes.listed] == ["smtp", "seven", "kannel"]


@pytest.mark.parametrize("line", re.findall(r"^lotse-notify (.*)$", GUIDE, re.MULTILINE))
def test_its_commands_exist(line: str) -> None:
    name, *rest = line.split()
    assert COMMANDS[name] is providers_command
    parser = argparse.ArgumentParser()
    providers_command.arguments(parser)
    parser.parse_args(rest)


def test_every_code_of_seven_stands_in_its_table() -> None:
    rows = re.findall(r"^\| ([0-9, ]+)[^|]*\|", GUIDE, re.MULTILINE)
    codes = [int(code) for row in rows for code in re.findall(r"\d+", row)]
    assert sorted(codes) == sorted([100, 101, *REFUSALS])


def test_every_magic_ending_is_within_what_it_says() -> None:
    assert "`…001` to\n`…007`" in GUIDE
    assert sorted(OUTCOMES) == [f"{number:03}" for number in range(1, 8)]
