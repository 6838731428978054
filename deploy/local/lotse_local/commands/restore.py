"""`lotse restore`: fill a fresh data folder from a backup; erased persons stay erased."""

import argparse
from pathlib import Path

from lotse_local import restore
from lotse_local.backup import Parts
from lotse_local.commands import arguments, exits
from lotse_local.lock import Lock


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    parser.add_argument("backup", type=Path, metavar="FOLDER", help="the backup's data part, a folder `….data`")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="its person keys (default: beside it)")
    parser.add_argument("--secrets", type=Path, metavar="FILE", help="its secrets (default: beside it)")
    since = parser.add_mutually_exclusive_group(required=True)
    since.add_argument(
        "--erasures",
        type=Path,
        action="append",
        metavar="PATH",
        help="a data folder or a person-keys file that knows who was erased since; may be given again",
    )
    since.add_argument("--no-erasures-since", action="store_true", help="nobody was erased since the backup")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 restored, 1 refused, 3 something runs on this folder."""
    folder = arguments.folder_of(args)
    data = args.backup.absolute()
    stem = data.name.removesuffix(".data")
    keys = args.keys or data.with_name(f"{stem}.person-keys.tar")
    parts = Parts(data, keys, args.secrets or data.with_name(f"{stem}.secrets.tar"))
    lock = Lock(folder)
    lock.take()
    try:
        place, erased = restore.restore(folder, parts, args.erasures or [])
    finally:
        lock.release()
    print(f"{place.name} is restored; {erased} erased person(s) stay erased")
    print(f"start it with `lotse up --data {folder.root}`, then run `lotse reconcile --data {folder.root}`")
    return exits.OK
