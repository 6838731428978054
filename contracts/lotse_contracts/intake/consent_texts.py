"""The texts of consents, as they are read, printed and signed."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Digest, Question, SaidPart, Token
from lotse_contracts.intake.consents import GROUPS_MAX, FormCode
from lotse_contracts.intake.contents import CONCERNS_MAX
from lotse_contracts.values import COUNSELLORS, ConsentKind, ConsentStateName, FieldGroup, RecipientLanguage


class ConsentOfFormAnswer(Answer):
    """The consent whose form this is; `known` is false where there is none of ours."""

    known: bool
    consent_id: UUID | None = None
    person_id: UUID | None = None
    kind: ConsentKind | None = None
    state: ConsentStateName | None = None


class AskConsentOfForm(Question):
    """Which consent does this signed form belong to, by the code that stands on it?"""

    NAME: ClassVar[str] = "consent-of-form"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ConsentOfFormAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    form_code: FormCode


class ConsentSection(SaidPart):
    """One part of a consent's text under its heading."""

    heading: str
    text: str


class ConsentTextAnswer(Answer):
    """A text as it is shown and printed. `draft`: the data protection officer has not confirmed it yet.

    `text_sha256` is the SHA-256, hexadecimal, of kind, version, language, title, and of heading and text of each
    section, in this order, UTF-8, joined by line feeds.
    """

    kind: ConsentKind
    version: Token
    language: RecipientLanguage
    valid_from: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    draft: bool
    title: str
    sections: tuple[ConsentSection, ...] = Field(max_length=ITEMS_MAX)
    text_sha256: Digest


class AskConsentText(Question):
    """The text of a consent with these terms in it; without a version the one in force today."""

    NAME: ClassVar[str] = "consent-text"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ConsentTextAnswer

    kind: ConsentKind
    language: RecipientLanguage
    version: Token | None = None
    recipient: Token | None = None
    purpose: Code | None = None
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    valid_to: AwareDatetime | None = None
