"""`lotse-notify why`: everything that was decided, tried and heard about one message, in plain words."""

import argparse
from typing import get_args
from uuid import UUID

from lotse_chassis.administration import EXIT_DONE, Told, actor_of, add_actor
from lotse_chassis.calendar import ZONE
from lotse_chassis.command import Subcommand
from lotse_contracts.notify import AskWhy
from lotse_contracts.values import RecipientLanguage
from lotse_notify.cli.session import command, database
from lotse_notify.domain.words import MOMENT
from lotse_notify.handlers import desk
from lotse_notify.settings import NotifySettings
from lotse_notify.store import timelines

ROLE = "coordinator"  # who may run a command on this machine may do what a coordinator may

_NONE = ("Eine solche Nachricht gibt es nicht.", "There is no such message.")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notification", metavar="ID", help="of the notification, as `unresolved` and `dead` list it")
    parser.add_argument("--lang", choices=get_args(RecipientLanguage), default="de", help="language of the words")
    add_actor(parser)


async def _why(settings: NotifySettings, args: argparse.Namespace) -> int:
    """Raises Told if there is none."""
    try:
        notification_id = UUID(args.notification)
    except ValueError:
        raise Told(*_NONE) from None
    async with database(settings) as service, service.unit(actor=actor_of(args), role=ROLE) as unit:
        row = await timelines.by_id(unit.tx, notification_id)
        if row is None:
            raise Told(*_NONE)
        question = AskWhy(person_id=row.person_id, notification_id=notification_id, language=args.lang)
        answer = await desk.why(question, unit.context, unit.tx)
    for step in answer.steps:
        print(f"{step.at.astimezone(ZONE):{MOMENT}} {step.text}")
    return EXIT_DONE


WHY = Subcommand(command(_why), _arguments, "everything that happened to one message, in plain words")
