"""The words of each notice in each language: data, checked whole before the service starts."""

import hashlib
import json
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from lotse_contracts.notify import Tell
from lotse_contracts.values import Detail, RecipientLanguage, TemplateName
from lotse_notify.domain.lint import faults_of
from lotse_notify.domain.reminders import LOCAL, sayable

LANGUAGES: tuple[RecipientLanguage, ...] = get_args(RecipientLanguage)
LAST_RESORT: tuple[RecipientLanguage, ...] = ("de", "en")
"""Tried after her own list; never Russian for Ukrainian or the other way round."""

Change = Literal["fixed", "moved", "cancelled", "reminder"]
NoticeName = Literal[
    "receipt",
    "answer_waits",
    "referral_made",
    "group_place",
    "checkback",
    "handover",
    "appointment_neutral",
    "appointment_fixed",
    "appointment_moved",
    "appointment_cancelled",
    "appointment_reminder",
]
PLACEHOLDERS: dict[NoticeName, frozenset[str]] = {
    name: frozenset({"when"}) if name.startswith("appointment") and name != "appointment_neutral" else frozenset()
    for name in get_args(NoticeName)
}
WHEN_PLACEHOLDERS = frozenset({"weekday", "day", "month", "year", "time"})
ARGUMENTS: dict[TemplateName, frozenset[str]] = {
    "receipt": frozenset(),
    "answer_waits": frozenset(),
    "referral_made": frozenset(),
    "group_place": frozenset(),
    "checkback": frozenset({"round"}),
    "handover": frozenset({"round"}),
    "appointment": frozenset({"change", "starts_at"}),
}
NON_ESSENTIAL: frozenset[TemplateName] = frozenset({"checkback"})
"""What she can do without; mail programs are told how to end it (RFC 8058)."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\r\n\u2028\u2029]+$")]


class TextsInvalid(ValueError):
    """A text lacks a placeholder, has one too many, or holds what it must not; names the text, not its reader."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Notice(_Data):
    """One notice in one language."""

    paragraphs: tuple[Line, ...] = Field(min_length=1, max_length=6)
    link: Line
    with_own_link: tuple[Line, ...] = Field(default=(), max_length=6)
    """Where the link opens her own page, so that neither code nor PIN is needed; empty: the same paragraphs."""


class Foot(_Data):
    """What stands under every notice."""

    automatic: Line
    stop: Line
    stop_link: Line


class Page(_Data):
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


class Words(_Data):
    """Everything in one language. A draft waits for a native speaker's signature."""

    language: RecipientLanguage
    name: Line
    version: int = Field(ge=1)
    status: Literal["draft", "ready"]
    signed_by: Line | None
    subject: Line
    when: Line
    weekdays: tuple[Line, ...] = Field(min_length=7, max_length=7)
    months: tuple[Line, ...] = Field(min_length=12, max_length=12)
    notices: dict[NoticeName, Notice]
    foot: Foot
    page: Page


@dataclass(frozen=True)
class Texts:
    """All languages, and those that may be sent here."""

    words: Mapping[RecipientLanguage, Words]
    sendable: frozenset[RecipientLanguage]

    def language_for(self, languages: Iterable[RecipientLanguage]) -> RecipientLanguage:
        """The first of her own list that may be sent, then German, then English."""
        return next(language for language in (*languages, *LAST_RESORT) if language in self.sendable)


def checked(sources: Iterable[str], *, drafts_allowed: bool) -> Texts:
    """All languages from their JSON. Raises TextsInvalid at the first that is incomplete or says too much."""
    words = {}
    for source in sources:
        try:
            one = Words.model_validate_json(source)
        except ValidationError as fault:
            places = {".".join(map(str, error["loc"])) for error in fault.errors(include_input=False)}
            raise TextsInvalid(f"a language is not complete: {', '.join(sorted(places))}") from None
        _check(one, source)
        words[one.language] = one
    if missing := set(LANGUAGES) - words.keys():
        raise TextsInvalid(f"languages are missing: {', '.join(sorted(missing))}")
    sendable = frozenset(one.language for one in words.values() if drafts_allowed or one.status == "ready")
    if not sendable & set(LAST_RESORT):
        raise TextsInvalid("neither German nor English may be sent")
    return Texts(words, sendable)


