"""The texts of consents, their names and their rules as data: those that come along, or an association's own."""

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

from lotse_contracts.values import ConsentKind, FieldGroup
from lotse_intake.domain.consent_rules import CapacityRule, ConsentRules, KindRule
from lotse_intake.domain.consent_texts import LANGUAGES, PLACES, ConsentText, Labels, Section, Wording

DATA = Path(__file__).parents[1] / "data"
TEXTS = DATA / "consent_texts"
PINS = "pinned.json"
LABELS = "consent_labels.json"
RULES = "consent_rules.json"
KINDS: tuple[ConsentKind, ...] = get_args(ConsentKind)
SECTIONS_MAX = 12
UNREADABLE = (OSError, KeyError, TypeError, AttributeError, json.JSONDecodeError)


class TextsInvalid(ValueError):
    """A file of texts is not what it must be; names file and kind, never more."""


@dataclass(frozen=True)
class ConsentTexts:
    """Everything that is said and asked about consents, read once at start."""

    texts: tuple[ConsentText, ...]
    labels: Labels
    rules: ConsentRules

    def version(self, kind: str, version: str) -> ConsentText | None:
        """One version of a kind, whether or not it is in force."""
        return next((text for text in self.texts if (text.kind, text.version) == (kind, version)), None)


def read_texts(folder: Path | None) -> ConsentTexts:
    """Texts, names and rules; the folder holds those of an association instead of ours. Raises TextsInvalid.

    Every version must be pinned by its digest in `pinned.json`: a text that reads differently now is none.
    """
    where = folder or TEXTS
    try:
        texts, pins = texts_in(where), pins_in(where)
        labels = _labels(json.loads(_own_or_ours(folder, LABELS).read_text()))
        rules = _rules(json.loads(_own_or_ours(folder, RULES).read_text()))
    except UNREADABLE as fault:
        raise TextsInvalid(type(fault).__name__) from fault
    for text in texts:
        if pins.get(text.kind, {}).get(text.version) != text.digest:
            raise TextsInvalid(f"{text.kind} {text.version}: changed after it was pinned, or not pinned")
    return ConsentTexts(texts, labels, rules)


def texts_in(folder: Path) -> tuple[ConsentText, ...]:
    """Every version of every kind. Raises TextsInvalid."""
    try:
        return tuple(text for kind in KINDS for text in _versions(folder / f"{kind}.json", kind))
    except UNREADABLE as fault:
        raise TextsInvalid(type(fault).__name__) from fault


def pins_in(folder: Path) -> dict[str, dict[str, str]]:
    """The digest of each version as it was pinned, by kind and version."""
    found: dict[str, dict[str, str]] = json.loads((folder / PINS).read_text())
    return found


def pin_new(folder: Path) -> list[str]:
    """Pin each version that is not pinned yet; returns which. Raises TextsInvalid if a pinned one was changed."""
    texts = texts_in(folder)
    pins = pins_in(folder) if (folder / PINS).exists() else {}
    fresh = [text for text in texts if text.version not in pins.get(text.kind, {})]
    for text in texts:
        if text not in fresh and pins[text.kind][text.version] != text.digest:
            raise TextsInvalid(f"{text.kind} {text.version}: changed after it was pinned")
    for text in fresh:
        pins.setdefault(text.kind, {})[text.version] = text.digest
    (folder / PINS).write_text(json.dumps(pins, indent=2) + "\n")
    return [f"{text.kind} {text.version}" for text in fresh]


def _own_or_ours(folder: Path | None, name: str) -> Path:
    own = folder / name if folder is not None else None
    return own if own is not None and own.exists() else DATA / name


def _versions(path: Path, kind: ConsentKind) -> list[ConsentText]:
    whole = json.loads(path.read_text())
    if whole["kind"] != kind or not whole["versions"]:
        raise TextsInvalid(path.name)
    versions = [_text(kind, one) for one in whole["versions"]]
    if len({text.version for text in versions}) != len(versions):
        raise TextsInvalid(path.name)
    return versions


def _text(kind: ConsentKind, one: Mapping[str, Any]) -> ConsentText:
    try:
        valid_from = date.fromisoformat(one["valid_from"])
    except ValueError as fault:
        raise TextsInvalid(kind) from fault
    wordings = {language: _wording(kind, one[language]) for language in LANGUAGES}
    if len({len(wording.sections) for wording in wordings.values()}) != 1:
        raise TextsInvalid(f"{kind} {one['version']}: a language has another number of sections")
    return ConsentText(kind, one["version"], valid_from, bool(one["draft"]), wordings)


def _wording(kind: str, one: Mapping[str, Any]) -> Wording:
    sections = tuple(Section(part["heading"], part["text"]) for part in one["sections"])
    places = {name for part in sections for _, name, _, _ in string.Formatter().parse(part.text) if name is not None}
    if not 0 < len(sections) <= SECTIONS_MAX or places - PLACES:
        raise TextsInvalid(kind)
    return Wording(one["title"], sections)


def _labels(names: Mapping[str, Any]) -> Labels:
    groups = get_args(FieldGroup)
    if set(names["field_groups"]) != set(groups):
        raise TextsInvalid(LABELS)
    for part in ("field_groups", "purposes", "recipients", "page"):
        for code, by_language in names[part].items():
            if set(by_language) != set(LANGUAGES):
                raise TextsInvalid(f"{LABELS}: {part} {code}")
    return Labels(names["field_groups"], names["purposes"], names["recipients"], names["page"])


def _rules(whole: Mapping[str, Any]) -> ConsentRules:
    kinds = {
        kind: KindRule(frozenset(rule["needs"]), frozenset(rule["methods"])) for kind, rule in whole["kinds"].items()
    }
    if set(kinds) != set(KINDS):
        raise TextsInvalid(RULES)
    capacities = {
        code: CapacityRule(int(rule["age"]), frozenset(rule["kinds"]), frozenset(rule["methods"]))
        for code, rule in whole["capacities"].items()
    }
    return ConsentRules(
        version=cast(str, whole["version"]),
        pending_days=int(whole["pending_days"]),
        adult_age=int(whole["adult_age"]),
        kinds=kinds,
        capacities=capacities,
    )
