"""`lotse-notify dead`: what did not leave and why, and once more through the policy when its cause is mended.

Nothing is sent twice by it: a notification keeps its id, so that every try that may have left still stands in the way.
Orders that could not be taken at all are dead letters of the broker, shown by `lotse dead`.
"""

import argparse
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED, actor_of, add_actor, add_language
from lotse_chassis.calendar import ZONE
from lotse_chassis.command import Subcommand
from lotse_chassis.service import Service, Unit
from lotse_contracts.values import RecipientLanguage
from lotse_notify.cli.session import command, database
from lotse_notify.domain.words import MOMENT, worded
from lotse_notify.handlers.resolving import try_again
from lotse_notify.settings import NotifySettings
from lotse_notify.store import failures

ROLE = "coordinator"  # who may run a command on this machine may do what a coordinator may
LISTED_MAX = 200

_WORDS = {
    "de": {
        "none": "nichts ist liegengeblieben",
        "useful": "von Nutzen bis {at}",
        "over": "nicht mehr von Nutzen",
        "link_gone": "der Link ist weg; die Vermittlung erneut senden",
        "again": "wird neu entschieden",
        "mailed": "wird erneut versucht",
        "refused": "das ist keine Nachricht, die gescheitert und noch von Nutzen ist",
        "broker": "Aufträge, die gar nicht angenommen wurden, zeigt `lotse dead list`.",
    },
    "en": {
        "none": "nothing was left behind",
        "useful": "of use until {at}",
        "over": "of no use any more",
        "link_gone": "the link is gone; send the referral again",
        "again": "is decided anew",
        "mailed": "is tried again",
        "refused": "nothing that failed and is still of use",
        "broker": "Orders that could not be taken at all are shown by `lotse dead list`.",
    },
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("list", "replay"), default="list")
    parser.add_argument("names", nargs="*", metavar="NAME", help="to replay: ids of notifications, keys of mails")
    add_language(parser)
    add_actor(parser)


async def _dead(settings: NotifySettings, args: argparse.Namespace) -> int:
    words = _WORDS[args.lang]
    async with database(settings) as service:
        if args.what == "replay":
            done = [await _replayed(service, name, args) for name in args.names]
            for name, said in zip(args.names, done, strict=True):
                print(f"{name}: {words[said]}")
            return EXIT_REFUSED if "refused" in done else EXIT_DONE
        async with service.unit() as unit:
            lines = await _lines(unit, args.lang)
    print("\n".join(lines) if lines else words["none"])
    print(words["broker"], file=sys.stderr)
    return EXIT_DONE


async def _lines(unit: Unit, language: RecipientLanguage) -> list[str]:
    """One for each: its name, what it is, since when, why."""
    words, now = _WORDS[language], unit.context.now

    def useful(row: Row[Any]) -> str:
        return words["useful"].format(at=_moment(row.useful_by)) if row.useful_by > now else words["over"]

    lost = await failures.notices(unit.tx, rows_max=LISTED_MAX)
    mails = await failures.office_mails(unit.tx, rows_max=LISTED_MAX)
    links = await failures.service_mails(unit.tx, rows_max=LISTED_MAX)
    return [
        *(f"{one.notification_id} {one.template} {_why(one, one.because, language)} ({useful(one)})" for one in lost),
        *(f"{one.dedupe_key} {one.template} {_why(one, one.reason, language)}" for one in mails),
        *(f"{one.dedupe_key} link {_why(one, one.reason, language)} ({words['link_gone']})" for one in links),
    ]


async def _replayed(service: Service, name: str, args: argparse.Namespace) -> str:
    """What is said of it: the notification of this id, else the mail of this key."""
    async with service.unit(actor=actor_of(args), role=ROLE) as unit:
        try:
            return "again" if await try_again(unit, UUID(name)) else "refused"
        except ValueError:
            return "mailed" if await failures.mail_again(unit.tx, name, unit.context.now) else "refused"


def _why(row: Row[Any], reason: str, language: RecipientLanguage) -> str:
    return f"{_moment(row.ended_at)} {worded('reasons', reason, language)}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ZONE):{MOMENT}}"


DEAD = Subcommand(command(_dead), _arguments, "what did not leave, and once more when its cause is mended")
