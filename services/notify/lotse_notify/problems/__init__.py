"""Why notify says no, in Ukrainian, Russian, German and English; no text holds a value."""

from lotse_notify.problems import contacts, desk, first, machine, providers, receipts, texts, when

_PARTS = (first, machine, providers, texts, contacts, when, receipts, desk)

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    code: words for part in _PARTS for code, words in part.PROBLEM_TEXTS.items()
}
