"""Brings a file into the directory, batch by batch: what is known better here stays, each change is history."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.service import Service
from lotse_contracts import Message
from lotse_referral.domain.directory.form import RESOURCES, ResourceType
from lotse_referral.domain.directory.resources import Resource, Source
from lotse_referral.handlers.directory import facts_of
from lotse_referral.providers.directory_file import BATCH_ROWS, Asked, DirectoryFile, Say, read
from lotse_referral.store import directory_changes, directory_checks, directory_rows
from lotse_referral.store.directory_changes import Hand

ADMINISTRATOR = "administrator"


@dataclass
class Done:
    """What came of it, counted; `kept` are fields that are known better here."""

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    gone: int = 0


async def imported(
    service: Service, asked: Asked, say: Say, *, actor: str, whole: bool = False
) -> tuple[DirectoryFile, Done]:
    """Read the file and write what can be kept. Each batch is a transaction; doing it again changes nothing."""
    async with service.engine.connect() as tx:
        already = {type_: await directory_rows.ids_of(tx, type_) for type_ in RESOURCES}
        secret = await directory_rows.secret_services(tx)
    file = read(asked, say, already, secret)
    done = Done()
    for type_, batch in file.batches():
        await _batch(service, actor, type_, batch, done)
    if file.whole and (whole or file.flat) and asked.name is not None:
        await _retire_absent(service, file, actor, done)
    return file, done


async def _batch(service: Service, actor: str, type_: ResourceType, batch: list[Resource], done: Done) -> None:
    async with service.unit(actor=actor, role=ADMINISTRATOR) as unit:
        unit.say(*await _put(unit.tx, type_, batch, Hand(ADMINISTRATOR, unit.context.now, actor, from_file=True), done))


async def _put(
    tx: AsyncConnection, type_: ResourceType, batch: list[Resource], hand: Hand, done: Done
) -> list[Message]:
    results = await directory_changes.put(tx, type_, batch, hand)
    for one in results:
        counted = done.new if one.new else done.changed if one.changed else done.same
        counted[type_] += 1
        done.kept.update(f"{type_}.{name}" for name in one.kept)
    known = [one for one in results if one.changed and not one.new] if type_ == "service" else []
    versions = await directory_changes.versions(tx, [one.resource.id for one in known])
    return [fact for one in known for fact in facts_of(one, versions.get(one.resource.id, 0))]


async def _retire_absent(service: Service, file: DirectoryFile, actor: str, done: Done) -> None:
    """What a list no longer has goes inactive, unless somebody here knows better; nothing is deleted."""
    asked = file.asked
    async with service.engine.connect() as tx:
        listed = await directory_checks.listed(tx, asked.name or "")
    absent = sorted(listed - file.services)
    source = Source(asked.source, file.as_of or asked.today)
    gone = [Resource("service", one, {"status": "inactive"}, {"status": source}) for one in absent]
    for start in range(0, len(gone), BATCH_ROWS):
        counted = Done()
        await _batch(service, actor, "service", gone[start : start + BATCH_ROWS], counted)
        done.gone += counted.changed["service"]
