"""The one writer of each log: whatever enters a log enters here, one transaction at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import Row, Text, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.personkeys import PersonKeys
from lotse_ledger.domain.admission import End, admitted, check_reversal
from lotse_ledger.domain.closing import closes_until
from lotse_ledger.domain.entries import (
    ACTOR,
    MAIN_LOG,
    SALT_BYTES,
    Draft,
    Entry,
    Opening,
    Place,
    canonical,
    entered,
    next_instant,
    openings_of,
)
from lotse_ledger.store import openings as kept
from lotse_ledger.store.arrays import columns_of, insert_from_arrays
from lotse_ledger.store.openings import Sealed
from lotse_ledger.store.reading import entry_at, reversal_at
from lotse_ledger.store.tables import entry, opening, posting

BATCH_ENTRIES_MAX = 2_000
"""Entries in one statement."""

_OPEN = text("SELECT * FROM open_log(CAST(:log_id AS smallint), :wanted)")
# All of an entry in one statement: the triggers see it whole, and a round trip is time that no other writer has.
_WRITE = text(
    f"WITH entered AS ({insert_from_arrays(entry)}), posted AS ({insert_from_arrays(posting)})"
    f" {insert_from_arrays(opening)}"
)


class BodyDiffers(Exception):
    """This key stands in the log with another body."""


@dataclass(frozen=True)
class Journal:
    """A log to write to: its name in every leaf, its number, the keys that private parts are sealed with."""

    origin: str
    log_id: int = MAIN_LOG
    keys: PersonKeys | None = None


@dataclass(frozen=True)
class Appended:
    """Where it stands now, and whether it stood there before."""

    log_index: int
    recorded_at: datetime
    repeated: bool


async def append(tx: AsyncConnection, draft: Draft, *, journal: Journal, now: datetime) -> Appended:
    """Enter it as the next entry; the same key with the same body changes nothing.

    Holds the log until the transaction ends. Raises BodyDiffers, and what `admitted`, `check_reversal` and `entered`
    raise; then nothing was written.
    """
    end, known = await _open(tx, journal.log_id, draft.key)
    if known is not None:
        return await _repeated(tx, draft, known, journal)
    one, secrets = await _entered(tx, draft, end, journal, now)
    await write(tx, [(one, secrets)], log_id=journal.log_id, keys=journal.keys)
    return Appended(one.log_index, one.recorded_at, repeated=False)


async def append_many(
    tx: AsyncConnection, drafts: Sequence[Draft], *, journal: Journal, now: datetime
) -> list[Appended]:
    """Enter all of them in this order, those that stand there already excepted; one place for each draft.

    Raises what `append` raises; then the transaction is to be rolled back.
    """
    done: list[Appended] = []
    end = await hold(tx, journal.log_id)
    for group in _groups(drafts):
        known = await _known(tx, journal.log_id, [draft.key for draft in group])
        rows: list[tuple[Entry, tuple[Opening, ...]]] = []
        for draft in group:
            if draft.key in known:
                done.append(await _repeated(tx, draft, known[draft.key], journal))
                continue
            one, secrets = await _entered(tx, draft, end, journal, now)
            end = end.after(one)
            rows.append((one, secrets))
            done.append(Appended(one.log_index, one.recorded_at, repeated=False))
        if rows:
            await write(tx, rows, log_id=journal.log_id, keys=journal.keys)
    return done


async def hold(tx: AsyncConnection, log_id: int = MAIN_LOG) -> End:
    """Keep every other writer out until the transaction ends; where the log ends."""
    end, _ = await _open(tx, log_id, "")
    return end


async def write(
    tx: AsyncConnection,
    rows: Sequence[tuple[Entry, Sequence[Opening]]],
    *,
    log_id: int = MAIN_LOG,
    keys: PersonKeys | None = None,
) -> None:
    """Insert entries with their postings; whether they follow and balance is the database's to say."""
    entries = [_row(one, log_id) for one, _ in rows]
    postings = [row for one, _ in rows for row in _posting_rows(one, log_id)]
    sealed = [await kept.sealed(one, secret, log_id=log_id, keys=keys) for one, secrets in rows for secret in secrets]
    given = columns_of(entry, entries) | columns_of(posting, postings)
    await tx.execute(_WRITE, given | columns_of(opening, [_opening_row(one) for one in sealed]))


