"""`lotse ledger`: the treasurer's commands on the books of an association that runs here."""

import argparse
from collections.abc import Mapping

from lotse_local import keyring
from lotse_local.commands import passing
from lotse_local.commands.passing import Passed
from lotse_local.layout import AssociationFolder


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments; everything from the first word on is the ledger's."""
    passing.add(parser, LEDGER)


def _auditors_key(place: AssociationFolder) -> Mapping[str, str]:
    """The key to sign auditors' tokens with, which the service never has."""
    return {"LOTSE_AUDITOR_KEY_FILE": str(place.key(keyring.AUDITOR_KEY))}


LEDGER = Passed(
    service="ledger",
    such_as="vouchers import list.csv --grant 5d3f",
    offline=frozenset({"template"}),
    needs_restart=frozenset({"rotate-key"}),  # the service signs with the new key once it has started again
    more=_auditors_key,
)
