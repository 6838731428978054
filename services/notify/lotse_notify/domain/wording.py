"""A notice filled: which form it has, and its patterns with what they may say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lotse_contracts.values import Detail, RecipientLanguage
from lotse_notify.domain.arguments import instant_of, place_of
from lotse_notify.domain.patterns import Value, formatted
from lotse_notify.domain.reminders import LOCAL
from lotse_notify.domain.templates import Form, Frame, Notice


@dataclass(frozen=True)
class Said:
    """The values that a notice may hold, long for a mail and short for a line."""

    when: str
    when_short: str
    where: str
    round: int

    def values(self, *, short: bool = False, link: str = "", where: bool = True) -> dict[str, Value]:
        """By the names that stand in patterns."""
        when = self.when_short if short else self.when
        return {"when": when, "where": self.where if where else "", "round": self.round, "link": link}


def form_of(notice: Notice, arguments: Mapping[str, str], detail: Detail) -> Form:
    """Time and place only to whom chose them, and only where a time is known."""
    return notice.form(detail if "starts_at" in arguments else "neutral")


def said_of(frame: Frame, language: RecipientLanguage, arguments: Mapping[str, str]) -> Said:
    """`place` is shown only as far as it gives nobody away."""
    starts_at, place = instant_of(arguments.get("starts_at", "")), place_of(arguments.get("place", ""))
    times = time_values(frame, starts_at) if starts_at else None
    return Said(
        when=formatted(frame.when, language, times) if times else "",
        when_short=formatted(frame.when_short, language, times) if times else "",
        where=formatted(frame.where, language, {"place": place}) if place else "",
        round=int(arguments.get("round", "0")),
    )


def time_values(frame: Frame, instant: datetime) -> dict[str, Value]:
    """Date and time in Dresden, each part as text: ICU would write 2 026, and CLDR's forms hold invisible spaces."""
    local = instant.astimezone(LOCAL)
    return {
        "weekday": frame.weekdays[local.weekday()],
        "weekday_short": frame.weekdays_short[local.weekday()],
        "day": str(local.day),
        "day_2": f"{local:%d}",
        "month": frame.months[local.month - 1],
        "month_short": frame.months_short[local.month - 1],
        "month_2": f"{local:%m}",
        "year": str(local.year),
        "time": f"{local:%H:%M}",
    }


def local_time(frame: Frame, language: RecipientLanguage, instant: datetime) -> str:
    """As a mail writes it."""
    return formatted(frame.when, language, time_values(frame, instant))


def paragraphs_of(form: Form, language: RecipientLanguage, said: Said, *, own_link: bool) -> tuple[str, ...]:
    """The paragraphs with their placeholders filled."""
    chosen = (form.with_own_link if own_link else ()) or form.paragraphs
    return tuple(formatted(paragraph, language, said.values()) for paragraph in chosen)
