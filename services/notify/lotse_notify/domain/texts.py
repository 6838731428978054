"""Every text in the version that counts, and the languages that it may be sent in."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pydantic import ValidationError

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.arguments import Change, arguments_of
from lotse_notify.domain.templates import (
    FRAME,
    LANGUAGES,
    NOTICES,
    WITH_SIGNATURE,
    Data,
    Frame,
    Notice,
    NoticeName,
    Words,
    notice_name,
)

__all__ = ["LANGUAGES", "Change", "NoticeName", "Words", "arguments_of", "notice_name"]

LAST_RESORT: tuple[RecipientLanguage, ...] = ("de", "en")
"""Tried after her own list; never Russian for Ukrainian or the other way round."""


class TextsInvalid(ValueError):
    """A text is not complete or not of the form; names where, never what."""


class NoticeDocument(Data):
    """One notice in all languages, as it is edited, checked and published."""

    name: NoticeName
    languages: dict[RecipientLanguage, Notice]


class FrameDocument(Data):
    """What stands around every notice in all languages."""

    name: Literal["frame"]
    languages: dict[RecipientLanguage, Frame]


Document = NoticeDocument | FrameDocument


@dataclass(frozen=True)
class Standing:
    """Which version of a text counts, in which languages it may be sent, and in which somebody stands for it."""

    number: int
    sendable: frozenset[RecipientLanguage]
    signed: frozenset[RecipientLanguage]


@dataclass(frozen=True)
class Published:
    """A version that somebody published; `signed`: what native speakers have signed of it."""

    document: Document
    number: int
    signed: frozenset[RecipientLanguage]


@dataclass(frozen=True)
class Texts:
    """All words in all languages; `standing` by the name of a notice, or of the frame."""

    words: Mapping[RecipientLanguage, Words]
    standing: Mapping[str, Standing]
    drafts_allowed: bool

    @cached_property
    def sendable(self) -> frozenset[RecipientLanguage]:
        """Languages in which everything may be sent."""
        return frozenset(language for language in LANGUAGES if all(self.may_send(language, name) for name in NOTICES))

    def may_send(self, language: RecipientLanguage, name: NoticeName) -> bool:
        """Whether nothing that she would read is a draft, or drafts are sent here."""
        return all(language in self.standing[one].sendable for one in (name, FRAME))

    def is_draft(self, language: RecipientLanguage, name: NoticeName) -> bool:
        """Whether anything that she would read waits for a native speaker's signature."""
        return any(language not in self.standing[one].signed for one in (name, FRAME))

    def language_for(self, languages: Iterable[RecipientLanguage], name: NoticeName | None = None) -> RecipientLanguage:
        """The first of her own list that this notice (none named: every notice) may be sent in, then German, English.

        Nothing is ever added to her list but those two: Russian is no Ukrainian, and the other way round.
        """
        tried = (*languages, *LAST_RESORT)
        if name is None:
            return next(language for language in tried if language in self.sendable)
        return next(language for language in tried if self.may_send(language, name))

    def version_of(self, language: RecipientLanguage, name: NoticeName) -> str:
        """Names the very words: the language, the versions of notice and frame, the start of their SHA-256."""
        return self._versions[language, name]

    @cached_property
    def _versions(self) -> Mapping[tuple[RecipientLanguage, NoticeName], str]:
        return {(language, name): self._version(language, name) for language in self.words for name in NOTICES}

    def _version(self, language: RecipientLanguage, name: NoticeName) -> str:
        words = self.words[language]
        body = json.dumps([words.frame.model_dump(), words.notices[name].model_dump()], sort_keys=True)
        numbers = f"{self.standing[name].number}.{self.standing[FRAME].number}"
        return f"{language}-{numbers}-{hashlib.sha256(body.encode()).hexdigest()[:16]}"

    def document(self, name: str) -> Document:
        """One text in all languages, as it counts now. Raises StopIteration for a name that no text has."""
        if name == FRAME:
            return FrameDocument(name="frame", languages={one: words.frame for one, words in self.words.items()})
        known: NoticeName = next(one for one in NOTICES if one == name)
        return NoticeDocument(name=known, languages={one: words.notices[known] for one, words in self.words.items()})

    def with_published(self, published: Iterable[Published]) -> "Texts":
        """The same with these versions in the place of those that count now."""
        words, standing = dict(self.words), dict(self.standing)
        for one in published:
            for language, text in one.document.languages.items():
                words[language] = _replaced(words[language], one.document.name, text)
            standing[one.document.name] = _standing(one.number, one.signed, drafts_allowed=self.drafts_allowed)
        return replace(self, words=words, standing=standing)


