"""What is sealed inside orders and answers of intake; never on the wire in the open."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lotse_contracts.envelope import TEXT_CHARACTERS_MAX, Code, Part, SaidPart
from lotse_contracts.values import ContactKind, Detail

Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")]
ReceiptCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")]
"""128 bit in Crockford base 32, made by the publisher; intake keeps only its SHA-256."""
CONCERNS_MAX = 10  # codes of one enquiry
YEAR_FIRST, YEAR_LAST = 2000, 2100  # of letters and deadlines; anything else is a slip of the pen
ATTACHMENTS_MAX = 5  # files of one enquiry


def _day(text: str) -> str:
    """A day that there is, so neither 30 February nor the year 0."""
    if not YEAR_FIRST <= date.fromisoformat(text).year <= YEAR_LAST:
        raise ValueError("not a year of letters")
    return text


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_day)]
"""A day as it stands on paper, YYYY-MM-DD."""


TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Hours and minutes in Dresden's time, such as `18:30`."""
IsoWeekday = Annotated[int, Field(ge=1, le=7)]
"""1 is Monday, 7 is Sunday."""
SAFE_HOURS_MAX = 7  # windows of one contact
FURTHER_MAX = 4  # ways to tell one person something, beside the first


class SafeHours(Part):
    """When it is safe to tell her something: these days of the week, from the one time until the other."""

    weekdays: tuple[IsoWeekday, ...] = Field(default=(1, 2, 3, 4, 5, 6, 7), min_length=1, max_length=7)
    starts: TimeOfDay
    ends: TimeOfDay

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts >= self.ends:
            raise ValueError("it ends before it begins; a night is two windows")
        return self


class PointRules(Part):
    """What holds for one way to tell her something."""

    detail: Detail = Field(default="neutral", description="her choice of what a message may show")
    safe: bool = Field(default=True, description="false: nothing is ever pushed to it")
    safe_hours: tuple[SafeHours, ...] = Field(
        default=(), max_length=SAFE_HOURS_MAX, description="empty: at any decent hour"
    )
    leave_message: bool = Field(default=True, description="false: she may be called, but nothing is left there")
    shared: bool = Field(default=False, description="others read it as well; what is sent there stays neutral")
    russian_operator_accepted: bool = Field(
        default=False, description="she was asked, and wants it although a Russian operator carries it"
    )


class FurtherPoint(PointRules):
    """Another way to tell her something, tried after those before it."""

    kind: Literal["email", "sms"]
    value: str = Field(min_length=1, max_length=254, description="e-mail address, or E.164 phone number")


class ContactPoint(PointRules):
    """The first way to answer, and `more` in her own order; `none` means that she reads by receipt code and PIN."""

    kind: ContactKind
    value: str = Field(default="", max_length=254, description="e-mail address, or E.164 phone number")
    more: tuple[FurtherPoint, ...] = Field(default=(), max_length=FURTHER_MAX)


class EnquiryContent(Part):
    """The plaintext of `SubmitEnquiry.content`."""

    text: str = Field(default="", max_length=TEXT_CHARACTERS_MAX)
    name: str = Field(default="", max_length=200)
    contact: ContactPoint = ContactPoint(kind="none")
    pin: Pin | None = Field(default=None, description="chosen by the person; reading and replying needs it")


class TextContent(Part):
    """The plaintext of an answer, an addition, or a note."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARACTERS_MAX)]


class AdditionContent(TextContent):
    """The plaintext of `AddToEnquiry.content`: what she adds, proved by her PIN."""

    pin: Pin


class PinContent(Part):
    """The plaintext of `GiveReceipt.content`: the PIN that she chose."""

    pin: Pin


class PersonFields(SaidPart):
    """Field groups of a person as they are released to another association, and only those consented to."""

    identity: dict[str, str] | None = None
    contact: ContactPoint | None = None
    status: dict[str, str] | None = None
    need_summary: str | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    health: str | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    documents: tuple[str, ...] | None = None


class PersonQuery(Part):
    """The plaintext of `AskFindPersons.query`: at least one of name, phone and receipt code."""

    name: str = Field(default="", max_length=200)
    birth_date: str = Field(default="", max_length=10, description="YYYY-MM-DD or YYYY; narrows what the name finds")
    phone: str = Field(default="", max_length=60)
    receipt_code: str = Field(default="", max_length=60)


class AttachmentClaim(Part):
    """A file that was uploaded over intake's public HTTP face before the enquiry was published."""

    attachment_id: UUID
    claim: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,64}$")]


class Letter(Part):
    """A letter she does not understand: what the desk needs for the earliest possible end of a period.

    Sender and kind of period are of the lists `senders` and `periods` (`ask code-list`); unknown ones are kept.
    """

    sender: Code | None = None
    dated: Day | None = None
    period: Code | None = None


class LetterReading(SaidPart):
    """The plaintext of `EnquiryAnswer.letter`: the letter, and the earliest day on which its period may end.

    Date of the letter plus the period, without any fiction about the post, moved back to the working day before.
    """

    sender: Code | None = None
    dated: Day | None = None
    period: Code | None = None
    earliest_end: Day | None = None
    rule: Code | None = Field(default=None, description="how the day was found, such as letter_date_plus_period")
    source: str | None = Field(default=None, max_length=200, description="the law that sets the period, with its date")
    to_be_confirmed: bool = Field(default=True, description="until a person has confirmed a deadline")
