"""The log, and one entry of it with its postings, its documents and its proof."""

from uuid import UUID

from lotse_chassis.faults import Refused
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.http.books import INDEX_MAX, entries_at, entry_at, grants_at, span
from lotse_ledger.http.openings import opened
from lotse_ledger.http.page.typed import whole_number
from lotse_ledger.http.page.visits import Page, Visit
from lotse_ledger.pages.texts.kinds import KINDS
from lotse_ledger.store import books, journal, witness
from lotse_ledger.store.journal import Wanted

ENTRIES_SHOWN = 50


async def entries(visit: Visit) -> Page:
    """The log in its order, or what of it was chosen."""
    at = visit.at
    cursor = whole_number(visit.query.get("cursor", ""), INDEX_MAX) or 0
    found = await entries_at(at, _wanted(visit), first=cursor, limit=ENTRIES_SHOWN + 1)
    shown = found[:ENTRIES_SHOWN]
    values = {
        "entries": shown,
        "reversed": await journal.reversals(at.tx, span(at), [one.log_index for one in shown]),
        "cursor": cursor,
        "next_cursor": found[ENTRIES_SHOWN].log_index if len(found) > ENTRIES_SHOWN else None,
        "kinds": tuple(KINDS),
        "grants": await grants_at(at),
        "is_filtered": bool(visit.query.get("kind") or visit.query.get("grant")),
    }
    return Page("entries.html", "entries", "entries", values)


async def entry(visit: Visit) -> Page:
    """One entry. Raises Refused."""
    at = visit.at
    index = whole_number(visit.parts["log_index"], INDEX_MAX)
    if index is None:
        raise Refused("unknown_entry", fields=("log_index",))
    found = await entry_at(at, index)
    reversed_by = await journal.reversals(at.tx, span(at), [index])
    values = {
        "entry": found,
        "documents": documents_of(found),
        "private": await opened(visit.request, at, found),
        "grant": next(iter(await grants_at(at, found.grant_id)), None) if found.grant_id else None,
        "reversed_by": reversed_by.get(index),
        **await _neighbours(visit, index),
        "checkpoint": await _covering(visit, index),
        "body": await books.body_of(at.tx, index),
    }
    return Page("entry.html", "entries", "entry_title", values)


async def _neighbours(visit: Visit, index: int) -> dict[str, int | None]:
    """The entries before and after it that may be seen; what lies far away is left to the list."""
    first = max(0, index - ENTRIES_SHOWN)
    found = await entries_at(visit.at, Wanted(), first=first, limit=ENTRIES_SHOWN + 2)
    before = [one.log_index for one in found if one.log_index < index]
    after = await entries_at(visit.at, Wanted(), first=index + 1, limit=1)
    return {"previous": before[-1] if before else None, "following": after[0].log_index if after else None}


def documents_of(entry: Recorded) -> tuple[tuple[str, str], ...]:
    """(what it is, its digest) for each document that an entry names."""
    named = (("invoice", "document_sha256"), ("payment_evidence", "payment_sha256"))
    return tuple((name, str(entry.data[key])) for name, key in named if entry.data.get(key))


def _wanted(visit: Visit) -> Wanted:
    kind, grant = visit.query.get("kind"), visit.query.get("grant")
    try:
        return Wanted(kind=kind or None, grant_id=UUID(grant) if grant else None)
    except ValueError:
        raise Refused("unknown_grant", fields=("grant",)) from None


async def _covering(visit: Visit, index: int) -> witness.Checkpoint | None:
    """The smallest checkpoint that covers it, of those that are listed."""
    covering = [one for one in await witness.checkpoints(visit.at.tx) if one.size > index]
    return min(covering, key=lambda one: one.size, default=None)