def sendable_of(signed: Iterable[RecipientLanguage], *, drafts_allowed: bool) -> frozenset[RecipientLanguage]:
    """Languages that need no native speaker's signature, have one, or are sent as drafts."""
    waiting = frozenset() if drafts_allowed else frozenset(WITH_SIGNATURE) - set(signed)
    return frozenset(LANGUAGES) - waiting


def checked(sources: Iterable[str], *, drafts_allowed: bool) -> Texts:
    """What comes with notify, from the JSON of each language. Raises TextsInvalid at the first that is not complete."""
    words = {}
    for source in sources:
        one = _read(source)
        if missing := set(NOTICES) - one.notices.keys():
            raise TextsInvalid(f"{one.language}: missing {', '.join(sorted(missing))}")
        words[one.language] = one
    if missing_languages := set(LANGUAGES) - words.keys():
        raise TextsInvalid(f"languages are missing: {', '.join(sorted(missing_languages))}")
    signed = frozenset(language for language, one in words.items() if one.status == "ready")
    standing = _standing(max(one.version for one in words.values()), signed, drafts_allowed=drafts_allowed)
    return Texts(words, dict.fromkeys((*NOTICES, FRAME), standing), drafts_allowed)


def document_of(source: str | bytes) -> Document:
    """One text in all languages from its JSON. Raises TextsInvalid if it is none, or a language is missing."""
    try:
        given = json.loads(source)
        kind = FrameDocument if isinstance(given, dict) and given.get("name") == FRAME else NoticeDocument
        document = kind.model_validate_json(source)
    except ValidationError as fault:
        raise TextsInvalid(f"not of the form of a text: {_places(fault)}") from None
    except (ValueError, RecursionError):
        raise TextsInvalid("no JSON") from None
    if missing := set(LANGUAGES) - document.languages.keys():
        raise TextsInvalid(f"{document.name}: languages are missing: {', '.join(sorted(missing))}")
    return document


def source_of(document: Document) -> str:
    """Its JSON, the same for the same text, as it is stored and as people edit it."""
    return json.dumps(document.model_dump(), ensure_ascii=False, indent=2) + "\n"


def sha256_of(document: Document) -> str:
    """Of its JSON."""
    return hashlib.sha256(source_of(document).encode()).hexdigest()


def language_sha256(document: Document, language: RecipientLanguage) -> str:
    """Of its words in one language: what a native speaker signs."""
    words = json.dumps(document.languages[language].model_dump(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def _standing(number: int, signed: frozenset[RecipientLanguage], *, drafts_allowed: bool) -> Standing:
    stood_for = signed | (frozenset(LANGUAGES) - frozenset(WITH_SIGNATURE))
    return Standing(number, sendable_of(signed, drafts_allowed=drafts_allowed), stood_for)


def _read(source: str) -> Words:
    try:
        return Words.model_validate_json(source)
    except ValidationError as fault:
        raise TextsInvalid(f"a language is not complete: {_places(fault)}") from None


def _places(fault: ValidationError) -> str:
    places = {".".join(map(str, error["loc"])) or "no object" for error in fault.errors(include_input=False)}
    return ", ".join(sorted(places))


def _replaced(words: Words, name: str, text: Notice | Frame) -> Words:
    if isinstance(text, Frame):
        return words.model_copy(update={"frame": text})
    return words.model_copy(update={"notices": {**words.notices, name: text}})
