"""Arguments that several commands take, and what they mean."""

import argparse
from pathlib import Path

from lotse_local import lock, ports
from lotse_local.environment import Addresses
from lotse_local.layout import AssociationFolder, DataFolder, default_root


class UsageRefused(ValueError):
    """The arguments do not fit the data folder; the text says what does."""


class NothingRuns(RuntimeError):
    """The command needs a running `lotse up`."""


def add_data(parser: argparse.ArgumentParser) -> None:
    """`--data DIR`."""
    parser.add_argument("--data", type=Path, default=default_root(), help="data folder (default: %(default)s)")


def add_association(parser: argparse.ArgumentParser) -> None:
    """`--association NAME`, needed where a data folder has several."""
    parser.add_argument("--association", default="", help="which one, when the data folder has several")


def folder_of(args: argparse.Namespace) -> DataFolder:
    """The data folder; a relative one is taken from here."""
    return DataFolder(Path(args.data).absolute())


def place_of(args: argparse.Namespace) -> AssociationFolder:
    """The association meant. Raises UsageRefused."""
    folder = folder_of(args)
    there = folder.associations()
    if not there:
        raise UsageRefused(f"there is no association in {folder.root}; `lotse up` makes one")
    if args.association and args.association not in there:
        raise UsageRefused(f"{args.association} is not in {folder.root}; there are: {', '.join(there)}")
    if not args.association and len(there) > 1:
        raise UsageRefused(f"which one? --association {' | '.join(there)}")
    return folder.association(args.association or there[0])


def addresses_of(args: argparse.Namespace, place: AssociationFolder) -> Addresses:
    """Where its parts listen."""
    return ports.addresses(folder_of(args), place.name)


def require_running(args: argparse.Namespace) -> None:
    """Raises NothingRuns."""
    folder = folder_of(args)
    if lock.holder(folder) is None:
        raise NothingRuns(f"nothing runs on {folder.root}; start it with `lotse up --data {folder.root}`")
