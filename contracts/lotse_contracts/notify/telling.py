"""Telling a person something once, and what became of it."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Order, Part, Sealed, Token
from lotse_contracts.values import NoticeChannel, RecipientLanguage, TemplateName

URL_CHARACTERS_MAX = 500


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


class MessageFact(Fact):
    """Something became of a notification."""

    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    notification_id: UUID
    person_id: UUID
    template: TemplateName
    channel: NoticeChannel | Literal["none"]


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
