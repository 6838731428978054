"""Access: one question brings everything of all services, in one document for machines and one for her."""

import json
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.asking import AskFailed, AskTimedOut
from lotse_chassis.context import Context, Credential
from lotse_contracts import intake
from lotse_contracts.intake import PersonFields, SubjectAccessDocument
from lotse_contracts.person import PersonDataAnswer, PersonDataQuestion
from lotse_contracts.sealed import decode, public_bytes, seal
from lotse_intake.handlers import access
from lotse_intake.pages.access import LANGUAGES, TECHNICAL, words_of
from lotse_intake.providers import readable
from lotse_intake.providers.office import Office
from lotse_intake.store import erasures
from tests.intake.consenting import allow, consent, release
from tests.intake.given import MAIL, NAME, TEXT, Intake, enquiry, known_person, only, registration
from tests.intake.test_conversations import answer

Part = Callable[[PersonDataQuestion], PersonDataAnswer]
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def held(content: dict[str, Any]) -> Part:
    """A service that holds something."""

    def answered(question: PersonDataQuestion) -> PersonDataAnswer:
        key, name = str(question.person_id), type(question).type_name()
        sealed = seal(json.dumps(content).encode(), decode(question.reply_key), type_name=name, key=key)
        return PersonDataAnswer(held=True, content=sealed)

    return answered


def nothing(question: PersonDataQuestion) -> PersonDataAnswer:
    return PersonDataAnswer(held=False)


def silent(question: PersonDataQuestion) -> PersonDataAnswer:
    raise AskTimedOut(question.NAME)


def failing(question: PersonDataQuestion) -> PersonDataAnswer:
    raise AskFailed("too_large")


def spoiled(question: PersonDataQuestion) -> PersonDataAnswer:
    return PersonDataAnswer(held=True, content=held({})(question).content and _to_somebody_else())


def _to_somebody_else() -> Any:
    return seal(b"{}", public_bytes(X25519PrivateKey.generate()), type_name="x", key="y")


def asking(**parts: Part) -> Callable[..., Awaitable[Any]]:
    """How the other services answer; each is asked with the credential of whoever asked intake."""

    async def ask(question: PersonDataQuestion, **options: Any) -> PersonDataAnswer:
        assert options["on_behalf"] is not None
        return parts.get(question.SERVICE, nothing)(question)

    return ask


def office_of(here: Intake) -> Office:
    found: Office = here.service.answerers[intake.AskPersonData].args[0]  # type: ignore[attr-defined]
    return found


async def documents(here: Intake, person_id: UUID, ask: Any = None, **options: Any) -> access.Documents:
    context = Context(**{**vars(here.context(actor="w-1")), "credential": Credential("token")})
    async with here.service.engine.begin() as tx:
        made = await access.documents(office_of(here), ask or asking(), person_id, context, tx, **options)
    assert made is not None
    return made


def document(made: access.Documents) -> SubjectAccessDocument:
    return SubjectAccessDocument.model_validate_json(made.json_bytes)


async def told(here: Intake) -> UUID:
    """Somebody who wrote, was answered, consented, and whose fields left."""
    order = enquiry(here, letter=intake.Letter(sender="jobcenter"))
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    await here.hear(answer(here, order.enquiry_id, "Приходьте завтра."))
    await here.hear(registration(here, person_id, PersonFields(need_summary="Wohnung", health="canary-health")))
    given = consent(person_id)
    await allow(here, given)
    await here.hear(release(here, given), actor=None)
    return person_id


async def test_the_document_holds_every_part_recipients_consents_looks_and_rules(here: Intake) -> None:
    person_id = await told(here)
    ask = asking(referral=held({"service": "referral", "referral": [{"state": "sent"}]}), notify=nothing)
    made = await documents(here, person_id, ask)
    whole = document(made)
    assert [(part.service, part.state) for part in whole.parts] == [
        ("intake", "held"),
        ("referral", "held"),
        ("notify", "nothing"),
        ("ledger", "nothing"),
    ]
    own = whole.parts[0].content
    assert own is not None
    assert own["person"][0]["fields"]["health"] == "canary-health"
    assert [one["content"] for one in own["entry"]] == [TEXT, "Приходьте завтра."]
    assert {one["kind"] for one in own["consent"]} == {"contact_channel", "disclosure", "secrecy_release"}
    (recipient,) = whole.recipients
    assert (recipient.recipient, recipient.field_groups) == ("plattform", ("identity", "contact"))
    assert {one.purpose for one in whole.seen_by} >= {"answer", "registration", "referral"}
    assert {one.rule for one in whole.keeping} >= {"closed_case", "access_log"}
    assert json.loads(made.json_bytes)["schema"] == "urn:lotse:schema:subject-access:v1"
    assert '"w-1"' not in made.json_bytes.decode()
    assert "pin_hash" not in made.json_bytes.decode()


