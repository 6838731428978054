"""`lotse-notify webhooks`: where providers report to, to be set in their portals. Whoever reads it can report too."""

import argparse
from typing import cast

from lotse_chassis.command import Subcommand
from lotse_chassis.settings import Settings
from lotse_notify.domain.callbacks import callback_url
from lotse_notify.domain.hooks import KANNEL, SEVEN
from lotse_notify.http.webhooks import door_of
from lotse_notify.settings import NotifySettings

EXIT_NONE = 1
REPORTING = (SEVEN, KANNEL)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("provider", nargs="?", choices=REPORTING, help="absent: all of them")


def _webhooks(settings: Settings, args: argparse.Namespace) -> int:
    door = door_of(cast(NotifySettings, settings))
    if door is None:
        print("there are none: LOTSE_CALLBACK_SECRET_FILE is not set")
        return EXIT_NONE
    for provider in REPORTING:
        if args.provider in (None, provider):
            print(f"{provider}\t{callback_url(door.base_url, door.secret, provider)}")
    return 0


WEBHOOKS = Subcommand(_webhooks, _arguments, "where providers report to: a secret of each of them")
