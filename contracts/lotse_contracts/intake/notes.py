"""What is kept in the file of a case: notes and documents."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Digest, Fact, Order, SaidPart, Sealed, Token, Version
from lotse_contracts.intake.contents import TextContent
from lotse_contracts.values import COUNSELLORS

NoteVisibility = Literal["self", "team", "referral"]
"""`self`: its author alone; `team`: who may see the case; `referral`: these too, and it may become a summary."""
DocumentPurpose = Literal["case", "consent_proof"]


class NoteContent(TextContent):
    """The plaintext of a note. What it says about third persons stands apart, since she is not given that (Art. 15(4)).

    Everything else in a note, also in one for its author alone, she gets when she asks for her data.
    """

    about_others: str = Field(default="", max_length=4_000)


class WriteNote(Order):
    """A note in the file of a case."""

    NAME: ClassVar[str] = "write-note"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID
    case_id: UUID
    person_id: UUID
    visibility: NoteVisibility
    content: Sealed


class ShowNote(Order):
    """Its author, and nobody else, changes who may read a note."""

    NAME: ClassVar[str] = "show-note"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "note_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID
    visibility: NoteVisibility


class UseNoteAsSummary(Order):
    """A note of visibility `referral` becomes the person's `need_summary`, which a release may then carry.

    What it says about third persons does not go along.
    """

    NAME: ClassVar[str] = "use-note-as-summary"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "note_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID


class NoteWritten(Fact):
    """A note that others than its author may read; of others nothing is said."""

    NAME: ClassVar[str] = "note-written"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    note_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version
    visibility: NoteVisibility


class DocumentKept(Fact):
    """A file of hers is in a case, or proves a consent."""

    NAME: ClassVar[str] = "document-kept"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    document_id: UUID
    person_id: UUID
    version: Version
    purpose: DocumentPurpose
    case_id: UUID | None = None
    consent_id: UUID | None = None


class NoteView(SaidPart):
    """One note that the asker may read."""

    note_id: UUID
    at: AwareDatetime
    author: Token
    visibility: NoteVisibility
    text: str
    about_others: str = ""


class DocumentView(SaidPart):
    """One file; its bytes come over HTTP, `GET /documents/{document_id}`."""

    document_id: UUID
    at: AwareDatetime
    kind: Code
    media_type: str = Field(max_length=40)
    size_bytes: int = Field(ge=0)
    sha256: Digest
