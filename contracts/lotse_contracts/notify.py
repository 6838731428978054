"""What notify hears, says and answers."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Code,
    Fact,
    Order,
    Part,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake import ContactPoint, SealingKeyAnswer
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion
from lotse_contracts.values import COUNSELLORS, ContactKind, RecipientLanguage, TemplateName

OfficeTemplate = Literal["log_checkpoint", "emergency"]
"""What an office can be told: `log_checkpoint`, the latest signed checkpoint of the grant ledger; `emergency`, that the
inbox holds one, and nothing about it."""
OfficeLanguage = Literal["de", "en"]
URL_CHARACTERS_MAX = 500


class ContactContent(Part):
    """The plaintext of `ChangeContact.contact`."""

    contact: ContactPoint
    name: str = Field(default="", max_length=200)


# Orders


class ChangeContact(Order):
    """How a person may be told; from intake, which keeps the consent. `safe` is false until a person has asked."""

    NAME: ClassVar[str] = "change-contact"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    languages: tuple[RecipientLanguage, ...] = Field(min_length=1, max_length=4, description="her own order")
    consented: bool
    safe: bool = True
    contact: Sealed


class TemplateArgument(Part):
    """A value for a template: a code, a time or a number; never a person's."""

    name: Code
    value: str = Field(max_length=120)


class PageLink(Part):
    """The plaintext of `Tell.link`: her own page, opened once by this link.

    `answer_url` takes the answer to a check-back as JSON, for the buttons of a messenger; it needs no PIN.
    """

    url: str = Field(max_length=URL_CHARACTERS_MAX, pattern=r"^https?://[!-~]+$")
    answer_url: str | None = Field(default=None, max_length=URL_CHARACTERS_MAX, pattern=r"^https?://[!-~]+$")


class Tell(Order):
    """Tell a person something once. `supersedes` names the dedupe key of an older notice that is now pointless.

    `link` is a `PageLink` sealed to notify; the message then leads there instead of to the general page.
    """

    NAME: ClassVar[str] = "tell"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    template: TemplateName
    arguments: tuple[TemplateArgument, ...] = Field(default=(), max_length=20)
    useful_by: AwareDatetime
    dedupe_key: Token
    supersedes: Token | None = None
    link: Sealed | None = None


class StopTelling(Order):
    """Nothing of this kind any more: one dedupe key, or everything."""

    NAME: ClassVar[str] = "stop-telling"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    dedupe_key: Token | None = None


class ErasePerson(ErasureOrder):
    """Notify's part of an erasure."""

    SERVICE: ClassVar[str] = "notify"


class OfficeArgument(Part):
    """A value for a template to an office: nothing about a person."""

    name: Code
    value: str = Field(max_length=8_192)


class TellOffice(Order):
    """Mail something to an office that notify's settings know by this name, once for each dedupe key."""

    NAME: ClassVar[str] = "tell-office"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "office"

    office: Token
    template: OfficeTemplate
    language: OfficeLanguage = "de"
    arguments: tuple[OfficeArgument, ...] = Field(default=(), max_length=20)
    dedupe_key: Token


class TellService(Order):
    """Mail the office of a public directory where it answers one referral, once for each dedupe key.

    Address and sender are public. `link` is a `PageLink` sealed to notify: whoever has it opens the page.
    """

    NAME: ClassVar[str] = "tell-service"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID = Field(description="whose erasure takes this order along; the mail names nobody")
    address: str = Field(max_length=254, description="as it stands in the directory")
    language: OfficeLanguage = "de"
    sender: str = Field(min_length=1, max_length=120, description="the association as the office knows it")
    link: Sealed
    useful_by: AwareDatetime
    dedupe_key: Token


# Facts


class ServiceFact(Fact):
    """Something became of a mail to an office of the directory."""

    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    dedupe_key: Token


class ServiceTold(ServiceFact):
    """The mail server took it."""

    NAME: ClassVar[str] = "service-told"


class ServiceNotTold(ServiceFact):
    """It did not leave, and is not tried again."""

    NAME: ClassVar[str] = "service-not-told"

    reason: Code


class OfficeFact(Fact):
    """Something became of a mail to an office."""

    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "office"

    office: Token
    template: OfficeTemplate
    dedupe_key: Token


class OfficeTold(OfficeFact):
    """The mail server took it."""

    NAME: ClassVar[str] = "office-told"


class OfficeNotTold(OfficeFact):
    """It did not leave, and is not tried again: somebody must look at it."""

    NAME: ClassVar[str] = "office-not-told"

    reason: Code


class MessageFact(Fact):
    """Something became of a notification."""

    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    notification_id: UUID
    person_id: UUID
    template: TemplateName
    channel: ContactKind


class MessageSent(MessageFact):
    """A provider took it."""

    NAME: ClassVar[str] = "message-sent"

    language: RecipientLanguage


class MessageDelivered(MessageFact):
    """A provider says that it arrived."""

    NAME: ClassVar[str] = "message-delivered"


class MessageFailed(MessageFact):
    """A definite no."""

    NAME: ClassVar[str] = "message-failed"

    reason: Code


class MessageUnresolved(MessageFact):
    """Nobody knows whether the provider took it; it is not sent again blindly."""

    NAME: ClassVar[str] = "message-unresolved"


class ContactUnreachable(Fact):
    """There is no way left to tell this person anything."""

    NAME: ClassVar[str] = "contact-unreachable"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    reason: Code


class OptedOut(Fact):
    """She said STOP on a channel; intake records the withdrawal."""

    NAME: ClassVar[str] = "opted-out"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    channel: ContactKind


class CostIncurred(Fact):
    """What messages cost, per provider and day, in 1/10,000 EUR."""

    NAME: ClassVar[str] = "cost-incurred"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "provider"

    provider: Token
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    messages: int = Field(ge=0)
    amount_e4: int = Field(ge=0, description="1/10,000 EUR")


class PersonErased(ErasureReceipt):
    """Notify's receipt."""

    SERVICE: ClassVar[str] = "notify"


# Questions


class Decision(SaidPart):
    """One step of a notification and why it was taken."""

    at: AwareDatetime
    decision: Code
    because: Code


class WhyAnswer(Answer):
    """Oldest first; empty when nobody ever asked for it."""

    decisions: tuple[Decision, ...] = Field(max_length=ITEMS_MAX)


class AskWhy(Question):
    """Why was this told, or not told?"""

    NAME: ClassVar[str] = "why"
    SERVICE: ClassVar[str] = "notify"
    ANSWER: ClassVar[type[Answer]] = WhyAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    dedupe_key: Token


class AskSealingKey(Question):
    """Which key does intake seal contacts to?"""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "notify"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer


class AskPersonData(PersonDataQuestion):
    """Notify's part of what is held about a person."""

    SERVICE: ClassVar[str] = "notify"
