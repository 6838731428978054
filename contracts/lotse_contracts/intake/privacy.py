"""What a person has a right to: access, rectification, restriction, and to know who has seen her data.

Source: Regulation (EU) 2016/679 (GDPR), articles 12, 15, 16, 18 and 19, as of 2026-11.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Base64Url,
    Code,
    Fact,
    Order,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake.contents import Pin, ReceiptCode
from lotse_contracts.person import PersonDataQuestion
from lotse_contracts.values import COORDINATORS, COUNSELLORS, FieldGroup, RecipientLanguage

IdentityCheck = Literal["known_in_person", "document_seen", "code_and_pin", "called_back"]
"""How whoever decides made sure that it is she who asks (Art. 12(6)); `code_and_pin` is also the system's own check."""
RestrictionReason = Literal["accuracy_contested", "unlawful_but_kept", "needed_for_claims", "objection_pending"]
"""Art. 18(1)(a) to (d)."""
RectificationReason = Literal["told_by_her", "document_seen", "our_mistake", "told_by_authority"]


class RestrictPerson(Order):
    """Art. 18: her record can be read only, and nothing of it leaves; or the restriction ends, and she is told before.

    `restricted` false lifts it.
    """

    NAME: ClassVar[str] = "restrict-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    restricted: bool
    reason: RestrictionReason
    informed: bool = Field(default=False, description="she was told before the restriction is lifted (Art. 18(3))")


class RectifyPerson(Order):
    """Art. 16: what is wrong is replaced, what was incomplete is completed; a group in `cleared` is emptied."""

    NAME: ClassVar[str] = "rectify-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    reason: RectificationReason
    cleared: tuple[FieldGroup, ...] = Field(default=(), max_length=10)
    fields: Sealed


# Facts


class PersonRectified(Fact):
    """These groups of her fields were corrected; recipients of them are told by referral (Art. 19)."""

    NAME: ClassVar[str] = "person-rectified"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    groups: tuple[FieldGroup, ...] = Field(max_length=10)
    reason: RectificationReason


class PersonRestricted(Fact):
    """Her record is read-only now, or no longer."""

    NAME: ClassVar[str] = "person-restricted"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    restricted: bool
    reason: RestrictionReason


# Questions


class AskPersonData(PersonDataQuestion):
    """Intake's part of what is held about a person (Art. 15, 20 GDPR)."""

    SERVICE: ClassVar[str] = "intake"


class MissingPart(SaidPart):
    """A service that did not give its part, and why."""

    service: Token
    reason: Code


class SubjectAccessAnswer(Answer):
    """The whole, for machines and for her, each sealed to the key of whoever asked.

    With `over_http` the documents are larger than a message: fetch them from intake's HTTP face,
    `GET /persons/{person_id}/access.json` and `access.html`.
    """

    held: bool
    missing: tuple[MissingPart, ...] = Field(default=(), max_length=20)
    over_http: bool = False
    json_document: Sealed | None = None
    html_document: Sealed | None = None


class AskSubjectAccess(Question):
    """What do all services hold about this person, for her to have (Art. 15, 20 GDPR)?"""

    NAME: ClassVar[str] = "subject-access"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SubjectAccessAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    reply_key: Base64Url
    language: RecipientLanguage | None = Field(default=None, description="of the readable document; default: hers")
    withheld: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z_]+:[A-Za-z0-9-]{1,40}$")], ...] = Field(
        default=(),
        max_length=ITEMS_MAX,
        description="entries that are about somebody else (Art. 15(4)), as `store:id`, such as `entry:17`",
    )


class SeenEntry(SaidPart):
    """On one day somebody in this role did this with her data, for this purpose; never who."""

    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    role: Token
    action: Token
    purpose: str = Field(max_length=80)
    times: int = Field(ge=1)


class SeenByAnswer(Answer):
    """Newest day first; `more` says that there is more than one answer holds."""

    known: bool
    entries: tuple[SeenEntry, ...] = Field(default=(), max_length=ITEMS_MAX)
    more: bool = False


class AskSeenBy(Question):
    """Who has seen this person's data? Asked by staff for her; there is no such question about a member of staff."""

    NAME: ClassVar[str] = "seen-by"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SeenByAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID


class AskOwnSeenBy(Question):
    """Who has seen my data? Asked by the person herself, proved by her PIN."""

    NAME: ClassVar[str] = "own-seen-by"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SeenByAnswer

    receipt_code: ReceiptCode
    pin: Pin
