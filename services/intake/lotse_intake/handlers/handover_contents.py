"""The files of a package, one person after the other: a record, a page, and her documents if she ticked them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from lotse_chassis.personkeys import KeyDestroyed
from lotse_intake.domain.handover_package import PAGE, RECORD, canonical, folder_of, sha256_of
from lotse_intake.domain.handover_record import Document, Names, Record, document_of
from lotse_intake.pages.handover import record_page
from lotse_intake.providers.attachments import FileMissing
from lotse_intake.providers.handover_plan import plan
from lotse_intake.providers.office import Office


@dataclass(frozen=True)
class Going:
    """One person who goes along."""

    person_id: UUID
    reference: UUID
    record: Record


@dataclass
class Missed:
    """Files of hers that are not there any more; she and the receiver must hear of it from a person."""

    files: int = 0


def files_of(
    office: Office, going: Sequence[Going], known: Names, region: str | None, missed: Missed
) -> Iterator[tuple[str, bytes]]:
    """Name and content, always in the same order. Runs in a thread: documents are read and decrypted here, one person
    at a time."""
    for one in sorted(going, key=lambda one: str(one.reference)):
        files, missing = _documents(office, one.record.documents)
        missed.files += missing
        digests = {name: sha256_of(content) for name, content in files.items()}
        record = replace(one.record, documents=[file for file in one.record.documents if file.path in files])
        folder = folder_of(one.reference)
        yield f"{folder}/{RECORD}", canonical(document_of(record, known, digests))
        page = record_page(record, plan(), known, association=office.association, region=region)
        yield f"{folder}/{PAGE}", page.encode()
        yield from files.items()


def _documents(office: Office, wanted: Iterable[Document]) -> tuple[Mapping[str, bytes], int]:
    files, missing = {}, 0
    for one in wanted:
        try:
            files[one.path] = office.files.read(one.file_id, one.owner_id)
        except (FileMissing, KeyDestroyed):
            missing += 1
    return files, missing
