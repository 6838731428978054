"""The words by which she chooses how she is told; complete in four languages, and neutral like every message."""

import json
from collections.abc import Mapping
from importlib import resources

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.lint import faults_of, telling_words
from lotse_notify.domain.texts import LANGUAGES

Words = Mapping[str, str]


class WordsInvalid(ValueError):
    """A language lacks a word, or says what no message may say; names the word, not its reader."""


def shipped() -> Mapping[RecipientLanguage, Words]:
    """Those that come with notify, checked. Raises WordsInvalid."""
    source = (resources.files("lotse_notify") / "data" / "choices.json").read_text("utf-8")
    return checked(json.loads(source))


def checked(words: Mapping[RecipientLanguage, Words]) -> Mapping[RecipientLanguage, Words]:
    """The same words. Raises WordsInvalid at the first fault."""
    names = {name for language in words.values() for name in language}
    for language in LANGUAGES:
        said = words.get(language, {})
        if missing := sorted(name for name in names if not said.get(name, "").strip()):
            raise WordsInvalid(f"{language}: missing {', '.join(missing)}")
        for name, text in said.items():
            if faults := [*faults_of(language, text), *telling_words(text)]:
                raise WordsInvalid(f"{language}: {name}: {faults[0]}")
    return words
