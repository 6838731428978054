"""What the log keeps of an audit: that a token was used on a day, over how many sealed queries, and that it ended."""

from dataclasses import dataclass
from datetime import date

from lotse_ledger.domain.asked import Chain
from lotse_ledger.domain.entries import Draft, digest_of

SESSION = "auditor_session"
ENDED = "audit_ended"


@dataclass(frozen=True)
class SessionOver:
    """A token's use on a day that is over; the chain stands as it stood when the entry was written."""

    token_id: str
    day: date
    uses: int
    chain: Chain


def session(over: SessionOver, *, valid_on: date) -> Draft:
    """The number of queries and the digest over them: none can be dropped afterwards."""
    return _draft(
        key=f"auditor-session:{over.token_id}:{over.day.isoformat()}",
        kind=SESSION,
        valid_on=valid_on,
        data={
            "token_id": over.token_id,
            "day": over.day.isoformat(),
            "uses": over.uses,
            "queries": over.chain.number,
            "digest": over.chain.digest.hex(),
        },
    )


def ended(chain: Chain, *, valid_on: date) -> Draft:
    """The auditor gave her key: from now on the association may read what was asked with this token."""
    return _draft(
        key=f"audit-ended:{chain.token_id}",
        kind=ENDED,
        valid_on=valid_on,
        data={"token_id": chain.token_id, "queries": chain.number, "digest": chain.digest.hex()},
    )


def _draft(*, key: str, kind: str, valid_on: date, data: dict[str, object]) -> Draft:
    return Draft(key=key, kind=kind, standing="own", valid_on=valid_on, data=data, request_sha256=digest_of(data))
