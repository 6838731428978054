"""One encrypted package for each region: who agreed, what she agreed to, once, and whole or not at all.

A batch is opened in a transaction of its own. What is in it, the file with `.part` behind its name, and the facts
belong to a second one; only after its commit the file gets its name. Killed anywhere, the next run goes on with the
same batch: a file with its name is always one that the database knows, and nobody is in two.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import HandoverPackaged, PersonFields
from lotse_intake.domain.consents import HANDOVER
from lotse_intake.domain.handover import PURPOSE, reference_of
from lotse_intake.domain.handover_package import RECORD, Batch, folder_of, manifest_of, package_name
from lotse_intake.domain.handover_record import within
from lotse_intake.domain.regions import recipient_of
from lotse_intake.handlers import guarding
from lotse_intake.handlers.handover_contents import Going, Missed, files_of
from lotse_intake.handlers.handover_gathering import Gathered, gathered, names, record_of
from lotse_intake.providers import handover_files
from lotse_intake.providers.handover_files import AgeKey, Written
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, handover


@dataclass(frozen=True)
class Target:
    """A region, and the key of whoever receives its cases."""

    region: str
    key: str
    recipient: AgeKey


@dataclass(frozen=True)
class Packing:
    """One making of one package, in one transaction."""

    office: Office
    batch: Row[Any]
    target: Target
    folder: Path
    context: Context
    tx: AsyncConnection


@dataclass
class Made:
    """What a package holds, and who is not in it and why, by count."""

    persons: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    missed: Missed = field(default_factory=Missed)


async def batch_for(tx: AsyncConnection, target: Target, context: Context) -> Row[Any] | None:
    """The batch that waits to be finished, else a new one where somebody waits; None where nobody does."""
    held = await handover.unplaced_batch(tx, target.region)
    if held is not None or not await handover.anybody_waits(tx, target.region):
        return held
    row = {
        "batch_id": uuid4(),
        "region": target.region,
        "recipient": recipient_of(target.region),
        "age_recipient": target.key,
        "opened_at": context.now.replace(microsecond=0),
        "opened_by": context.actor or context.sender,
    }
    return await handover.open_batch(tx, row) or await handover.unplaced_batch(tx, target.region)


def path_of(batch: Row[Any], folder: Path) -> Path:
    """Where the package of a batch lies."""
    return folder / package_name(batch.recipient, batch.batch_id)


def is_whole(batch: Row[Any], target: Target, folder: Path) -> bool:
    """Whether the file of a noted package is there, under its name from now on, and for this receiver's key."""
    if batch.packaged_at is None or batch.age_recipient != target.key:
        return False
    path = path_of(batch, folder)
    if handover_files.digest_of_file(handover_files.part_of(path)) == batch.package_sha256:
        handover_files.place(path)
    return bool(handover_files.digest_of_file(path) == batch.package_sha256)


async def made(run: Packing) -> tuple[Made, list[Message]]:
    """Decide who is in it, write the file without its name, note it, say it. Nothing is written where nobody is."""
    found = Made()
    region, batch_id = run.target.region, run.batch.batch_id
    waiting = await handover.waiting(run.tx, region, batch_id)
    held = await gathered(run.tx, [row.person_id for row in waiting], lock=True)  # persons before cases, as everywhere
    rows = [row for row in await handover.waiting(run.tx, region, batch_id, lock=True) if row.person_id in held.groups]
    going = await _going(run, rows, held, found)
    await _let_go(run, (row.person_id for row in rows if row.batch_id is not None), going)
    if not going:
        return found, []
    written = await asyncio.to_thread(
        handover_files.write_package,
        path_of(run.batch, run.folder),
        run.target.recipient,
        files_of(run.office, going, await names(run.tx), run.target.region, found.missed),
        lambda entries: manifest_of(_batch_of(run), entries),
        at=run.batch.opened_at,
    )
    found.persons = len(going)
    return found, await _noted(run, going, written)


