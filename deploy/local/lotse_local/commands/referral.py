"""`lotse referral`: the directory, matching and reports of an association that runs here."""

import argparse

from lotse_local.commands import passing
from lotse_local.commands.passing import Passed

REFERRAL = Passed(service="referral", such_as="directory todo", offline=frozenset({"check", "match", "--shipped"}))


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments; everything from the first word on is referral's."""
    passing.add(parser, REFERRAL)
