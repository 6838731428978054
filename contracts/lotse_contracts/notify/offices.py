"""Mails to offices: nothing about a person stands in them."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Order, Part, Sealed, Token

OfficeTemplate = Literal["log_checkpoint", "emergency"]
"""What an office can be told: `log_checkpoint`, the latest signed checkpoint of the grant ledger; `emergency`, that the
inbox holds one, and nothing about it."""
OfficeLanguage = Literal["de", "en"]


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
