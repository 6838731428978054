"""What is done with texts in the database: list, preview, write out, propose, sign, publish."""

import argparse
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED, actor_of
from lotse_chassis.service import Unit
from lotse_notify.cli.session import database
from lotse_notify.cli.templates_offline import read, show
from lotse_notify.cli.templates_printing import SAID
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import FRAME, NOTICES, WITH_SIGNATURE
from lotse_notify.domain.texts import Texts, TextsInvalid, source_of
from lotse_notify.handlers import publishing
from lotse_notify.settings import NotifySettings
from lotse_notify.store import library
from lotse_notify.store.library import Library, Version

Run = Callable[[NotifySettings, argparse.Namespace], Coroutine[Any, Any, int]]
ROLE = "administrator"


async def listed(settings: NotifySettings, args: argparse.Namespace) -> int:
    """Every version; the one that counts is said to."""
    async with database(settings) as service, service.unit() as unit:
        known = await library.versions(unit.tx)
    for line in _lines(known, args.lang):
        print(line)
    return EXIT_DONE


async def preview(settings: NotifySettings, args: argparse.Namespace) -> int:
    """Of what counts now."""
    return show(await _current(settings), args)


async def export(settings: NotifySettings, args: argparse.Namespace) -> int:
    """What counts now, to standard output."""
    print(source_of((await _current(settings)).document(args.name)), end="")
    return EXIT_DONE


async def propose(settings: NotifySettings, args: argparse.Namespace) -> int:
    """Kept only without faults, which are printed."""
    try:
        document = read(args.path)
    except TextsInvalid as fault:
        print(fault)
        return EXIT_REFUSED
    shelf, actor = _shelf(settings), actor_of(args)
    async with database(settings) as service, service.unit(actor=actor, role=ROLE) as unit:
        for line in publishing.faults([document], await shelf.current(unit.tx)):
            print(line)
        number = await publishing.propose(unit, document, shelf, actor=actor)
    print(SAID[args.lang]["proposed"].format(name=document.name, number=number))
    return EXIT_DONE


async def sign(settings: NotifySettings, args: argparse.Namespace) -> int:
    """One text, several, or all that count now."""
    actor = actor_of(args)
    async with database(settings) as service, service.unit(actor=actor, role=ROLE) as unit:
        for version in await _chosen(unit, args):
            fresh = await publishing.sign(unit, version, args.language, speaker=args.speaker, actor=actor)
            said = SAID[args.lang]["signed_now" if fresh else "signed_before"]
            print(said.format(name=version.name, number=version.number, language=args.language))
    return EXIT_DONE


async def publish(settings: NotifySettings, args: argparse.Namespace) -> int:
    """Running services send it with their next message."""
    shelf, actor = _shelf(settings), actor_of(args)
    async with database(settings) as service, service.unit(actor=actor, role=ROLE) as unit:
        version = await publishing.found(unit.tx, args.name, args.number)
        await publishing.publish(unit, version, shelf, actor=actor, drafts_allowed=settings.drafts_allowed)
    print(SAID[args.lang]["published"].format(name=version.name, number=version.number))
    return EXIT_DONE


async def _chosen(unit: Unit, args: argparse.Namespace) -> list[Version]:
    if "all" in args.names:
        return [one for one in await library.versions(unit.tx) if one.counts and one.name in (FRAME, *NOTICES)]
    return [await publishing.found(unit.tx, name, args.number) for name in args.names]


async def _current(settings: NotifySettings) -> Texts:
    async with database(settings) as service, service.unit() as unit:
        return await _shelf(settings).current(unit.tx)


def _shelf(settings: NotifySettings) -> Library:
    return Library(shipped_texts(drafts_allowed=settings.drafts_allowed))


def _lines(known: list[Version], language: str) -> Iterator[str]:
    """A version after the one that counts still waits; an older one is history."""
    said = SAID[language]
    counting = {one.name: one.number for one in known if one.counts}
    for one in known:
        newer = one.number > counting.get(one.name, 0)
        state = said["counts"] if one.counts else said["waits"] if newer else said["was"]
        drafts = [each for each in WITH_SIGNATURE if each not in one.signed]
        signed = [each for each in WITH_SIGNATURE if each in one.signed]
        words = [said["signed"].format(languages=", ".join(signed))] if signed else []
        words += [said["draft"].format(languages=", ".join(drafts))] if drafts else []
        who = said["shipped"] if one.origin == "shipped" else f"{said['association']} ({one.proposed_by})"
        yield "\t".join([one.name, str(one.number), state, who, *words])
