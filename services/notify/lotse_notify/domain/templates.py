"""The form of our words: what is said of one notice in one language, and what stands around it."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lotse_contracts.values import Detail, RecipientLanguage, TemplateName
from lotse_notify.domain.patterns import PATTERN_CHARACTERS_MAX

LANGUAGES: tuple[RecipientLanguage, ...] = get_args(RecipientLanguage)
WITH_SIGNATURE: tuple[RecipientLanguage, ...] = ("uk", "ru")
"""They are drafts until a native speaker has signed them."""

NoticeName = Literal[
    "receipt",
    "answer_waits",
    "referral_made",
    "referral_sent",
    "referral_accepted",
    "referral_declined",
    "group_place",
    "group_booked",
    "group_moved_up",
    "group_cancelled",
    "appointment_fixed",
    "appointment_moved",
    "appointment_cancelled",
    "appointment_reminder",
    "documents",
    "checkback",
    "handover",
    "erasure_done",
    "sms_stopped",
]
"""A template has one notice, but an appointment one for each change."""
NOTICES: tuple[NoticeName, ...] = get_args(NoticeName)
FRAME = "frame"
"""What stands around every notice; it has versions as a notice has."""

Line = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=PATTERN_CHARACTERS_MAX, pattern=r"^[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+$"
    ),
]


class Data(BaseModel):
    """Read from JSON, never changed, nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Form(Data):
    """One notice with as much detail as she chose. `line` is the whole SMS, and what Telegram says.

    Patterns may hold `{when}` and `{where}` (empty, or the place with what leads to it), a line also `{link}`. Without
    `link` there is nothing to read elsewhere. `with_own_link` are the paragraphs where the link opens her own page, so
    that neither code nor PIN is needed; empty: the same.
    """

    paragraphs: tuple[Line, ...] = Field(min_length=1, max_length=6)
    with_own_link: tuple[Line, ...] = Field(default=(), max_length=6)
    link: Line | None
    line: Line


class Notice(Data):
    """One notice in one language. Without `time_and_place` it says the same whatever she chose."""

    neutral: Form
    time_and_place: Form | None = None

    def form(self, detail: Detail) -> Form:
        """What is said to whom chose this."""
        return self.time_and_place if detail == "time_and_place" and self.time_and_place else self.neutral


class Frame(Data):
    """What stands around every notice in one language, and how it writes a time.

    `when` and `when_short` know `weekday`, `weekday_short`, `day`, `day_2` (two digits), `month`, `month_short`,
    `month_2`, `year` and `time`.
    """

    subject: Line
    greeting: Line
    when: Line
    when_short: Line
    where: Line
    weekdays: tuple[Line, ...] = Field(min_length=7, max_length=7)
    weekdays_short: tuple[Line, ...] = Field(min_length=7, max_length=7)
    months: tuple[Line, ...] = Field(min_length=12, max_length=12)
    months_short: tuple[Line, ...] = Field(min_length=12, max_length=12)
    automatic: Line
    stop: Line
    stop_link: Line
    stop_by_reply: Line
    stop_by_link: Line
    stop_by_command: Line


class Page(Data):
    """The words of the pages behind the links."""

    stop_title: Line
    stop_question: Line
    stop_button: Line
    stopped_title: Line
    stopped: Line
    gone_title: Line
    gone: Line
    read_title: Line
    read_how: Line
    languages: Line


class Words(Data):
    """Everything in one language as it comes with notify. A draft waits for a native speaker's signature."""

    language: RecipientLanguage
    name: Line
    version: int = Field(ge=1)
    status: Literal["draft", "ready"]
    signed_by: Line | None
    frame: Frame
    notices: dict[NoticeName, Notice]
    page: Page


def notice_name(template: TemplateName, change: str | None = None) -> NoticeName:
    """Which notice says this template. Raises KeyError for a change that no appointment has."""
    return _CHANGES[change or ""] if template == "appointment" else template


def template_of(name: NoticeName) -> TemplateName:
    """The template that this notice says."""
    return "appointment" if name in _CHANGES.values() else name  # type: ignore[return-value]


_CHANGES: dict[str, NoticeName] = {
    "fixed": "appointment_fixed",
    "moved": "appointment_moved",
    "cancelled": "appointment_cancelled",
    "reminder": "appointment_reminder",
}
