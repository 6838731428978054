"""`lotse-notify switch`: hold back what is told to people, all of it or one channel, and let it go again."""

import argparse
from typing import cast, get_args

from lotse_chassis.administration import EXIT_DONE, actor_of, add_actor, add_language
from lotse_chassis.calendar import ZONE
from lotse_chassis.command import Subcommand
from lotse_contracts.notify import AskSwitches, SetSwitch, SwitchesAnswer, SwitchName
from lotse_notify.cli.session import command, database
from lotse_notify.domain.caps import Caps
from lotse_notify.domain.words import MOMENT
from lotse_notify.handlers import switches
from lotse_notify.settings import NotifySettings

ROLE = "coordinator"  # who may run a command on this machine may do what a coordinator may
STATES = ("on", "off")

_WORDS = {
    "de": {
        "on": "an",
        "off": "AUS seit {since}",
        "waiting": "{count} Nachrichten warten auf einen Schalter",
        "segments": "SMS-Teile heute: {used} von {cap}",
        "same": "steht schon so",
    },
    "en": {
        "on": "on",
        "off": "OFF since {since}",
        "waiting": "{count} messages wait for a switch",
        "segments": "SMS parts today: {used} of {cap}",
        "same": "is so already",
    },
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", choices=get_args(SwitchName), help="everything, or one channel")
    parser.add_argument("state", nargs="?", choices=STATES, help="absent: how all of them stand")
    add_language(parser)
    add_actor(parser)


async def _switch(settings: NotifySettings, args: argparse.Namespace) -> int:
    words = _WORDS[args.lang]
    async with database(settings) as service, service.unit(actor=actor_of(args), role=ROLE) as unit:
        if args.state is not None:
            order = SetSwitch(name=cast(SwitchName, args.name), on=args.state == "on")
            said = await switches.set_switch(order, unit.context, unit.tx)
            unit.say(*said)
            if not said:
                print(f"{args.name}: {words['same']}")
        caps = Caps(segments=settings.cap_segments)
        answer = await switches.ask(AskSwitches(), unit.context, unit.tx, caps=caps)
    _print(answer, args.name, words)
    return EXIT_DONE


def _print(answer: SwitchesAnswer, name: str | None, words: dict[str, str]) -> None:
    for one in answer.switches:
        if name in (None, one.name):
            since = f"{one.since.astimezone(ZONE):{MOMENT}}" if one.since else ""
            print(f"{one.name}: {words['on'] if one.on else words['off'].format(since=since)}")
    print(words["waiting"].format(count=answer.waiting))
    print(words["segments"].format(used=answer.segments, cap=answer.segments_cap))


switch = Subcommand(command(_switch), _arguments, "hold back what is told to people, and let it go again")
