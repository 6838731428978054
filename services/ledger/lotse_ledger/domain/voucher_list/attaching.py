"""Do the rows have the evidence that they name, and does it fit what they say of it?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lotse_ledger.domain.evidence_files import Evidence, EvidenceRefused, examined
from lotse_ledger.domain.voucher_list.columns import BY_NAME
from lotse_ledger.domain.voucher_list.rows import Fault, Voucher

Read = Callable[[str], bytes | None]
"""The content of a file of this name, None if there is none. Raises EvidenceRefused."""


@dataclass
class Attached:
    """By file name: what the log says of each. `vouchers` are those that have what they need."""

    vouchers: list[Voucher] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def attach(vouchers: Iterable[Voucher], read: Read) -> Attached:
    """Each file is looked at once, however many rows name it."""
    found = Attached()
    refused: dict[str, str] = {}
    for voucher in vouchers:
        faults = [*_named(voucher, read, found, refused), *_document(voucher, found)]
        found.faults += faults[:1]
        found.vouchers += [] if faults else [voucher]
    return found


def _named(voucher: Voucher, read: Read, found: Attached, refused: dict[str, str]) -> list[Fault]:
    faults = []
    for column, name in (("document", voucher.document), ("payment", voucher.payment)):
        if name and name not in found.evidence and name not in refused:
            _look(name, read, found, refused)
        if name in refused:
            faults.append(Fault(voucher.line_number, BY_NAME[column].heading, refused[name]))
    return faults


def _look(name: str, read: Read, found: Attached, refused: dict[str, str]) -> None:
    try:
        content = read(name)
        if content is None:
            raise EvidenceRefused("evidence_missing")
        found.evidence[name] = examined(content)
    except EvidenceRefused as fault:
        refused[name] = fault.code


def _document(voucher: Voucher, found: Attached) -> list[Fault]:
    """A voucher stands on a document: its file, or its digest where the file is kept elsewhere."""
    document = found.evidence.get(voucher.document)
    if document is None and not voucher.document_sha256:
        return [Fault(voucher.line_number, BY_NAME["document"].heading, "evidence_needed")]
    if document is not None and voucher.document_sha256 not in ("", document.sha256):
        return [Fault(voucher.line_number, BY_NAME["document_sha256"].heading, "digest_differs")]
    return []
