"""That a file of evidence was erased stays in the log, though the file does not."""

from datetime import date

from lotse_ledger.domain.canonical import digest_of
from lotse_ledger.domain.entries import Draft

KIND = "evidence_erased"


def key_of(sha256: str) -> str:
    """A file is erased once."""
    return f"evidence-erased:{sha256}"


def evidence_erased(sha256: str, reason: str, valid_on: date) -> Draft:
    """The digest is what the log knows it by."""
    data = {"sha256": sha256, "reason": reason}
    return Draft(
        key=key_of(sha256),
        kind=KIND,
        standing="own",
        valid_on=valid_on,
        data=data,
        request_sha256=digest_of(data),
    )
