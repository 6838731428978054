"""Templates and how amounts, days and entries read in each language."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.availability import Availability
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.instants import BERLIN
from lotse_ledger.pages.texts import TEXTS, PageLanguage
from lotse_ledger.store.books import AccountBalance
from lotse_ledger.store.witness import Checkpoint

LEAF_CHARACTERS = 12
MINUS = "\u2212"
NO_BREAK = "\u00a0"
APPLICANTS = {"auslaenderrat": "Ausländerrat Dresden e. V.", "plattform": "Plattform Dresden e. V."}

_TEMPLATES = Environment(
    loader=PackageLoader("lotse_ledger", "pages/templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class LedgerPage:
    """What one look shows; `as_of` is None and the lists are empty while nothing is recorded."""

    association: str
    auditor: str
    problem: str | None
    as_of: AsOf | None
    given: dict[str, str]
    answers: tuple[tuple[date, tuple[Availability, ...]], ...]
    chosen_answers: tuple[Availability, ...]
    grants: tuple[Grant, ...]
    balances: tuple[AccountBalance, ...]
    entries: tuple[Recorded, ...]
    cursor: int
    next_cursor: int | None
    checkpoints: tuple[Checkpoint, ...]
    shared: tuple[tuple[str, int], ...]


def ledger_page(view: LedgerPage, language: PageLanguage) -> str:
    """The page of an auditor who is signed in."""
    return _TEMPLATES.get_template("ledger.html").render(view=view, **_words(language))


def sign_in_page(language: PageLanguage, *, association: str, problem: str | None) -> str:
    """The form that takes a token."""
    return _TEMPLATES.get_template("sign_in.html").render(association=association, problem=problem, **_words(language))


def stylesheet() -> str:
    """Light and dark, narrow and wide."""
    return resources.files("lotse_ledger").joinpath("pages", "style.css").read_text()


def money(language: PageLanguage, amount: int, currency: str = "EUR") -> str:
    """Cents as people write them: `50.000,00 EUR`, `50,000.00 EUR`."""
    text = f"{abs(amount) // 100:,}.{abs(amount) % 100:02}"
    if language == "de":
        text = text.replace(",", " ").replace(".", ",").replace(" ", ".")
    return f"{MINUS if amount < 0 else ''}{text}{NO_BREAK}{currency}"


def day(language: PageLanguage, value: date) -> str:
    """`12.11.2025`, `2025-11-12`."""
    return value.strftime("%d.%m.%Y") if language == "de" else value.isoformat()


def instant(language: PageLanguage, value: datetime) -> str:
    """In Berlin, to the second."""
    local = value.astimezone(BERLIN)
    return f"{day(language, local.date())} {local:%H:%M:%S}"


def named(applicant: str) -> str:
    """An association by its own name."""
    return APPLICANTS.get(applicant, applicant)


def content(language: PageLanguage, entry: Recorded) -> str:
    """What an entry is about, in a line."""
    data, words = entry.data, TEXTS[language]
    if title := data.get(f"title_{language}"):
        return str(title)
    if entry.kind == "decision":
        return f"{words[data['type']]}, {data['file_ref']}"
    values: dict[str, Any] = {**data, "reverses": entry.reverses}
    if entry.kind == "partner_award":
        values |= {"amount": money(language, int(data["amount"]), data["currency"])}
        values |= {"reported_by": named(data["reported_by"])}
    return words.get(f"kind_{entry.kind}", entry.kind).format(**values)


def deadline_name(language: PageLanguage, code: str) -> str:
    """A deadline in words."""
    name, _, year = code.rpartition("_")
    return TEXTS[language][name].format(year=year) if year.isdigit() else TEXTS[language].get(code, code)


def _words(language: PageLanguage) -> dict[str, Any]:
    return {
        "language": language,
        "other": "en" if language == "de" else "de",
        "t": TEXTS[language],
        "money": partial(money, language),
        "day": partial(day, language),
        "instant": partial(instant, language),
        "content": partial(content, language),
        "deadline_name": partial(deadline_name, language),
        "named": named,
        "leaf_characters": LEAF_CHARACTERS,
    }
