"""How a text comes to count: somebody writes it down, native speakers sign it, somebody else publishes it."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_chassis.service import Unit
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.checking import faults_of_document
from lotse_notify.domain.templates import WITH_SIGNATURE
from lotse_notify.domain.texts import Document, Texts, sendable_of
from lotse_notify.store import library
from lotse_notify.store.library import Library, Version


async def propose(unit: Unit, document: Document, shelf: Library, *, actor: str) -> int:
    """The number of the version. Raises Refused where it could never be published: `rule` says how many faults."""
    await _must_be_faultless(document, await shelf.current(unit.tx))
    return await library.propose(unit.tx, document, actor=actor, now=unit.context.now)


async def sign(unit: Unit, version: Version, language: RecipientLanguage, *, speaker: str, actor: str) -> bool:
    """A native speaker stands for these words; whether that is new. Who wrote them down does not vouch for them."""
    if language not in WITH_SIGNATURE:
        raise Refused("text_needs_no_signature", fields=("language",), allowed=" ".join(WITH_SIGNATURE))
    if version.document is None:
        raise Refused("text_not_understood", fields=("version",))
    if version.proposed_by in (actor, speaker):
        raise Refused("text_needs_four_eyes", fields=("speaker",))
    return await library.sign(unit.tx, version.document, language, speaker=speaker, actor=actor, now=unit.context.now)


async def publish(unit: Unit, version: Version, shelf: Library, *, actor: str, drafts_allowed: bool) -> None:
    """From now on it counts. Raises Refused without other eyes, with faults, or as a draft where none may be sent."""
    if version.document is None:
        raise Refused("text_not_understood", fields=("version",))
    if version.counts:
        raise Refused("text_counts_already", fields=("version",))
    if version.proposed_by == actor:
        raise Refused("text_needs_four_eyes", fields=("actor",))
    if waiting := drafts(version, drafts_allowed=drafts_allowed):
        raise Refused("text_is_a_draft", fields=waiting)
    await _must_be_faultless(version.document, await shelf.current(unit.tx))
    await library.publish(unit.tx, version, actor=actor, now=unit.context.now)


async def found(tx: AsyncConnection, name: str, number: int | None = None) -> Version:
    """This version of a text, or the latest. Raises Refused if there is none."""
    known = await library.versions(tx, name)
    chosen = [one for one in known if number in (None, one.number)]
    if not chosen:
        raise Refused("text_unknown", fields=("version",) if known else ("name",))
    return chosen[-1]


def drafts(version: Version, *, drafts_allowed: bool) -> tuple[RecipientLanguage, ...]:
    """Languages that keep it from being published, in the order in which they are shown."""
    sendable = sendable_of(version.signed, drafts_allowed=drafts_allowed)
    return tuple(language for language in WITH_SIGNATURE if language not in sendable)


def faults(documents: Iterable[Document], texts: Texts) -> list[str]:
    """All that keeps them from being published, a line each."""
    return [fault for document in documents for fault in faults_of_document(document, texts)]


async def _must_be_faultless(document: Document, texts: Texts) -> None:
    if faults_of_document(document, texts):
        raise Refused("text_is_faulty", fields=(document.name,))