@pytest.mark.parametrize(("part", "reason"), [(silent, "timed_out"), (failing, "too_large"), (spoiled, "unreadable")])
async def test_a_part_that_could_not_be_had_is_named_and_never_left_out(here: Intake, part: Part, reason: str) -> None:
    person_id = await known_person(here)
    made = await documents(here, person_id, asking(notify=part), language="de")
    assert [(one.service, one.reason) for one in made.missing] == [("notify", reason)]
    assert [one.service for one in document(made).parts if one.state == "missing"] == ["notify"]
    assert "Dieser Teil fehlt noch" in made.html


async def test_without_a_broker_all_other_parts_are_missing(here: Intake) -> None:
    made = await documents(here, await known_person(here), here.service.ask)
    assert [one.service for one in made.missing] == ["referral", "notify", "ledger"]


class Text(HTMLParser):
    """What stands on a page, and which tags it has."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Text:
    found = Text()
    found.feed(html)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_in_her_language_whole_and_loads_nothing(here: Intake, language: Any) -> None:
    person_id = await told(here)
    ask = asking(notify=held({"service": "notify", "contact": [{"address": MAIL, "kind": "email"}]}))
    made = await documents(here, person_id, ask, language=language)
    page = read(made.html)
    words = words_of(language)
    assert f'<html lang="{language}">' in made.html
    for said in (NAME, MAIL, TEXT, "canary-health", "Приходьте завтра.", "plattform", "Maternistraße"):
        assert said in page.text, said
    for name in ("title", "recipients", "seen", "keeping", "rights", "service_notify"):
        assert words.texts[name] in page.text
    assert not page.tags & {"script", "img", "link", "iframe", "object", "form"}
    assert "Undefined" not in page.text


async def test_the_page_speaks_the_language_she_wrote_in(here: Intake) -> None:
    person_id = await known_person(here, language="ru")
    assert document(await documents(here, person_id)).language == "ru"


async def test_what_she_said_is_text_and_never_markup(here: Intake) -> None:
    person_id = await known_person(here, text=HOSTILE, name=HOSTILE)
    made = await documents(here, person_id)
    page = read(made.html)
    assert HOSTILE in page.text
    assert not page.tags & {"script", "img"}


def test_every_label_is_there_in_four_languages_and_texts_say_the_same_things() -> None:
    names = {language: words_of(language).texts.keys() for language in LANGUAGES}
    assert all(keys == names["de"] for keys in names.values())
    for language in LANGUAGES:
        labels = words_of(language).labels
        assert all(text.strip() for kind in labels.values() for text in kind.values())
        assert len(words_of(language).texts["right_list"]) == 7


def test_everything_that_can_stand_on_the_page_has_a_name_in_plain_words() -> None:
    """A new table or column needs its line in `data/access_labels.json`; what only machines need stands in small."""
    words = words_of("uk")
    shown = [table for table, _ in [*erasures.steps_of(uuid4()), *erasures.kept_of(uuid4())]]
    names = {table.name for table in shown} - {"pin_guess", "blind_index"}
    assert {name for name in names if words.store(name) == name} == set()
    columns = {
        column.name
        for table in shown
        if table.name in names
        for column in table.columns
        if f"{table.name}.{column.name}" not in readable.SECRETS and not TECHNICAL.match(column.name)
    }
    assert {name for name in columns if words.field(name) == name} == set()


async def test_entries_about_somebody_else_are_marked_and_not_shown(here: Intake) -> None:
    person_id = await known_person(here)
    ((entry_id,),) = here.rows("SELECT entry_id FROM entry")
    made = await documents(here, person_id, withheld=(f"entry:{entry_id}",), language="en")
    assert TEXT not in made.html
    assert TEXT not in made.json_bytes.decode()
    assert [(one.place, one.reason) for one in document(made).withheld] == [(f"entry:{entry_id}", "third_person")]
    assert "covered: it is about somebody else" in made.html


async def test_another_persons_id_is_withheld_and_nothing_of_her_is_shown(here: Intake) -> None:
    person_id, other = await known_person(here), await known_person(here, text="canary-other", name="Other")
    await here.hear(intake.LinkPersons(link_id=uuid4(), person_id=person_id, other_id=other, kind="parent_of"))
    made = await documents(here, person_id)
    assert str(other) not in made.json_bytes.decode()
    assert "canary-other" not in made.html
    assert document(made).withheld


async def test_merged_records_are_given_together(here: Intake) -> None:
    first, second = await known_person(here, text="canary-first"), await known_person(here, text="canary-second")
    await here.hear(intake.MergePersons(merge_id=uuid4(), kept_id=first, person_id=second, reason="told_by_person"))
    whole = document(made := await documents(here, second))
    assert set(whole.records) == {first, second}
    assert len(whole.parts) == 8
    assert "canary-first" in made.html
    assert "canary-second" in made.html


async def test_asking_is_itself_in_the_access_log_and_leaves_no_value_in_it(here: Intake) -> None:
    person_id = await known_person(here)
    await documents(here, person_id)
    rows = here.rows("SELECT action, object_kind, object_id, purpose FROM access_log ORDER BY id DESC LIMIT 1")
    assert rows == [("read", "person", str(person_id), "subject_access")]