def notice_name(template: TemplateName, arguments: Mapping[str, str], detail: Detail) -> NoticeName:
    """Which notice says this template with as much as she chose to show."""
    if template != "appointment":
        return template
    if detail == "neutral":
        return "appointment_neutral"
    change: dict[str, NoticeName] = {
        "fixed": "appointment_fixed",
        "moved": "appointment_moved",
        "cancelled": "appointment_cancelled",
        "reminder": "appointment_reminder",
    }
    return change[arguments["change"]]


def arguments_of(order: Tell) -> dict[str, str] | None:
    """The arguments by name; None if they are not exactly those of the template or say nothing it knows."""
    given = {argument.name: argument.value for argument in order.arguments}
    if given.keys() != ARGUMENTS[order.template] or len(given) != len(order.arguments):
        return None
    if "change" in given and given["change"] not in get_args(Change):
        return None
    if "round" in given and not (given["round"].isascii() and given["round"].isdigit()):
        return None
    return given if "starts_at" not in given or _instant(given["starts_at"]) else None


def local_time(words: Words, instant: datetime) -> str:
    """Date and time in Dresden, by patterns of our own: those of CLDR hold invisible spaces."""
    local = instant.astimezone(LOCAL)
    return words.when.format(
        weekday=words.weekdays[local.weekday()],
        day=local.day,
        month=words.months[local.month - 1],
        year=local.year,
        time=f"{local:%H:%M}",
    )


def filled(words: Words, name: NoticeName, arguments: Mapping[str, str], *, own_link: bool = False) -> tuple[str, ...]:
    """The paragraphs with their placeholders filled."""
    starts_at = _instant(arguments.get("starts_at", ""))
    values = {"when": local_time(words, starts_at)} if starts_at else {}
    notice = words.notices[name]
    paragraphs = (notice.with_own_link if own_link else ()) or notice.paragraphs
    return tuple(paragraph.format(**values) for paragraph in paragraphs)


def version_of(words: Words, name: NoticeName) -> str:
    """Names the very words: language, version, and the start of their SHA-256."""
    body = json.dumps([words.subject, words.notices[name].model_dump(), words.foot.model_dump()], sort_keys=True)
    return f"{words.language}-{words.version}-{hashlib.sha256(body.encode()).hexdigest()[:16]}"


def _check(words: Words, source: str) -> None:
    if missing := PLACEHOLDERS.keys() - words.notices.keys():
        raise TextsInvalid(f"{words.language}: missing {', '.join(sorted(missing))}")
    for name, notice in words.notices.items():
        _check_placeholders(f"{words.language}: {name}", notice.paragraphs, PLACEHOLDERS[name])
        if notice.with_own_link:
            _check_placeholders(f"{words.language}: {name}", notice.with_own_link, PLACEHOLDERS[name])
    _check_placeholders(f"{words.language}: when", (words.when,), WHEN_PLACEHOLDERS)
    if faults := faults_of(words.language, source):
        raise TextsInvalid(f"{words.language}: {', '.join(faults)}")


def _check_placeholders(where: str, lines: Iterable[str], wanted: frozenset[str]) -> None:
    """Exactly those wanted, each bare: no attribute, index, conversion or format."""
    found: set[str] = set()
    for line in lines:
        try:
            parts = list(string.Formatter().parse(line))
        except ValueError:
            raise TextsInvalid(f"{where}: a brace is open") from None
        for _, field, spec, conversion in parts:
            if field is None:
                continue
            if spec or conversion or not field.isidentifier():
                raise TextsInvalid(f"{where}: a placeholder is not plain")
            found.add(field)
    if found != wanted:
        raise TextsInvalid(f"{where}: placeholders {sorted(found)}, wanted {sorted(wanted)}")


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if sayable(instant) else None
