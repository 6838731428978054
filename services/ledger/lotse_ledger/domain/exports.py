"""That something was handed out is an entry of its own, made after it, so that the next bundle names it."""

from dataclasses import dataclass
from datetime import date

from lotse_ledger.domain.canonical import digest_of
from lotse_ledger.domain.entries import Draft

KIND = "export_created"


@dataclass(frozen=True)
class Exported:
    """What was handed out: the digest of its manifest, and the log's size that it shows."""

    manifest_sha256: str
    size: int


def export_created(exported: Exported, valid_on: date) -> Draft:
    """The same bundle again is the same export."""
    data = {"manifest_sha256": exported.manifest_sha256, "size": str(exported.size)}
    return Draft(
        key=f"export:{exported.manifest_sha256}",
        kind=KIND,
        standing="own",
        valid_on=valid_on,
        data=data,
        request_sha256=digest_of(data),
    )
