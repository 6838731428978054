"""Templates, and the words and filters that each of them finds."""

from collections.abc import Mapping
from functools import partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_ledger.pages import bars, terms, wording
from lotse_ledger.pages.texts import TEXTS, PageLanguage

LEAF_CHARACTERS = 12

_TEMPLATES = Environment(
    loader=PackageLoader("lotse_ledger", "pages/templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

GRANT_PAGES = (
    ("plan", ""),
    ("money", "/money"),
    ("vouchers", "/vouchers"),
    ("settlement", "/settlement"),
    ("duties", "/duties"),
)
"""The pages of one grant, and where each begins below it."""
_WORDED = (
    "money",
    "cash",
    "short_money",
    "number",
    "percent",
    "day",
    "short_day",
    "instant",
    "content",
    "kind_name",
    "deadline_name",
    "days_until",
    "value_text",
)


def rendered(template: str, language: PageLanguage, values: Mapping[str, Any]) -> str:
    """A whole page."""
    return _TEMPLATES.get_template(template).render(**_words(language), **values)


def stylesheet() -> str:
    """Light and dark, narrow and wide, and on paper."""
    return resources.files("lotse_ledger").joinpath("pages", "style.css").read_text()


def _words(language: PageLanguage) -> dict[str, Any]:
    return {
        "language": language,
        "other": "en" if language == "de" else "de",
        "t": TEXTS[language],
        "named": wording.named,
        "grant_name": wording.grant_name,
        "private_text": wording.private_text,
        "term_value": partial(terms.term_value, language),
        "source_text": partial(terms.source_text, language),
        "grant_pages": GRANT_PAGES,
        "line_bar": bars.line_bar,
        "share_bar": bars.share_bar,
        "leaf_characters": LEAF_CHARACTERS,
        "dash": wording.DASH,
        **{name: partial(getattr(wording, name), language) for name in _WORDED},
    }
