"""How the value of a decision's parameter reads."""

from collections.abc import Callable, Mapping
from datetime import date

from lotse_ledger.pages.texts import TEXTS, PageLanguage
from lotse_ledger.pages.wording import day, money, percent

_NOTHING = frozenset({None, "", "()", "[]", "none", "None"})


def term_value(language: PageLanguage, name: str, value: object) -> str:
    """A value with its unit; what has none reads as it is written."""
    words = TEXTS[language]
    if isinstance(value, (frozenset, tuple)):
        return ", ".join(sorted(words.get(str(one), str(one)) for one in value)) or words["value_none"]
    if value in _NOTHING:
        return words["value_none"]
    if isinstance(value, date):
        return day(language, value)
    text = str(value)
    if text.lower() in {"true", "false"}:
        return words["yes" if text.lower() == "true" else "no"]
    unit = _UNITS.get(name)
    if unit and text.lstrip("-").isdigit():
        return unit(language, int(text))
    return words.get(f"value_{text}", words.get(text, text))


def _counted(unit: str) -> Callable[[PageLanguage, int], str]:
    return lambda language, value: TEXTS[language][unit].format(value=value)


def _points(language: PageLanguage, value: int) -> str:
    return percent(language, value).replace("%", TEXTS[language]["value_points"].format(value="").strip())


_UNITS: Mapping[str, Callable[[PageLanguage, int], str]] = {
    "excess_percent": lambda language, value: percent(language, value * 100),
    "interest_points_bp": _points,
    "notify_costs_fall_bp": percent,
    **dict.fromkeys(("use_within_months", "interim_months", "final_months"), _counted("value_months")),
    "retention_years": _counted("value_years"),
    **dict.fromkeys(("de_minimis_cents", "interest_waiver_cents", "notify_costs_fall_cents", "inventory_cents"), money),
}
