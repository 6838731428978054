"""The auditor's own checks: a sample that nobody could steer, and what changed since a proof of use."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import get_args
from uuid import UUID

from lotse_chassis.faults import Refused
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.sampling import ALGORITHM, Method
from lotse_ledger.http.accounts import changes as changed_accounts
from lotse_ledger.http.audit import SAMPLE_MAX, sample_at
from lotse_ledger.http.books import INDEX_MAX, entries_at, grants_at, known_until, one_grant, size_at, span
from lotse_ledger.http.dates import Dates, chosen_dates, day_or_instant
from lotse_ledger.http.page.sheets import Sheet, listed, sheets
from lotse_ledger.http.page.typed import whole_number
from lotse_ledger.http.page.visits import Page, Visit
from lotse_ledger.store import journal
from lotse_ledger.store.journal import Wanted

METHODS: tuple[Method, ...] = get_args(Method)
SAMPLE_SHOWN_MAX = 50
"""More than anybody examines on a screen; the interface for programs draws up to 500."""
SAMPLE_DEFAULT = 10
NONCE_CHARACTERS_MAX = 128
CHANGES_SHOWN = 200
_HEX = re.compile(r"([0-9a-f]{2}){16,64}", re.ASCII)


@dataclass(frozen=True)
class Since:
    """A proof that was handed in: the day a reader can compare with."""

    proof_id: UUID
    name: str
    grant: Grant
    handed_in: date
    recorded_from: str


async def sample(visit: Visit) -> Page:
    """The form, and the sample once a nonce was given."""
    at, text = visit.at, visit.query.get("nonce", "").strip()
    count = whole_number(visit.query.get("n", ""), SAMPLE_SHOWN_MAX)
    values: dict[str, object] = {
        "grants": await grants_at(at),
        "methods": METHODS,
        "sample_max": min(SAMPLE_SHOWN_MAX, SAMPLE_MAX),
        "sample_default": SAMPLE_DEFAULT,
        "count_is_odd": bool(visit.query.get("n")) and not count,
        "drawn": None,
    }
    if text and count:
        values |= await _drawn(visit, nonce_of(text), count)
    return Page("sample.html", "sample", "sample", values)


async def changes(visit: Visit) -> Page:
    """What became known between two points in time."""
    at = visit.at
    grants = await grants_at(at)
    proofs = await _proofs(visit, grants)
    values: dict[str, object] = {"proofs": proofs, "before": None, "recorded_from": ""}
    of_proof = [one.recorded_from for one in proofs if str(one.proof_id) == visit.query.get("proof")]
    if text := visit.query.get("recorded_from") or (of_proof[-1] if of_proof else ""):
        values |= {"recorded_from": text[:10], **await _changed(visit, text)}
    return Page("changes.html", "changes", "changes", values)


def nonce_of(text: str) -> bytes:
    """16 to 64 bytes in hexadecimal as they are; of anything else, its SHA-256."""
    text = text[:NONCE_CHARACTERS_MAX]
    return bytes.fromhex(text) if _HEX.fullmatch(text) else hashlib.sha256(text.encode()).digest()


async def _drawn(visit: Visit, nonce: bytes, count: int) -> dict[str, object]:
    method = next((one for one in METHODS if one == visit.query.get("method")), METHODS[0])
    grant = await _chosen_grant(visit)
    signed, found = await sample_at(
        visit.at, nonce=nonce, count=count, method=method, grant_id=grant.grant_id if grant else None
    )
    lists = [await listed(visit, one) for one in ([grant] if grant else await grants_at(visit.at))]
    items: list[tuple[object, list[Sheet]]] = []
    for one in found.chosen:
        its = [sheet for each in lists for sheet in await sheets(visit, each, one.item.log_index)]
        items.append((one, its))
    reversed_by = await journal.reversals(visit.at.tx, span(visit.at), [one.item.log_index for one in found.chosen])
    return {
        "reversed": reversed_by,
        "drawn": found,
        "signed": signed,
        "nonce": nonce.hex(),
        "items": items,
        "algorithm": ALGORITHM,
    }


async def _chosen_grant(visit: Visit) -> Grant | None:
    if not visit.query.get("grant"):
        return None
    try:
        return await one_grant(visit.at, UUID(visit.query["grant"]))
    except ValueError:
        raise Refused("unknown_grant", fields=("grant",)) from None


async def _changed(visit: Visit, text: str) -> dict[str, object]:
    at = visit.at
    given = Dates(at.as_of.valid_to, day_or_instant(text, "recorded_from"))
    before = await chosen_dates(at.tx, given, visit.gate.service)
    if before.recorded_to > at.as_of.recorded_to:
        raise Refused("period_reversed", fields=("recorded_from",))
    old_size = await size_at(known_until(at, before))
    cursor = whole_number(visit.query.get("cursor", ""), INDEX_MAX) or 0
    found = await entries_at(at, Wanted(), first=max(old_size, cursor), limit=CHANGES_SHOWN + 1)
    return {
        "before": before,
        "old_size": old_size,
        "entries": found[:CHANGES_SHOWN],
        "next_cursor": found[CHANGES_SHOWN].log_index if len(found) > CHANGES_SHOWN else None,
        "accounts": await changed_accounts(at, before),
        "reaches_back": {one.log_index for one in found if _reaches_back(one, before.recorded_to.date(), old_size)},
    }


def _reaches_back(entry: Recorded, until: date, old_size: int) -> bool:
    """Whether it says something about the time before: booked late, or taking back what was reported."""
    return entry.valid_on <= until or (entry.reverses is not None and entry.reverses < old_size)


async def _proofs(visit: Visit, grants: tuple[Grant, ...]) -> tuple[Since, ...]:
    """Every proof that was handed in, from the instant at which the log knew so."""
    found = []
    for grant in grants:
        for proof in grant.proofs:
            for step in proof.steps:
                if step.state not in ("submitted", "resubmitted"):
                    continue
                entries = await entries_at(visit.at, Wanted(), first=step.log_index, limit=1)
                known = entries[0].known_at.isoformat().replace("+00:00", "Z")
                code = f"interim_proof_{proof.budget_year}" if proof.proof == "interim" else "final_proof"
                found.append(Since(proof.proof_id, code, grant, step.on, known))
    return tuple(found)
