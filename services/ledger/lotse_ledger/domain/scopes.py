"""What an auditor's token opens: all grants or some, and whether with payees, documents and the writing of findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from lotse_ledger.domain.entries import Recorded

READ = "ledger:read"
"""Every grant."""
GRANT_PREFIX = "grant:"
"""Before a grant's id: that grant only."""
VOUCHERS = "vouchers"
"""Payees, reasons and documents besides."""
FINDINGS = "findings"
"""Findings may be written."""


@dataclass(frozen=True)
class Reach:
    """`grants` is None where every grant is open."""

    grants: frozenset[UUID] | None
    vouchers: bool = False
    findings: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the whole log may be read, as its proofs need it."""
        return self.grants is None

    def opens(self, grant_id: UUID) -> bool:
        """Whether this grant may be read."""
        return self.grants is None or grant_id in self.grants

    def shows(self, entry: Recorded) -> bool:
        """Whether this entry may be read: one of an open grant, one that names it, or a public fact of no grant."""
        if self.grants is None or entry.grant_id in self.grants:
            return True
        if entry.grant_id is None and entry.standing == "public":
            return True
        return bool(self.grants & named_in(entry))


WHOLE = Reach(None, vouchers=True, findings=True)


def reach_of(scopes: Iterable[str]) -> Reach | None:
    """What these scopes open; None if nothing of the books. A scope that nobody knows opens nothing."""
    given = frozenset(scopes)
    grants = None if READ in given else frozenset(found for scope in given if (found := _grant_of(scope)) is not None)
    if grants is not None and not grants:
        return None
    return Reach(grants, vouchers=VOUCHERS in given, findings=FINDINGS in given)


def named_in(entry: Recorded) -> frozenset[UUID]:
    """The grants that a voucher is shared over, and those whose accounts an entry posts to."""
    shares = entry.data.get("shares")
    named = [str(share.get("grant_id")) for share in shares] if isinstance(shares, list) else []
    found = frozenset(one for name in named if (one := _uuid(name)) is not None)
    return found.union(*(named_in_account(posting.account) for posting in entry.postings))


def named_in_account(account: str) -> frozenset[UUID]:
    """The grant whose account it is; none for accounts of the whole association."""
    return frozenset(found for part in account.split(":") if (found := _uuid(part)) is not None)


def _grant_of(scope: str) -> UUID | None:
    return _uuid(scope.removeprefix(GRANT_PREFIX)) if scope.startswith(GRANT_PREFIX) else None


def _uuid(text: str) -> UUID | None:
    if len(text) != len("5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2026"):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
