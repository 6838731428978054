"""`lotse notify`: what became of messages, texts, providers and costs of an association that runs here."""

import argparse

from lotse_local.commands import passing
from lotse_local.commands.passing import Passed

NOTIFY = Passed(
    service="notify",
    such_as="why 5d3f…",
    offline=frozenset({"segments", "check", "--shipped"}),
)


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments; everything from the first word on is notify's."""
    passing.add(parser, NOTIFY)
