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

    Every version must be pinned by its digest in `pinned.json`: a text that reads differently now is no text.
    """
    where = folder or TEXTS
    try:
        texts = tuple(text for kind in KINDS for text in _versions(where / f"{kind}.json", kind))
        pins = json.loads((where / PINS).read_text())
        names = json.loads(_own_or_ours(folder, LABELS).read_text())
        rules = json.loads(_own_or_ours(folder, RULES).read_text())
        labels = _labels(names)
        found = ConsentTexts(texts, labels, _rules(rules))
    except (OSError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as fault:
        raise TextsInvalid(type(fault).__name__) from fault
    for text in texts:
        if pins.get(text.kind, {}).get(text.version) != text.digest:
            raise TextsInvalid(f"{text.kind} {text.version}: changed after it was pinned")
    return found


def pinned(texts: tuple[ConsentText, ...]) -> dict[str, dict[str, str]]:
    """What `pinned.json` must say of these."""
    return {kind: {text.version: text.digest for text in texts if text.kind == kind} for kind in KINDS}


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
