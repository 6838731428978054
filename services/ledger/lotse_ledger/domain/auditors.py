"""Who may look into the books: a token given out or taken back is an entry, and its holder's name is not in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lotse_ledger.domain.canonical import digest_of
from lotse_ledger.domain.entries import Draft, Recorded
from lotse_ledger.domain.instants import stamp
from lotse_ledger.domain.scopes import FINDINGS, GRANT_PREFIX, READ, VOUCHERS

ADDED, REVOKED = "auditor_added", "auditor_revoked"
NAME = "auditor"
"""The private part that says who holds the token."""


@dataclass(frozen=True)
class Token:
    """A token as the log knows it."""

    token_id: str
    scopes: tuple[str, ...]
    expires_at: str
    added_on: date
    log_index: int
    revoked_on: date | None = None


def scopes_of(grants: Iterable[UUID], *, vouchers: bool, findings: bool) -> tuple[str, ...]:
    """Every grant where none is named; payees and documents, and the writing of findings, only where it is said."""
    reading = [f"{GRANT_PREFIX}{one}" for one in grants] or [READ]
    return tuple(sorted([*reading, *([VOUCHERS] if vouchers else []), *([FINDINGS] if findings else [])]))


def added(token_id: str, name: str, scopes: Iterable[str], expires_at: datetime, *, valid_on: date) -> Draft:
    """A token is given out."""
    data = {"token_id": token_id, "scopes": sorted(scopes), "expires": stamp(expires_at)}
    return Draft(
        key=f"auditor-added:{token_id}",
        kind=ADDED,
        standing="own",
        valid_on=valid_on,
        data=data,
        request_sha256=digest_of(data),
        private={NAME: name},
    )


def revoked(token_id: str, *, valid_on: date) -> Draft:
    """A token opens nothing any more."""
    data = {"token_id": token_id}
    return Draft(
        key=f"auditor-revoked:{token_id}",
        kind=REVOKED,
        standing="own",
        valid_on=valid_on,
        data=data,
        request_sha256=digest_of(data),
    )


def tokens_of(entries: Iterable[Recorded]) -> list[Token]:
    """Every token that was given out, oldest first."""
    found = list(entries)
    taken: Mapping[str, date] = {one.data["token_id"]: one.valid_on for one in found if one.kind == REVOKED}
    return [
        Token(
            token_id=one.data["token_id"],
            scopes=tuple(one.data["scopes"]),
            expires_at=one.data["expires"],
            added_on=one.valid_on,
            log_index=one.log_index,
            revoked_on=taken.get(one.data["token_id"]),
        )
        for one in found
        if one.kind == ADDED
    ]
