"""How the value of a decision's parameter reads."""

from collections.abc import Callable, Mapping
from datetime import date

from lotse_ledger.pages.texts import TEXTS, PageLanguage
from lotse_ledger.pages.wording import day, money, percent

_GERMAN_SOURCE = (
    ("as transcribed publicly", "nach öffentlicher Abschrift"),
    (" (federal), section II", " (Bund), Abschnitt II"),
    (" (federal): a default, not a rule of the city", " (Bund): eine Vorgabe, keine Regel der Stadt"),
    (", annex 1", ", Anlage 1"),
    (", in Saxony through ", ", in Sachsen über "),
    (", as the council's A0118/25 names it", ", wie der Antrag A0118/25 ihn nennt"),
    ("DATEV's guidance on GoBD", "Hinweise der DATEV zu den GoBD"),
    ("(20 per cent)", "(20 Prozent)"),
    ("(two months)", "(zwei Monate)"),
    ("(six weeks)", "(sechs Wochen)"),
    ("(500 euros)", "(500 Euro)"),
    ("not known here", "hier nicht bekannt"),
    ("to be compared with the Bundesanzeiger", "noch mit dem Bundesanzeiger zu vergleichen"),
    ("unchanged since ", "unverändert seit "),
    ("unchanged at 1.27 on ", "unverändert 1,27 am "),
    ("Bundesanzeiger of ", "Bundesanzeiger vom "),
    (" as https", " wie https"),
    (" reports", " berichtet"),
    ("reported by ", "berichtet von "),
    ("No. ", "Nr. "),
)
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


def source_text(language: PageLanguage, source: str) -> str:
    """Where a rule is written; the law names it in English, its own name stays as it is."""
    if language == "de":
        for english, german in _GERMAN_SOURCE:
            source = source.replace(english, german)
    return source


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
