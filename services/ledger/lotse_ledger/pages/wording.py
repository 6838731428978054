"""How amounts, days, kinds and entries read in each language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.instants import BERLIN
from lotse_ledger.pages.texts import TEXTS, PageLanguage

MINUS = "\u2212"
NO_BREAK = "\u00a0"
DASH = "\u2013"
BASIS_POINTS = 100  # of a per cent
SCALE = 2  # decimals of every currency in the association's own log
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES = {"auslaenderrat": "Ausländerrat Dresden e. V.", "plattform": "Plattform Dresden e. V."}


def money(language: PageLanguage, amount: int, currency: str = "EUR") -> str:
    """Minor units as people write them: `50.000,00 EUR`, `50,000.00 EUR`."""
    whole, part = divmod(abs(amount), 10**SCALE)
    text = f"{whole:,}.{part:0{SCALE}}"
    return f"{MINUS if amount < 0 else ''}{_marks(language, text)}{NO_BREAK}{currency}"


def cash(language: PageLanguage, amount: int) -> str:
    """Minor units in the column of a table whose heading names the currency: `50.000,00`."""
    return money(language, amount, "").rstrip(NO_BREAK)


def short_money(language: PageLanguage, amount: int) -> str:
    """For a picture: whole euros where there are no cents, `50.000 €`."""
    text = money(language, amount, "\u20ac")
    return text.replace(",00" if language == "de" else ".00", "") if amount % 10**SCALE == 0 else text


def number(language: PageLanguage, value: int) -> str:
    """A count with its thousands apart."""
    return _marks(language, f"{value:,}")


def percent(language: PageLanguage, basis_points: int) -> str:
    """Basis points: `6,27 %`, `20 %`."""
    whole, part = divmod(abs(basis_points), BASIS_POINTS)
    text = f"{whole}.{part:02}".rstrip("0").rstrip(".")
    return f"{MINUS if basis_points < 0 else ''}{_marks(language, text)}{NO_BREAK}%"


def day(language: PageLanguage, value: date) -> str:
    """`12.11.2025`, `2025-11-12`."""
    return value.strftime("%d.%m.%Y") if language == "de" else value.isoformat()


def short_day(language: PageLanguage, value: date) -> str:
    """For the axis of a picture: `12.11.25`, `12 Nov 25`."""
    return value.strftime("%d.%m.%y") if language == "de" else f"{value.day} {MONTHS[value.month - 1]} {value:%y}"


def instant(language: PageLanguage, value: datetime) -> str:
    """In Berlin, to the second."""
    local = value.astimezone(BERLIN)
    return f"{day(language, local.date())} {local:%H:%M:%S}"


def named(name: str) -> str:
    """An association by its own name."""
    return NAMES.get(name, name)


def grant_name(grant: Grant) -> str:
    """Whose grant it is, and which one where the city gave it a reference."""
    reference = grant.decisions[-1].file_ref if grant.decisions else ""
    return f"{named(grant.grantee)}{', ' if reference else ''}{reference}"


def kind_name(language: PageLanguage, kind: str) -> str:
    """What sort of entry it is; a kind that nobody gave words reads as its code."""
    return TEXTS[language].get(f"kind_of_{kind}", kind)


def content(language: PageLanguage, entry: Recorded) -> str:
    """What an entry is about, in a line."""
    data = entry.data
    if title := data.get(f"title_{language}"):
        return str(title)
    told = _TOLD.get(entry.kind)
    text = told(language, entry) if told else ""
    return f"{kind_name(language, entry.kind)}{': ' if text else ''}{text}"


def _decision(language: PageLanguage, entry: Recorded) -> str:
    sort = TEXTS[language].get(str(entry.data.get("type")), "")
    return ", ".join(part for part in (sort, str(entry.data.get("file_ref", ""))) if part)


def _reversal(language: PageLanguage, entry: Recorded) -> str:
    return f"{TEXTS[language]['of_entry'].format(index=entry.reverses)}, {entry.data.get('reason', '')}"


def _partner_award(language: PageLanguage, entry: Recorded) -> str:
    data = entry.data
    told = TEXTS[language]["reported_by_partner"].format(partner=named(str(data["reported_by"])))
    return f"{money(language, int(data['amount']), str(data['currency']))}, {told}"


def _amount(language: PageLanguage, entry: Recorded) -> str:
    amount = entry.data.get("amount")
    return money(language, int(amount), str(entry.data.get("currency", "EUR"))) if amount is not None else ""


def _field(name: str) -> Callable[[PageLanguage, Recorded], str]:
    return lambda language, entry: str(entry.data.get(name, ""))


def _voucher(language: PageLanguage, entry: Recorded) -> str:
    data = entry.data
    return ", ".join(str(data[name]) for name in ("number", "reason") if data.get(name))


def _state(language: PageLanguage, entry: Recorded) -> str:
    return TEXTS[language].get(str(entry.data.get("state", "")), "")


def _proof(language: PageLanguage, entry: Recorded) -> str:
    data, words = entry.data, TEXTS[language]
    name = words["interim_proof"] if data.get("proof") == "interim" else words["final_proof"]
    return ", ".join(part for part in (name.format(year=data.get("year", "")).strip(), _state(language, entry)) if part)


def _until(language: PageLanguage, entry: Recorded) -> str:
    until = entry.data.get("until")
    return day(language, date.fromisoformat(str(until))) if until else ""


_TOLD: Mapping[str, Callable[[PageLanguage, Recorded], str]] = {
    "decision": _decision,
    "plan": lambda language, entry: TEXTS[language]["version_no"].format(version=entry.data.get("version", "")),
    "voucher": _voucher,
    "reversal": _reversal,
    "partner_award": _partner_award,
    "message_costs": _field("provider"),
    "proof": _proof,
    "application": _state,
    "period_closed": _until,
    "period_reopened": _field("reason"),
    "notice": lambda language, entry: TEXTS[language].get(f"notice_{entry.data.get('type', '')}", ""),
    **dict.fromkeys(
        ("drawdown", "disbursement", "commitment", "refund", "income", "repayment", "drawdown_expired"), _amount
    ),
}


def private_text(value: object) -> str:
    """What a commitment stood for: its parts one after the other."""
    if isinstance(value, Mapping):
        ordered = sorted(value.items(), key=lambda pair: pair[0] != "name")
        return ", ".join(private_text(one) for _, one in ordered if one)
    if isinstance(value, (list, tuple)):
        return ", ".join(private_text(one) for one in value)
    return "" if value is None else str(value)


def deadline_name(language: PageLanguage, code: str) -> str:
    """A deadline in words."""
    name, _, year = code.rpartition("_")
    words = TEXTS[language]
    return words[name].format(year=year) if year.isdigit() and name in words else words.get(code, code)


def days_until(language: PageLanguage, due_on: date, today: date) -> str:
    """How far a day is off."""
    words, days = TEXTS[language], (due_on - today).days
    if days == 0:
        return words["due_today"]
    if abs(days) == 1:
        return words["day_left" if days > 0 else "day_past"]
    return words["days_left" if days > 0 else "days_past"].format(days=number(language, abs(days)))


def value_text(language: PageLanguage, value: Any) -> str:
    """A value of an entry's data as text; nested ones stay as they are written."""
    if isinstance(value, bool):
        return TEXTS[language]["yes" if value else "no"]
    return str(value)


def _marks(language: PageLanguage, text: str) -> str:
    """German puts the comma where English puts the point."""
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text
