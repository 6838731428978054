"""Texts in the database: versions that never change, four eyes, native speakers, and what counts from when on."""

import json
from typing import Any

import psycopg
import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import FRAME, NOTICES
from lotse_notify.domain.texts import Document, Texts, document_of, source_of
from lotse_notify.handlers import publishing
from lotse_notify.migrations.texts import shipped_step
from lotse_notify.store import library
from lotse_notify.store.library import Library
from tests.notify.given import House

OLD_LINE, NEW_LINE = "Your message has reached us.", "We have your message."


def shelf(*, drafts_allowed: bool = True) -> Library:
    return Library(shipped_texts(drafts_allowed=drafts_allowed))


def changed(document: Document, old: str, new: str) -> Document:
    source = source_of(document)
    assert old in source
    return document_of(source.replace(old, new))


def receipt(old: str = OLD_LINE, new: str = NEW_LINE) -> Document:
    return changed(shipped_texts(drafts_allowed=True).document("receipt"), old, new)


async def proposed(house: House, document: Document, *, actor: str = "author") -> int:
    async with house.unit() as unit:
        return await publishing.propose(unit, document, shelf(), actor=actor)


async def published(house: House, name: str, *, actor: str = "editor", drafts_allowed: bool = True) -> None:
    async with house.unit() as unit:
        version = await publishing.found(unit.tx, name)
        await publishing.publish(unit, version, shelf(), actor=actor, drafts_allowed=drafts_allowed)


async def signed(house: House, name: str, language: RecipientLanguage, *, speaker: str = "Oksana") -> bool:
    async with house.unit() as unit:
        version = await publishing.found(unit.tx, name)
        return await publishing.sign(unit, version, language, speaker=speaker, actor="desk-1")


async def current(house: House, books: Library) -> Texts:
    async with house.unit() as unit:
        return await books.current(unit.tx)


def line_of(texts: Texts, language: RecipientLanguage = "en") -> str:
    return texts.words[language].notices["receipt"].neutral.line


async def test_what_comes_with_notify_counts_as_its_first_versions(house: House) -> None:
    rows = house.rows("template_version")
    assert {row["name"] for row in rows} == {FRAME, *NOTICES}
    assert {(row["number"], row["origin"]) for row in rows} == {(1, "shipped")}
    assert len(house.rows("template_publication")) == len(rows)
    texts, shipped = await current(house, shelf()), shipped_texts(drafts_allowed=True)
    for name in (FRAME, *NOTICES):
        assert texts.document(name) == shipped.document(name)


async def test_a_version_counts_only_when_somebody_else_has_published_it(house: House) -> None:
    books = shelf()
    before = line_of(await current(house, books))
    assert await proposed(house, receipt()) == 2
    assert line_of(await current(house, books)) == before
    with pytest.raises(Refused) as fault:
        await published(house, "receipt", actor="author")
    assert fault.value.code == "text_needs_four_eyes"
    await published(house, "receipt")
    texts = await current(house, books)
    assert line_of(texts).startswith(NEW_LINE)
    assert texts.version_of("en", "receipt").startswith("en-2.1-")
    assert texts.version_of("en", "checkback").startswith("en-1.1-")


async def test_the_four_eyes_are_a_constraint_and_no_version_is_ever_changed(house: House) -> None:
    await proposed(house, receipt())
    into = "INSERT INTO template_publication (name, number, proposed_by, published_by, published_at)"
    forbidden = [
        f"{into} VALUES ('receipt', 2, 'author', 'author', now())",
        f"{into} VALUES ('receipt', 2, 'nobody', 'author', now())",
        "UPDATE template_version SET source = '{}'",
        "DELETE FROM template_version",
        "UPDATE template_publication SET number = 1",
        "DELETE FROM template_publication",
        "UPDATE template_signature SET signed_by = 'x'",
        "DELETE FROM template_signature",
    ]
    for statement in forbidden:
        with pytest.raises(psycopg.Error), psycopg.connect(house.database.url) as connection:
            connection.execute(statement.encode())


async def test_the_same_words_again_are_the_version_that_they_were(house: House) -> None:
    assert await proposed(house, receipt()) == 2
    assert await proposed(house, receipt(), actor="another") == 2
    assert await proposed(house, receipt(new="We got your message.")) == 3
    shipped = shipped_texts(drafts_allowed=True).document("receipt")
    assert await proposed(house, shipped) == 1


async def test_what_has_a_fault_is_not_even_kept(house: House) -> None:
    with pytest.raises(Refused) as fault:
        await proposed(house, receipt(new="News from the Jobcenter."))
    assert fault.value.code == "text_is_faulty"
    assert len(house.rows("template_version")) == 1 + len(NOTICES)


