"""Who a person is, and which records are one person's."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    AssociationName,
    Base64Url,
    Code,
    Fact,
    Language,
    Order,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake.contents import CONCERNS_MAX
from lotse_contracts.values import COUNSELLORS, DuplicateBand, MergedPart, Urgency

REASONS_MAX = 20  # of one comparison
FOUND_MAX = 20  # persons in one answer of a search, the likeliest first


class RegisterPerson(Order):
    """A person becomes known at the desk, or arrives with consent from another association."""

    NAME: ClassVar[str] = "register-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    languages: tuple[Language, ...] = Field(default=(), max_length=10)
    fields: Sealed


class ReceivePerson(Order):
    """Referral hands intake the fields that another association released; only intake can open them."""

    NAME: ClassVar[str] = "receive-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    sender_type: Token = Field(default="referral-offered", description="message the sealed fields came with")
    language: Language
    urgency: Urgency = Field(default="normal", description="as the sender sees it; what we find may only raise it")
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    fields: Sealed


class ReceiveMoreFields(Order):
    """More fields of somebody who came by referral, released after we had asked back."""

    NAME: ClassVar[str] = "receive-more-fields"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    fields: Sealed


class PersonRegistered(Fact):
    """A person is known under a random id."""

    NAME: ClassVar[str] = "person-registered"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    referral_id: UUID | None = None


class MergePersons(Order):
    """A person of flesh and blood decides that two records are one human being; each record keeps what is its own."""

    NAME: ClassVar[str] = "merge-persons"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    merge_id: UUID
    person_id: UUID = Field(description="the record that joins; it must not have joined another one")
    kept_id: UUID = Field(description="the record that it joins")
    reason: Code


class UnmergePersons(Order):
    """They were two after all: the merge is undone, and each record has what was said about it."""

    NAME: ClassVar[str] = "unmerge-persons"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    merge_id: UUID
    person_id: UUID = Field(description="the record that had joined")
    reason: Code


class DismissDuplicate(Order):
    """Somebody has looked: these are two persons, and nobody is asked again."""

    NAME: ClassVar[str] = "dismiss-duplicate"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    pair_id: UUID
    person_id: UUID = Field(description="one of the two")
    reason: Code


class DuplicateSuspected(Fact):
    """Two records may be one person; said once for a pair. Whose the other record is stands only in `ask duplicates`,
    so that nothing of her stays in the stream when she is erased."""

    NAME: ClassVar[str] = "duplicate-suspected"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    pair_id: UUID
    person_id: UUID
    score_percent: int = Field(ge=0, le=100)
    band: DuplicateBand
    reasons: tuple[Code, ...] = Field(max_length=REASONS_MAX)


class DuplicateDismissed(Fact):
    """A member of staff found them to be two; said for each of both."""

    NAME: ClassVar[str] = "duplicate-dismissed"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    pair_id: UUID
    person_id: UUID


class PersonsMerged(Fact):
    """Records are one person's from now on; said for each of both, and `part` tells which this one is."""

    NAME: ClassVar[str] = "persons-merged"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    merge_id: UUID
    person_id: UUID
    version: Version = Field(description="of the merge: 1 when it was made, 2 when it is undone")
    part: MergedPart


class PersonsUnmerged(Fact):
    """They are two again; said for each of both."""

    NAME: ClassVar[str] = "persons-unmerged"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    merge_id: UUID
    person_id: UUID
    version: Version = Field(description="of the merge: 1 when it was made, 2 when it is undone")
    part: MergedPart


class WeighedReason(SaidPart):
    """What spoke for or against one person, and how much: points above zero speak for it."""

    code: Code
    points: float


class DuplicateEntry(SaidPart):
    """A pair that nobody has decided on."""

    pair_id: UUID
    person_id: UUID
    other_id: UUID
    score_percent: int = Field(ge=0, le=100)
    band: DuplicateBand
    reasons: tuple[Code, ...] = Field(max_length=REASONS_MAX)
    suspected_at: AwareDatetime


class DuplicatesAnswer(Answer):
    """The likeliest first."""

    entries: tuple[DuplicateEntry, ...] = Field(max_length=ITEMS_MAX)
    waiting: int = Field(ge=0, description="how many pairs wait for somebody's decision, whoever they are")


class AskDuplicates(Question):
    """Which records may be one person's?"""

    NAME: ClassVar[str] = "duplicates"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = DuplicatesAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID | None = Field(default=None, description="only pairs with this person")
    size: int = Field(default=50, ge=1, le=ITEMS_MAX)


class DuplicatePairAnswer(Answer):
    """Both records side by side, sealed to the key of whoever asked, and what speaks for and against one person now."""

    entry: DuplicateEntry
    weighed: tuple[WeighedReason, ...] = Field(max_length=REASONS_MAX)
    person: Sealed
    other: Sealed


class AskDuplicatePair(Question):
    """Who are these two, so that somebody can decide?"""

    NAME: ClassVar[str] = "duplicate-pair"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = DuplicatePairAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    pair_id: UUID
    reply_key: Base64Url = Field(description="a fresh public X25519 key, 32 raw bytes; the seal is bound to `pair_id`")
    purpose: Code


class FoundPerson(SaidPart):
    """Somebody whom the query may mean; who she is, is sealed to the key of whoever asked."""

    person_id: UUID
    group: tuple[UUID, ...] = Field(max_length=ITEMS_MAX, description="all records that are hers, this one among them")
    score_percent: int = Field(ge=0, le=100)
    band: DuplicateBand | None = Field(
        default=None, description="absent where she was found by code, phone or name alone"
    )
    reasons: tuple[WeighedReason, ...] = Field(max_length=REASONS_MAX)
    fields: Sealed


class FoundPersonsAnswer(Answer):
    """The likeliest first; `missing` persons are not in the index yet, as after a crash or a move."""

    persons: tuple[FoundPerson, ...] = Field(max_length=FOUND_MAX)
    others: int = Field(default=0, ge=0, description="who fit too and are not shown; more of the name tells them apart")
    missing: int = Field(ge=0)


class AskFindPersons(Question):
    """Is she known here, by name, phone or receipt code? What is asked is sealed, bound to `search_id`."""

    NAME: ClassVar[str] = "find-persons"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = FoundPersonsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    search_id: UUID
    query: Sealed
    reply_key: Base64Url = Field(description="a fresh public X25519 key, 32 raw bytes")
    purpose: Code
