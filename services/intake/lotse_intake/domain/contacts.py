"""How a person may be told something, and in which language."""

from dataclasses import dataclass
from typing import get_args

from lotse_contracts.values import RecipientLanguage

FALLBACK_LANGUAGES: tuple[RecipientLanguage, ...] = ("en", "de")


@dataclass(frozen=True)
class Reach:
    """What intake knows about telling a person something."""

    kind: str
    consented: bool
    safe: bool
    unreachable: bool = False

    @property
    def may_be_told(self) -> bool:
        """Only with her consent, on a contact that is safe, and where there is one at all."""
        return self.kind != "none" and self.consented and self.safe and not self.unreachable


def recipient_languages(languages: tuple[str, ...]) -> tuple[RecipientLanguage, ...]:
    """Those of her languages that we write, in her own order; for others English, then German."""
    written: tuple[RecipientLanguage, ...] = get_args(RecipientLanguage)
    tags = [language.split("-")[0] for language in languages]
    found = tuple(dict.fromkeys(name for tag in tags for name in written if name == tag))
    return found or FALLBACK_LANGUAGES