async def test_in_production_a_draft_is_neither_published_nor_sent(house: House) -> None:
    """Correction 5: Ukrainian and Russian wait for a native speaker, each for one of its own."""
    await proposed(house, receipt())
    with pytest.raises(Refused) as fault:
        await published(house, "receipt", drafts_allowed=False)
    assert (fault.value.code, fault.value.fields) == ("text_is_a_draft", ("uk", "ru"))
    assert await signed(house, "receipt", "uk")
    with pytest.raises(Refused) as fault:
        await published(house, "receipt", drafts_allowed=False)
    assert fault.value.fields == ("ru",)
    assert await signed(house, "receipt", "ru", speaker="Vera")
    await published(house, "receipt", drafts_allowed=False)
    texts = await current(house, shelf(drafts_allowed=False))
    assert texts.language_for(("uk",), "receipt") == "de"  # what stands around it is a draft still
    for language in ("uk", "ru"):
        await signed(house, FRAME, language)
    texts = await current(house, shelf(drafts_allowed=False))
    assert texts.language_for(("uk",), "receipt") == "uk"
    assert texts.language_for(("uk",), "checkback") == "de"
    assert texts.language_for(("uk",)) == "de"


async def test_a_signature_is_of_the_words_and_outlives_a_change_elsewhere(house: House) -> None:
    await signed(house, "receipt", "uk")
    await proposed(house, receipt())
    async with house.unit() as unit:
        version = await publishing.found(unit.tx, "receipt")
    assert (version.number, version.signed) == (2, frozenset({"uk"}))
    await proposed(house, receipt(old="Ми отримали", new="Ми вже отримали"))
    async with house.unit() as unit:
        version = await publishing.found(unit.tx, "receipt")
    assert (version.number, version.signed) == (3, frozenset())


async def test_nobody_signs_what_she_wrote_herself_or_a_language_that_needs_none(house: House) -> None:
    await proposed(house, receipt(), actor="Oksana")
    with pytest.raises(Refused) as fault:
        await signed(house, "receipt", "uk", speaker="Oksana")
    assert fault.value.code == "text_needs_four_eyes"
    with pytest.raises(Refused) as fault:
        await signed(house, "receipt", "de")
    assert fault.value.code == "text_needs_no_signature"
    assert await signed(house, "receipt", "uk", speaker="Iryna")
    assert not await signed(house, "receipt", "uk", speaker="Iryna")


async def test_newer_texts_of_a_release_count_unless_the_association_has_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await proposed(house, receipt())
    await published(house, "receipt")
    newer = shipped_texts(drafts_allowed=True).with_published([])
    words = dict(newer.words)
    for name, old, new in (("receipt", OLD_LINE, "Thank you."), ("checkback", "A short question", "A question")):
        document = changed(newer.document(name), old, new)
        text: Any = document.languages["en"]
        words["en"] = words["en"].model_copy(update={"notices": {**words["en"].notices, name: text}})
    monkeypatch.setattr(
        "lotse_notify.migrations.texts.shipped_texts",
        lambda drafts_allowed: Texts(words, newer.standing, drafts_allowed),
    )
    step = shipped_step()
    monkeypatch.undo()
    assert step.name != shipped_step().name
    with psycopg.connect(house.database.owner_url) as connection:
        for _ in range(2):
            for statement in step.statements:
                connection.execute(statement.encode())
    texts = await current(house, shelf())
    assert line_of(texts).startswith(NEW_LINE)
    assert texts.words["en"].notices["checkback"].neutral.line.startswith("A question")
    assert texts.standing["checkback"].number == 2
    async with house.unit() as unit:
        known = await library.versions(unit.tx, "receipt")
    assert [(one.number, one.origin, one.counts) for one in known] == [
        (1, "shipped", False),
        (2, "association", True),
        (3, "shipped", False),
    ]


async def test_a_published_text_that_a_release_no_longer_understands_gives_way_to_the_shipped_one(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.run(
        "INSERT INTO template_version VALUES ('receipt', 9, %s, 'x', 'association', 'author', now())",
        json.dumps({"name": "receipt", "languages": {"uk": {"said": "Canary"}}}),
    )
    house.run(
        "INSERT INTO template_publication (name, number, proposed_by, published_by, published_at)"
        " VALUES ('receipt', 9, 'author', 'editor', now())"
    )
    texts = await current(house, shelf())
    assert line_of(texts) == line_of(shipped_texts(drafts_allowed=True))
    assert "receipt 9" in caplog.text
    assert "Canary" not in caplog.text
    with pytest.raises(Refused) as fault:
        await published(house, "receipt")
    assert fault.value.code == "text_not_understood"


async def test_one_small_question_is_all_that_it_costs_where_nothing_is_new(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = shelf()
    first = await current(house, books)

    async def never(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(library, "published", never)
    assert await current(house, books) is first
    await signed(house, "receipt", "uk")
    with pytest.raises(AssertionError, match="read again"):
        await current(house, books)


async def test_an_undone_publication_never_counted(house: House) -> None:
    books = shelf()
    before = await current(house, books)
    await proposed(house, receipt())

    async def undone() -> None:
        async with house.unit() as unit:
            version = await publishing.found(unit.tx, "receipt")
            await publishing.publish(unit, version, books, actor="editor", drafts_allowed=True)
            assert line_of(await books.current(unit.tx)).startswith(NEW_LINE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    assert line_of(await current(house, books)) == line_of(before)


async def test_an_unknown_text_or_version_is_refused(house: House) -> None:
    async with house.unit() as unit:
        for name, number, field in (("receipt", 7, "version"), ("nothing", None, "name")):
            with pytest.raises(Refused) as fault:
                await publishing.found(unit.tx, name, number)
            assert (fault.value.code, fault.value.fields) == ("text_unknown", (field,))
