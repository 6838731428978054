"""`lotse-notify costs`: what messages cost by provider and day, as the ledger is told of it."""

import argparse
from datetime import date, timedelta

from lotse_chassis.administration import EXIT_DONE, add_language
from lotse_chassis.calendar import ZONE
from lotse_chassis.command import Subcommand
from lotse_notify.cli.session import command, database
from lotse_notify.settings import NotifySettings
from lotse_notify.store import tallies

E4_PER_EURO = 10_000
DAYS_SHOWN = 30

_HEADS = {
    "de": ("Tag", "Anbieter", "Nachrichten", "SMS-Teile", "EUR"),
    "en": ("day", "provider", "messages", "SMS parts", "EUR"),
}
_TOTAL = {"de": "zusammen", "en": "together"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", type=_day, metavar="DAY", help=f"first day, 2026-11-01; default: {DAYS_SHOWN} days ago"
    )
    add_language(parser)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day as 2026-11-01") from None


async def _costs(settings: NotifySettings, args: argparse.Namespace) -> int:
    async with database(settings) as service, service.unit() as unit:
        today = unit.context.now.astimezone(ZONE).date()
        days = await tallies.since(unit.tx, args.since or today - timedelta(days=DAYS_SHOWN))
    print(_line(*_HEADS[args.lang]))
    for one in days:
        print(_line(one.day, one.provider, one.messages, one.segments, _euros(one.amount_e4)))
    total = [sum(getattr(one, name) for one in days) for name in ("messages", "segments", "amount_e4")]
    print(_line(_TOTAL[args.lang], "", total[0], total[1], _euros(total[2])))
    return EXIT_DONE


def _line(*cells: object) -> str:
    first, second, *rest = (str(cell) for cell in cells)
    return f"{first:12}{second:12}" + "".join(f"{cell:>13}" for cell in rest)


def _euros(amount_e4: int) -> str:
    return f"{amount_e4 / E4_PER_EURO:.4f}"


COSTS = Subcommand(command(_costs), _arguments, "what messages cost, by provider and day")
