"""The words of the pages, German beside English, by page."""

from typing import Literal

from lotse_ledger.pages.texts.checks import CHECKS
from lotse_ledger.pages.texts.frame import FRAME
from lotse_ledger.pages.texts.freeze import FREEZE
from lotse_ledger.pages.texts.grants import GRANTS
from lotse_ledger.pages.texts.invariants import INVARIANTS
from lotse_ledger.pages.texts.journal import JOURNAL
from lotse_ledger.pages.texts.kinds import ALARM_WORDS, KIND_WORDS
from lotse_ledger.pages.texts.money import MONEY
from lotse_ledger.pages.texts.rules import RULES

PageLanguage = Literal["de", "en"]
PAGE_LANGUAGES: tuple[PageLanguage, ...] = ("de", "en")

_PAIRS = {**FRAME, **GRANTS, **MONEY, **JOURNAL, **KIND_WORDS, **ALARM_WORDS, **CHECKS, **FREEZE, **RULES, **INVARIANTS}

TEXTS: dict[PageLanguage, dict[str, str]] = {
    "de": {name: pair[0] for name, pair in _PAIRS.items()},
    "en": {name: pair[1] for name, pair in _PAIRS.items()},
}