async def has_key(tx: AsyncConnection, key: str, log_id: int = MAIN_LOG) -> str | None:
    """The digest of the request that this key stands in the log with."""
    query = select(entry.c.request_sha256).where(entry.c.log_id == log_id, entry.c.key == key)
    found = (await tx.execute(query)).scalar_one_or_none()
    return None if found is None else str(found)


async def _open(tx: AsyncConnection, log_id: int, key: str) -> tuple[End, Row[Any] | None]:
    row = (await tx.execute(_OPEN, {"log_id": log_id, "wanted": key})).one()
    end = End(row.next_index, row.last_recorded_at, row.last_known_at, row.last_reconstructed, row.closed_until)
    return end, None if row.known_index is None else row


async def _known(tx: AsyncConnection, log_id: int, keys: Sequence[str]) -> dict[str, Row[Any]]:
    """Those of the keys that stand in the log, under the names that `open_log` gives them."""
    query = select(
        entry.c.key,
        entry.c.log_index.label("known_index"),
        entry.c.recorded_at.label("known_recorded_at"),
        entry.c.request_sha256.label("known_request"),
    ).where(entry.c.log_id == log_id, entry.c.key == any_(bindparam("wanted", type_=ARRAY(Text))))
    found: Any = (await tx.execute(query, {"wanted": list(keys)})).all()
    return {row.key: row for row in found}


def _groups(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """What one statement can hold: no key twice, a reversal after what it may take back, a close at its end."""
    group: dict[str, Draft] = {}
    for draft in drafts:
        if len(group) == BATCH_ENTRIES_MAX or draft.key in group or draft.reverses is not None:
            yield list(group.values())
            group = {}
        group[draft.key] = draft
        if closes_until(draft) is not None:
            yield list(group.values())
            group = {}
    yield list(group.values())


async def _repeated(tx: AsyncConnection, draft: Draft, known: Row[Any], journal: Journal) -> Appended:
    """What is private is compared as long as it can be opened; who repeats an order makes no difference."""
    if known.known_request != draft.request_sha256:
        raise BodyDiffers(draft.kind)
    compared = {part: content for part, content in draft.private.items() if part != ACTOR}
    if compared:
        found = await kept.opened(tx, known.known_index, log_id=journal.log_id, keys=journal.keys)
        if any(part in found and found[part].content != canonical(one).decode() for part, one in compared.items()):
            raise BodyDiffers(draft.kind)
    return Appended(known.known_index, known.known_recorded_at, repeated=True)


async def _entered(
    tx: AsyncConnection, draft: Draft, end: End, journal: Journal, now: datetime
) -> tuple[Entry, tuple[Opening, ...]]:
    if draft.reverses is not None:
        target = await entry_at(tx, draft.reverses, log_id=journal.log_id)
        before = await reversal_at(tx, draft.reverses, log_id=journal.log_id)
        check_reversal(draft, target, reversed_before=before is not None)
    draft = admitted(draft, end, charted=journal.log_id == MAIN_LOG)
    secrets = openings_of(draft, lambda: token_bytes(SALT_BYTES))
    place = Place(journal.origin, end.next_index, next_instant(now, end.last_recorded_at))
    return entered(draft, place, secrets), secrets


def _row(one: Entry, log_id: int) -> dict[str, Any]:
    draft = one.draft
    return {
        "log_id": log_id,
        "log_index": one.log_index,
        "key": draft.key,
        "kind": draft.kind,
        "standing": draft.standing,
        "valid_on": draft.valid_on,
        "recorded_at": one.recorded_at,
        "known_at": one.known_at,
        "reconstructed": draft.reconstructed,
        "grant_id": draft.grant_id,
        "budget_year": draft.budget_year,
        "reverses": draft.reverses,
        "closes_until": closes_until(draft),
        "posting_count": len(draft.postings),
        "request_sha256": draft.request_sha256,
        "body": one.body,
        "leaf_sha256": one.leaf_sha256,
    }


def _posting_rows(one: Entry, log_id: int) -> list[dict[str, Any]]:
    postings = one.draft.postings
    return [
        {
            "log_id": log_id,
            "log_index": one.log_index,
            "position": position,
            "posting_count": len(postings),
            "valid_on": one.draft.valid_on,
            "standing": one.draft.standing,
            "currency": row.currency,
            "account": row.account,
            "amount": row.amount,
        }
        for position, row in enumerate(postings)
    ]


def _opening_row(one: Sealed) -> Mapping[str, Any]:
    return {
        "log_id": one.log_id,
        "log_index": one.log_index,
        "part": one.part,
        "key_id": one.key_id,
        "sealed": one.sealed,
    }
