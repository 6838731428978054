"""What runs beside the messages: learning notify's key, removing files that nobody claimed."""

import asyncio
import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import timers
from lotse_chassis.asking import AskFailed, AskTimedOut
from lotse_chassis.service import Service, Work
from lotse_contracts.notify import AskSealingKey
from lotse_intake.handlers import retention
from lotse_intake.handlers.telling import CONTACT_TIMER
from lotse_intake.providers.attachments import AttachmentFiles
from lotse_intake.providers.consent_texts import ConsentTexts
from lotse_intake.providers.office import Office
from lotse_intake.store import attachments, consents, documents, guesses

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 1.0
ASK_ANEW_SECONDS = 15.0  # far below the grace of a replaced key, so that notify can open whatever is sealed
SWEEP_SECONDS = 60.0
ORPHANS_SECONDS = 3_600.0
ORPHANS_AT_ONCE = 1_000  # files that one question asks about
RETENTION_LOOK_SECONDS = 3_600.0
JUST_WRITTEN_SECONDS = 600.0  # a file is on the disk before its row is committed


def learn_notify_key(service: Service, office: Office) -> Work:
    """Asks notify until it answers, and again and again, since notify replaces its key; nobody waits for it meanwhile.

    A key that the settings say is for good.
    """

    async def run(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            news = not office.notify_key.configured and await _ask_notify(service, office)
            soon = news or office.notify_key.key is None  # whoever came in the moment of the news is not overlooked
            await _rest(stopping, ASK_AGAIN_SECONDS if soon else ASK_ANEW_SECONDS)

    return run


async def _ask_notify(service: Service, office: Office) -> bool:
    """Whether notify named another key than before."""
    try:
        news = office.notify_key.learn((await service.ask(AskSealingKey())).public_key)
        async with service.unit() as unit:  # whoever came before that need not wait for her turn
            await timers.hasten(unit.tx, kind=CONTACT_TIMER, now=unit.context.now)
    except (AskFailed, AskTimedOut, ValueError) as fault:
        log.info("notify has not said its sealing key: %s", type(fault).__name__)
        return False
    if news:
        log.info("notify has said its sealing key")
    return news


def check_texts(service: Service, texts: ConsentTexts) -> Work:
    """Compares, once at start, every consent text that was used here with what it says now: a changed one ends us, and
    so does one that is gone, since nobody could be shown any more what she agreed to."""

    async def run(stopping: asyncio.Event) -> None:
        async with service.unit() as unit:
            used = await consents.used_texts(unit.tx)
        now = {(str(text.kind), text.version): text.digest for text in texts.texts}
        if any(now.get(which) != digest for which, digest in used.items()):
            service.fail("a consent text was changed or taken away after somebody had agreed to it")
        await stopping.wait()

    return run


def sweep_files(service: Service, files: AttachmentFiles) -> Work:
    """Removes, every minute, what was not claimed within a day, and what its enquiry has taken over."""

    async def run(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await sweep(service, files)
            await _rest(stopping, SWEEP_SECONDS)

    return run


async def sweep(service: Service, files: AttachmentFiles) -> None:
    """One turn: rows that are too old, then every waiting file that no row waits for."""
    lying = await asyncio.to_thread(_lying, files)
    async with service.unit() as unit:
        gone = set(await attachments.forget_unclaimed(unit.tx, unit.context.now))
        waiting = await attachments.waiting(unit.tx, list(lying), unit.context.now)
        await guesses.prune(unit.tx, unit.context.now)
    gone |= {file for file, age in lying.items() if file not in waiting and age > JUST_WRITTEN_SECONDS}
    for attachment_id in gone:
        await asyncio.to_thread(files.remove_unclaimed, attachment_id)


def sweep_orphans(service: Service, files: AttachmentFiles) -> Work:
    """Removes, every hour, encrypted files whose row was never committed, or is gone."""

    async def run(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await sweep_unknown(service, files)
            await _rest(stopping, ORPHANS_SECONDS)

    return run


async def sweep_unknown(service: Service, files: AttachmentFiles) -> int:
    """One turn; returns how many files went. What was just written may still be committed, and stays."""
    old = [file for file, age in await asyncio.to_thread(_kept, files) if age > JUST_WRITTEN_SECONDS]
    gone = 0
    for start in range(0, len(old), ORPHANS_AT_ONCE):
        some = old[start : start + ORPHANS_AT_ONCE]
        async with service.unit() as unit:
            known = await documents.known_files(unit.tx, some)
        for file in set(some) - known:
            gone += await asyncio.to_thread(files.remove, file)
    return gone


def _kept(files: AttachmentFiles) -> list[tuple[UUID, float]]:
    return list(files.claimed())


def _lying(files: AttachmentFiles) -> dict[UUID, float]:
    return dict(files.unclaimed())


def keep_retention_set(service: Service) -> Work:
    """The nightly timer is there, also after a restore of a database that never had one."""

    async def run(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            async with service.unit() as unit:
                await retention.ensure_nightly(unit.tx, unit.context.now)
            await _rest(stopping, RETENTION_LOOK_SECONDS)

    return run


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return


def dispose_at_end(engine: AsyncEngine) -> Work:
    """Closes the connections of a second pool when the service stops."""

    async def run(stopping: asyncio.Event) -> None:
        await stopping.wait()
        await engine.dispose()

    return run
