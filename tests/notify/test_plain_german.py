"""Trap 30: the German texts keep the rules for Leichte Sprache, so that there is one of them for everybody."""

import pytest

from lotse_notify.domain.lint import SENTENCE_WORDS_MAX, faults_of
from lotse_notify.domain.plain import hard_to_read
from lotse_notify.domain.shipped import shipped_texts

TEXTS = shipped_texts(drafts_allowed=True)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Bitte kommen Sie z. B. am Montag.", "an abbreviation: 'z. b.'"),
        ("Rufen Sie ggf. an.", "an abbreviation: 'ggf.'"),
        ("Ihr Termin wurde verschoben.", "not said who does it: 'wurde'"),
        ("Sie werden angerufen.", "not said who does it: 'werden'"),
        ("Sie könnten anrufen.", "only a wish or a maybe: 'könnten'"),
        ("Es wäre gut.", "only a wish or a maybe: 'wäre'"),
        ("Wegen des Regens.", "a genitive: 'des'"),
        ("Der Beginn ihres Kurses.", "a genitive: 'ihres'"),
        ("Die Seite (unten) öffnen.", "a special sign: '('"),
        ("Sie & wir", "a special sign: '&'"),
        ("Die Terminverschiebung", "a word of 18 letters: 'Terminverschiebung'"),
        ("Ein Termin, für den Sie gemeldet sind, fällt aus.", "a sentence that says several things"),
    ],
)
def test_what_is_hard_to_read_is_named(text: str, fault: str) -> None:
    """Source: BITV 2.0, Anlage 2, Teil 2."""
    assert f"hard to read, {fault}" in faults_of("de", text)


@pytest.mark.parametrize(
    "text",
    [
        "Für Sie ist ein Platz frei geworden.",
        "Die Termin-Verschiebung",
        "Keine Nachrichten mehr: /stop",
        "Möchten Sie das?",
        "Wenn Sie kommen, sagen Sie es uns. Wenn nicht, auch.",
        "Eine Minute in der Straße. Die Nummer am Strand.",
    ],
)
def test_what_is_easy_to_read_passes(text: str) -> None:
    assert list(hard_to_read(text)) == []


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
def test_the_rules_are_of_german_alone(language: str) -> None:
    assert not any("hard to read" in fault for fault in faults_of(language, "Wegen des Regens, bzw. so, und (so)"))


def test_the_pages_behind_the_links_are_as_easy_as_the_messages() -> None:
    """The check of a text covers notices and their frame; these stand beside them."""
    page = TEXTS.words["de"].page
    shown = {name: value for name, value in page.model_dump().items() if isinstance(value, str)}
    assert shown
    faults = {name: [*hard_to_read(text), *_long(text)] for name, text in shown.items()}
    assert {name: found for name, found in faults.items() if found} == {}


def _long(text: str) -> list[str]:
    return [fault for fault in faults_of("de", text) if fault.startswith("a sentence of")]


def test_a_german_sentence_has_twelve_words_at_most() -> None:
    assert SENTENCE_WORDS_MAX["de"] == 12
    assert _long("eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn")
