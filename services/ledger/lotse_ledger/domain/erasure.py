"""The ledger's part of an erasure: openings go, entries and proofs stay, and the receipt says by which rule."""

from datetime import date
from uuid import UUID

from lotse_contracts.ledger import PersonErased
from lotse_contracts.person import ErasedCount, KeptRecord, receipt_digest
from lotse_ledger.domain.entries import Draft, Recorded, digest_of

OPENING_ERASED = "opening_erased"
KEPT_BECAUSE = "ao_147_3"
"""Books and vouchers are kept for years. Source: § 147 (3) AO. Without the opening they name nobody."""


def receipt(person_id: UUID, *, openings: int = 0, entries: int = 0) -> PersonErased:
    """What went, and the entries that stay without saying whom they were about."""
    counts = (ErasedCount(store="opening", count=openings),)
    kept = (KeptRecord(store="entry", count=entries, rule=KEPT_BECAUSE),) if entries else ()
    return PersonErased(person_id=person_id, counts=counts, kept=kept, digest=receipt_digest(person_id, counts, kept))


def erased(entry: Recorded, part: str, on: date) -> Draft:
    """That a part can be opened no more is itself in the log: nobody can say that it never was there."""
    data = {"log_index": entry.log_index, "part": part}
    return Draft(
        key=f"opening-erased:{entry.log_index}:{part}",
        kind=OPENING_ERASED,
        standing=entry.standing,
        valid_on=on,
        data=data,
        request_sha256=digest_of(data),
        grant_id=entry.grant_id,
    )
