"""The handover of open cases at the end of 2026: asking each person, her answer, what left and what was purged."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Code,
    Digest,
    Fact,
    Order,
    Part,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake.consent_texts import ConsentTextAnswer
from lotse_contracts.intake.consents import GROUPS_MAX
from lotse_contracts.intake.contents import Day, Pin, ReceiptCode
from lotse_contracts.values import (
    COORDINATORS,
    COUNSELLORS,
    CapacityCode,
    FieldGroup,
    Grantor,
    HandoverAnswerName,
    HandoverStep,
    HandoverWay,
    RecipientLanguage,
)

CONSENTS_MAX = 2  # the handover, and the release from secrecy
PLACE_CHARACTERS_MAX = 80  # a district or a postcode as she writes it


class HandoverChoice(Part):
    """What she chose. The groups count for `take_me` only; `health` is among them only where she ticked it by itself.

    `place` is the district or postcode where she lives; it decides the region, and is asked where it is not known.
    """

    answer: HandoverAnswerName
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    place: str = Field(default="", max_length=PLACE_CHARACTERS_MAX)


# Orders


class AskAboutHandover(Order):
    """Ask a person with an open case what shall become of it; once in each round."""

    NAME: ClassVar[str] = "ask-about-handover"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID


class AnswerHandover(Order):
    """The person answers, proved by receipt code and PIN."""

    NAME: ClassVar[str] = "answer-handover"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "frontend"
    ANONYMOUS: ClassVar[bool] = True

    frontend: Token
    receipt_sha256: Digest
    content: Sealed


class HandoverAnswerContent(HandoverChoice):
    """The plaintext of `AnswerHandover.content`. `language` is the one in which she read the question."""

    pin: Pin
    language: RecipientLanguage
    text_sha256: tuple[Digest, ...] = Field(
        default=(),
        max_length=CONSENTS_MAX,
        description="`take_me`: of each text that `handover-consent` showed her, in its order",
    )


class RecordHandoverAnswer(Order):
    """Staff write down what she answered at the desk, or in the letter she signed."""

    NAME: ClassVar[str] = "record-handover-answer"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    choice: HandoverChoice
    method: HandoverWay
    language: RecipientLanguage
    witness: Token | None = Field(default=None, description="oral_witnessed: an actor other than who gives the order")
    grantor: Grantor = "self"
    guardian_id: UUID | None = Field(default=None, description="where a guardian answers for her")
    capacity: CapacityCode | None = Field(default=None, description="why a minor may answer herself")


# Facts


class HandoverFact(Fact):
    """A step of one person's handover; `version` rises with each."""

    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version


class HandoverAsked(HandoverFact):
    """She was asked, or reminded. `told`: notify says that something waits; else at the desk or by a letter."""

    NAME: ClassVar[str] = "handover-asked"

    round: int = Field(ge=1, le=100)
    told: bool
    reminder: bool = False


class HandoverAnswered(HandoverFact):
    """She said what shall become of her case."""

    NAME: ClassVar[str] = "handover-answered"

    answer: HandoverAnswerName
    region: Code | None = None
    consent_id: UUID | None = None


class HandoverPackaged(HandoverFact):
    """Her part is in the package to this recipient. `reference` is how the receiver knows her."""

    NAME: ClassVar[str] = "handover-packaged"

    batch_id: UUID
    recipient: Token
    reference: UUID


class HandoverReceipted(HandoverFact):
    """The receiver has her case. Its concerns are handed over; `referrals` were in flight and end: service_ended."""

    NAME: ClassVar[str] = "handover-receipted"

    batch_id: UUID
    recipient: Token
    referrals: tuple[UUID, ...] = Field(default=(), max_length=ITEMS_MAX)


class HandoverPurged(HandoverFact):
    """Her erasure here has begun, since the receiver has had her case for long enough."""

    NAME: ClassVar[str] = "handover-purged"

    batch_id: UUID


# Questions


class HandoverOption(SaidPart):
    """One answer in her language."""

    answer: HandoverAnswerName
    title: str
    text: str


class HandoverGroup(SaidPart):
    """One field group that she may tick, in her language."""

    group: FieldGroup
    text: str


class HandoverQuestionAnswer(Answer):
    """Whether a question waits behind this receipt code, and its words; nothing about her or what she answered."""

    known: bool
    asked: bool = False
    answered: bool = False
    answers_until: Day | None = None
    text_version: Token | None = None
    title: str = ""
    text: str = ""
    options: tuple[HandoverOption, ...] = Field(default=(), max_length=10)
    groups: tuple[HandoverGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    place: str = Field(default="", description="how she is asked for her district or postcode")
    places: tuple[str, ...] = Field(default=(), max_length=ITEMS_MAX, description="boroughs to choose from")


class AskHandoverQuestion(Question):
    """Does the question about the handover wait for me, and what does it say?"""

    NAME: ClassVar[str] = "handover-question"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = HandoverQuestionAnswer

    receipt_code: ReceiptCode
    language: RecipientLanguage = "uk"


class HandoverConsentAnswer(Answer):
    """What she would agree to: the handover to this region's service, and the release from secrecy that it needs."""

    region: Code
    recipient: Token
    texts: tuple[ConsentTextAnswer, ...] = Field(max_length=CONSENTS_MAX)


class AskHandoverConsent(Question):
    """What exactly would I agree to, if I am taken along? Proved by receipt code and PIN.

    Refused with `place_needed` where neither she nor we know which region she lives in.
    """

    NAME: ClassVar[str] = "handover-consent"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = HandoverConsentAnswer

    receipt_code: ReceiptCode
    pin: Pin
    language: RecipientLanguage
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    place: str = Field(default="", max_length=PLACE_CHARACTERS_MAX)


class HandoverEntry(SaidPart):
    """How one person's handover stands: ids and codes only."""

    person_id: UUID
    step: HandoverStep
    round: int = 0
    answer: HandoverAnswerName | None = None
    region: Code | None = None
    batch_id: UUID | None = None
    concerns: tuple[UUID, ...] = Field(default=(), max_length=ITEMS_MAX)
    codes: tuple[Code, ...] = Field(default=(), max_length=ITEMS_MAX)
    referrals: tuple[UUID, ...] = Field(default=(), max_length=ITEMS_MAX)
    deadlines: tuple[Day, ...] = Field(default=(), max_length=ITEMS_MAX, description="those after the freeze")


class HandoverListAnswer(Answer):
    """By person id."""

    entries: tuple[HandoverEntry, ...] = Field(max_length=ITEMS_MAX)
    cursor: UUID | None = Field(default=None, description="for the next page; absent on the last")


class AskHandoverList(Question):
    """Who has an open case, and how far is each one's handover?"""

    NAME: ClassVar[str] = "handover-list"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = HandoverListAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    size: int = Field(default=100, ge=1, le=ITEMS_MAX)
    cursor: UUID | None = None
