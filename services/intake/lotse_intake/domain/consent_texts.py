"""What somebody agrees to, word by word: a text of one version, filled with the terms of one consent."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lotse_contracts.values import ConsentKind, RecipientLanguage

LANGUAGES: tuple[RecipientLanguage, ...] = ("uk", "ru", "de", "en")
PLACES = frozenset({"association", "recipient", "purpose", "codes", "groups", "until"})
"""What a text may leave open, in braces."""
HERE = ZoneInfo("Europe/Berlin")
LINE = "…………………………"
"""Stands where a form without a consent leaves room to write."""


@dataclass(frozen=True)
class Section:
    """One part of a text under its heading."""

    heading: str
    text: str


@dataclass(frozen=True)
class Wording:
    """A text in one language."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class ConsentText:
    """One version in its four languages. `draft`: the data protection officer has not confirmed it yet."""

    kind: ConsentKind
    version: str
    valid_from: date
    draft: bool
    wordings: Mapping[RecipientLanguage, Wording]

    @property
    def digest(self) -> str:
        """SHA-256 over every letter of it; whether it is a draft is no part of the text."""
        whole = [
            self.kind,
            self.version,
            self.valid_from.isoformat(),
            [[language, *_lines(self.wordings[language])] for language in LANGUAGES],
        ]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Labels:
    """The names of what stands in the clear as codes, by code and language."""

    field_groups: Mapping[str, Mapping[str, str]]
    purposes: Mapping[str, Mapping[str, str]]
    recipients: Mapping[str, Mapping[str, str]]
    page: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Terms:
    """What fills the places of a text; what is empty leaves room to write."""

    association: str
    recipient: str = ""
    purpose: str = ""
    codes: tuple[str, ...] = ()
    field_groups: tuple[str, ...] = ()
    valid_to: datetime | None = None


def in_force(texts: Iterable[ConsentText], kind: str, today: date) -> ConsentText | None:
    """The newest version of a kind that is valid today."""
    begun = [text for text in texts if text.kind == kind and text.valid_from <= today]
    return max(begun, key=lambda text: (text.valid_from, text.version), default=None)


def filled(
    text: ConsentText, language: RecipientLanguage, terms: Terms, labels: Labels, codes: Mapping[str, Mapping[str, str]]
) -> Wording:
    """The text with names in its places; `codes` are the names of concern codes. A code without a name stays one."""

    def named(names: Mapping[str, Mapping[str, str]], wanted: Iterable[str]) -> str:
        found = [names.get(code, {}).get(language, code) for code in wanted if code]
        return ", ".join(found) or LINE

    values = {
        "association": named(labels.recipients, [terms.association]),
        "recipient": named(labels.recipients, [terms.recipient]),
        "purpose": named(labels.purposes, [terms.purpose]),
        "codes": named(codes, terms.codes),
        "groups": named(labels.field_groups, terms.field_groups),
        "until": _until(terms.valid_to, language, labels),
    }
    wording = text.wordings[language]
    texts = (one.text.format_map(values) for one in wording.sections)
    begun = (text[:1].upper() + text[1:] for text in texts)  # a name from a list may come first
    headings = (one.heading for one in wording.sections)
    return Wording(wording.title, tuple(Section(*pair) for pair in zip(headings, begun, strict=True)))


def digest_of(text: ConsentText, language: str, wording: Wording) -> str:
    """SHA-256, hexadecimal, of kind, version, language, title, headings and texts, joined by line feeds."""
    lines = [text.kind, text.version, language, *_lines(wording)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _lines(wording: Wording) -> list[str]:
    return [wording.title, *(part for section in wording.sections for part in (section.heading, section.text))]


def _until(valid_to: datetime | None, language: str, labels: Labels) -> str:
    """The last day where it ends at midnight in Dresden, else day and time; without an end, what then holds."""
    if valid_to is None:
        return labels.page["until_revoked"][language]
    local = valid_to.astimezone(HERE)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        last = local.date() - timedelta(days=1)
        return labels.page["until_day"][language].format(when=last.strftime("%d.%m.%Y"))
    return labels.page["until_time"][language].format(when=local.strftime("%d.%m.%Y, %H:%M"))
