"""What a person is given who asks what is held about her: the document inside `SubjectAccessAnswer.json_document`."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import AssociationName, Code, SaidPart, Token
from lotse_contracts.values import FieldGroup, RecipientLanguage

ACCESS_SCHEMA = "urn:lotse:schema:subject-access:v1"


class AccessPart(SaidPart):
    """What one service holds under one of her records; `content` is that service's own object, every store named.

    `missing`: the service did not answer, for this reason; the part has to be given later. Inside `content`, an object
    `{"withheld": "third_person"}` stands where something is about somebody else (Art. 15(4)), and `"staff"` where a
    member of staff is named, who is no recipient (CJEU C-579/21, 2023-06-22).
    """

    service: Token
    person_id: UUID
    state: Literal["held", "nothing", "missing"]
    reason: Code | None = None
    content: dict[str, Any] | None = None


class AccessRecipient(SaidPart):
    """To whom which groups of her fields went, when, and under which consent (Art. 15(1)(c)).

    `referral_id` is absent where it was no referral but the handover of her case.
    """

    recipient: Token
    referral_id: UUID | None = None
    consent_id: UUID | None = None
    field_groups: tuple[FieldGroup, ...]
    at: AwareDatetime


class AccessSeen(SaidPart):
    """How often somebody in a role did something with her data on a day."""

    day: str
    role: Token
    action: Token
    purpose: str
    times: int


class AccessKeeping(SaidPart):
    """How long what is kept, and by which rule (Art. 15(1)(d))."""

    rule: Code
    days: int | None = None
    latest: str | None = Field(default=None, description="YYYY-MM-DD, whatever else the rule says")
    source: str


class AccessWithheld(SaidPart):
    """Something that is not shown, and why; where it stands."""

    place: str
    reason: Literal["third_person", "secret"]


class SubjectAccessDocument(SaidPart):
    """Everything, of all her records and all services; a part that could not be had says so."""

    schema_id: str = Field(alias="schema", default=ACCESS_SCHEMA)
    association: AssociationName
    person_id: UUID
    records: tuple[UUID, ...] = Field(description="all records that are known to be hers")
    language: RecipientLanguage
    made_at: AwareDatetime
    purposes: tuple[Code, ...] = Field(description="what her data is used for (Art. 15(1)(a))")
    parts: tuple[AccessPart, ...]
    recipients: tuple[AccessRecipient, ...]
    seen_by: tuple[AccessSeen, ...]
    keeping: tuple[AccessKeeping, ...]
    withheld: tuple[AccessWithheld, ...]
    automated_decisions: Literal["none"] = "none"
    source_of_data: tuple[Code, ...] = Field(description="where her data came from (Art. 15(1)(g))")
    supervisory_authority: str
