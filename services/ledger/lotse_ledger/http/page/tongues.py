"""The language of the reader: what the address asks for, else what the browser prefers, else German."""

from fastapi import Request

from lotse_chassis.problems import ACCEPT_LANGUAGE_CHARACTERS_MAX
from lotse_ledger.pages.texts import PAGE_LANGUAGES, PageLanguage


def language_of(request: Request) -> PageLanguage:
    """German or English."""
    asked = request.query_params.get("lang")
    for language in PAGE_LANGUAGES:
        if asked == language:
            return language
    return _preferred(request.headers.get("accept-language", "")[:ACCEPT_LANGUAGE_CHARACTERS_MAX])


def _preferred(header: str) -> PageLanguage:
    parts = [part.partition(";") for part in header.split(",")]
    weighed = [
        (_weight(weight), language)
        for name, _, weight in parts
        for language in PAGE_LANGUAGES
        if name.strip().lower().split("-")[0] == language
    ]
    # The first of equals wins, as the browser put it first.
    best = max(weighed, key=lambda one: one[0], default=(0.0, PAGE_LANGUAGES[0]))
    return best[1] if best[0] > 0 else PAGE_LANGUAGES[0]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
