"""`lotse-notify providers`: who carries messages, how each stands, and whether it answers; nothing is sent."""

import argparse
from collections.abc import Mapping

from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED, add_language
from lotse_chassis.calendar import ZONE
from lotse_chassis.command import Subcommand
from lotse_notify.cli.session import command, database
from lotse_notify.domain.words import MOMENT
from lotse_notify.providers.building import routes_of, server_of
from lotse_notify.providers.routes import Routed
from lotse_notify.settings import NotifySettings
from lotse_notify.store import providers
from lotse_notify.store.providers import Standing

ANSWERS = ("answers", "answers_with_reports")

_WORDS = {
    "de": {
        "closed": "arbeitet",
        "half_open": "wird vorsichtig wieder versucht",
        "open": "ruht nach zu vielen Fehlern",
        "paused": "hat um eine Pause gebeten",
        "since": "seit {since}",
        "unseen": "noch nicht benutzt",
        "living": "Empfänger: nur wirkliche",
        "magic": "Empfänger: nur erfundene, nichts verlässt das Haus",
        "local": "Empfänger: alle, alles bleibt auf diesem Rechner",
        "answers": "antwortet",
        "answers_with_reports": "antwortet und meldet Zustellungen",
        "account_refused": "lehnt unser Konto ab",
        "server_refuses": "lehnt uns ab",
        "provider_away": "antwortet nicht",
        "server_away": "antwortet nicht",
        "no_credit": "das Guthaben reicht nicht",
    },
    "en": {
        "closed": "works",
        "half_open": "is tried again with care",
        "open": "rests after too many errors",
        "paused": "has asked for a pause",
        "since": "since {since}",
        "unseen": "not used yet",
        "living": "recipients: real ones only",
        "magic": "recipients: invented ones only, nothing leaves the house",
        "local": "recipients: anybody, everything stays on this machine",
        "answers": "answers",
        "answers_with_reports": "answers and reports deliveries",
        "account_refused": "refuses our account",
        "server_refuses": "refuses us",
        "provider_away": "does not answer",
        "server_away": "does not answer",
        "no_credit": "credit is used up",
    },
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("list", "probe"), default="list", help="probe: ask each of them")
    add_language(parser)


async def _providers(settings: NotifySettings, args: argparse.Namespace) -> int:
    words, routes = _WORDS[args.lang], routes_of(settings, server_of(settings))
    try:
        if args.what == "probe":
            answers = [await _probed(one, words) for one in routes.listed]
            return EXIT_DONE if all(answers) else EXIT_REFUSED
        async with database(settings) as service, service.unit() as unit:
            standings = await providers.standings(unit.tx)
        for one in routes.listed:
            print(_line(one, standings.get(one.name), words))
        print(words[settings.recipients])
        return EXIT_DONE
    finally:
        await routes.close()


async def _probed(one: Routed, words: Mapping[str, str]) -> bool:
    code = await one.probe()
    print(f"{one.channel}\t{one.name}\t{words.get(code, code)}")
    return code in ANSWERS


def _line(one: Routed, standing: Standing | None, words: Mapping[str, str]) -> str:
    if standing is None:
        return f"{one.channel}\t{one.name}\t{words['unseen']}"
    since = words["since"].format(since=f"{standing.since.astimezone(ZONE):{MOMENT}}")
    return f"{one.channel}\t{one.name}\t{words[standing.state]}, {since}"


providers_command = Subcommand(command(_providers), _arguments, "who carries messages, and whether they answer")