def _batch_of(run: Packing) -> Batch:
    return Batch(run.batch.batch_id, run.office.association, run.batch.recipient, run.batch.opened_at)


async def _going(run: Packing, rows: Sequence[Row[Any]], held: Gathered, into: Made) -> list[Going]:
    """Each human being once, whatever her records are; only whom the guard lets out, and only what it lets out."""
    everybody = [one for group in held.groups.values() for one in group]
    elsewhere = await handover.packaged_elsewhere(run.tx, everybody, run.batch.batch_id)
    newest = {held.groups[row.person_id]: row for row in sorted(rows, key=lambda row: row.answered_at)}
    going = []
    for group, row in sorted(newest.items(), key=lambda pair: pair[1].person_id):
        one = "in_another_package" if elsewhere & set(group) else await _one(run, held, row)
        if isinstance(one, Going):
            going.append(one)
        else:
            into.left_out[one] += 1
    return going


async def _one(run: Packing, held: Gathered, row: Row[Any]) -> Going | str:
    """She and what may leave of her, or the code that says why nothing does. An unsafe contact stays here."""
    kept = await consents.get(run.tx, row.consent_id) if row.consent_id else None
    if kept is None:
        return "no_consent"
    consent, key = consents.as_consent(kept), run.target.key.encode()
    records = [held.persons[one] for one in held.groups[row.person_id] if one in held.persons]
    safe = all(record.contact_safe for record in records)
    wanted = consent.field_groups if safe else consent.field_groups - {"contact"}
    asked = guarding.Asked(
        person_id=row.person_id,
        consent_id=kept.consent_id,
        kind=HANDOVER,
        recipient=recipient_of(run.target.region),
        purpose=PURPOSE,
        codes=frozenset(one.code for one in held.concerns_of(row.person_id)) & consent.codes,
        field_groups=wanted,
        receiver_key=key,
        partner_key=key,
    )
    fields = await guarding.fields_to_leave(run.office, run.tx, asked, run.context.now)
    if not isinstance(fields, PersonFields):
        return fields
    reference = reference_of(run.batch.batch_id, row.person_id)
    whole = record_of(held, row.person_id, reference, fields)
    return Going(row.person_id, reference, within(whole, consent, wanted))


async def _let_go(run: Packing, before: Iterable[UUID], going: Sequence[Going]) -> None:
    """Who was in this batch and is not any more, as it never left; she may still be taken along another time."""
    still = {one.person_id for one in going}
    for person_id in before:
        if person_id not in still:
            await handover.change(run.tx, person_id, batch_id=None, packaged_at=None)


async def _noted(run: Packing, going: Sequence[Going], written: Written) -> list[Message]:
    digests = {entry.name: entry.sha256 for entry in written.entries}
    await handover.clear_items(run.tx, run.batch.batch_id)
    said: list[Message] = []
    for one in going:
        digest = digests[f"{folder_of(one.reference)}/{RECORD}"]
        await handover.add_item(run.tx, run.batch.batch_id, one.reference, digest)
        await accesslog.record(
            run.tx, run.context, action="release", object_kind="person", object_id=str(one.person_id), purpose=PURPOSE
        )
        row = await handover.pack(run.tx, one.person_id, run.batch.batch_id, run.context.now)
        if row is not None:
            said.append(_fact(run, one, row.version))
    await handover.change_batch(
        run.tx,
        run.batch.batch_id,
        age_recipient=run.target.key,
        persons=len(going),
        manifest_sha256=written.manifest_sha256,
        package_sha256=written.package_sha256,
        packaged_at=run.context.now,
    )
    return said


def _fact(run: Packing, one: Going, version: int) -> HandoverPackaged:
    return HandoverPackaged(
        person_id=one.person_id,
        version=version,
        batch_id=run.batch.batch_id,
        recipient=run.batch.recipient,
        reference=one.reference,
    )
