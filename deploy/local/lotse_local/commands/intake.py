"""`lotse intake`: an administrator's commands on the cases of an association that runs here."""

import argparse

from lotse_local.commands import passing
from lotse_local.commands.passing import Passed

INTAKE = Passed(
    service="intake",
    such_as="retention --dry-run",
    offline=frozenset({"check", "open", "same-person", "transliterate"}),
)


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments; everything from the first word on is intake's."""
    passing.add(parser, INTAKE)
