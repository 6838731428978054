"""Access: one question brings everything of all services, in one document for machines and one for her."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis import links
from lotse_chassis.asking import AskFailed, AskTimedOut
from lotse_chassis.context import Context, Credential
from lotse_chassis.identity import Staff, issue_token
from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.intake import ContactPoint, PersonFields, SubjectAccessDocument
from lotse_contracts.person import PersonDataAnswer, PersonDataQuestion
from lotse_contracts.sealed import decode, encode, open_sealed, public_bytes, seal
from lotse_intake.handlers import access
from lotse_intake.pages.access import LANGUAGES, TECHNICAL, words_of
from lotse_intake.providers import readable
from lotse_intake.providers.office import Office
from lotse_intake.store import erasures
from tests import kit
from tests.conftest import ServiceRunner
from tests.intake.consenting import allow, consent, release
from tests.intake.given import MAIL, NAME, PIN, TEXT, Intake, enquiry, known_person, only, registration
from tests.intake.test_conversations import answer
from tests.intake.test_running import frontend

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
    context = Context(**{**vars(here.context(actor="c-1")), "credential": Credential("token")})
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
    assert "c-1" not in made.json_bytes.decode()
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


def reader() -> tuple[X25519PrivateKey, str]:
    private = X25519PrivateKey.generate()
    return private, encode(public_bytes(private))


def opened(private: X25519PrivateKey, sealed: Any, person_id: UUID) -> bytes:
    return open_sealed(sealed, private, type_name=intake.AskSubjectAccess.type_name(), key=str(person_id))


async def test_both_documents_are_sealed_to_the_asker(here: Intake) -> None:
    person_id = await known_person(here)
    private, key = reader()
    found = await here.ask(intake.AskSubjectAccess(person_id=person_id, reply_key=key))
    assert not found.over_http
    whole = SubjectAccessDocument.model_validate_json(opened(private, found.json_document, person_id))
    assert whole.person_id == person_id
    assert NAME in opened(private, found.html_document, person_id).decode()
    assert NAME not in found.model_dump_json()
    assert not (await here.ask(intake.AskSubjectAccess(person_id=uuid4(), reply_key=key))).held


async def test_what_is_larger_than_a_message_is_fetched_over_http(here: Intake) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    for number in range(12):
        await here.hear(answer(here, order.enquiry_id, f"{number % 10}" * 9_000))
    _, key = reader()
    found = await here.ask(intake.AskSubjectAccess(person_id=person_id, reply_key=key))
    assert (found.held, found.over_http, found.json_document) == (True, True, None)
    coordinator = {"Authorization": f"Bearer {here.token('coordinator')}"}
    async with here.http() as client:
        whole = await client.get(f"/persons/{person_id}/access.json", headers=coordinator)
        page = await client.get(f"/persons/{person_id}/access.html", params={"language": "de"}, headers=coordinator)
    assert len(SubjectAccessDocument.model_validate_json(whole.content).parts[0].content["entry"]) == 13  # type: ignore[index]
    assert "9" * 9_000 in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    assert whole.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("role", "status"), [("counsellor", 403), ("treasurer", 403), ("administrator", 403), ("", 401)]
)
async def test_only_coordinators_fetch_it(here: Intake, role: str, status: int) -> None:
    person_id = await known_person(here)
    headers = {"Authorization": f"Bearer {here.token(role)}"} if role else {}
    async with here.http() as client:
        for name in ("access.json", "access.html"):
            assert (await client.get(f"/persons/{person_id}/{name}", headers=headers)).status_code == status
        forged = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
        assert (await client.get(f"/persons/{person_id}/access.json", headers=forged)).status_code == 401
    assert here.rows("SELECT count(*) FROM access_log WHERE purpose = 'subject_access'") == [(0,)]


async def test_a_stranger_is_not_found(here: Intake) -> None:
    coordinator = {"Authorization": f"Bearer {here.token('coordinator')}"}
    async with here.http() as client:
        assert (await client.get(f"/persons/{uuid4()}/access.json", headers=coordinator)).status_code == 422


async def test_four_running_services_answer_one_coordinator_with_her_own_token(
    run_service: ServiceRunner, broker: kit.Broker, caplog: pytest.LogCaptureFixture
) -> None:
    """The whole way: the desk's token goes on to all services, which each verify it and log who asked."""
    services = {name: await run_service(name) for name in ("intake", "referral", "notify", "ledger")}
    caplog.set_level("DEBUG")
    async with frontend(broker, "web") as web, frontend(broker, "desk") as desk:
        person_id = await _submitted(services["intake"], web)
        await _known_to_notify(desk, person_id)
        private, key = reader()
        found = await desk.ask(intake.AskSubjectAccess(person_id=person_id, reply_key=key, language="uk"))
    assert (found.held, found.missing) == (True, ())
    whole = SubjectAccessDocument.model_validate_json(opened(private, found.json_document, person_id))
    states = {part.service: part.state for part in whole.parts}
    assert states == {"intake": "held", "referral": "nothing", "notify": "held", "ledger": "nothing"}
    assert MAIL in opened(private, found.html_document, person_id).decode()
    async with services["notify"].engine.connect() as tx:
        seen = (await tx.exec_driver_sql("SELECT actor, role FROM access_log WHERE purpose = 'person_data'")).all()
    assert {tuple(row) for row in seen} == {("c-1", "coordinator")}
    assert "eyJ" not in caplog.text
    for service in services.values():
        async with service.engine.connect() as tx:
            for table in ("outbox", "inbox", "timer", "access_log"):
                rows = (await tx.exec_driver_sql(f"SELECT * FROM {table}")).all()
                assert "eyJ" not in str(rows)


async def _submitted(service: Any, web: Any) -> UUID:
    from lotse_contracts.intake import EnquiryContent, SubmitEnquiry
    from tests.intake.given import sealed_to

    enquiry_id, (code, digest) = uuid4(), links.new_code()
    content = EnquiryContent(text=TEXT, name=NAME, contact=ContactPoint(kind="email", value=MAIL), pin=PIN)
    order = SubmitEnquiry(
        frontend="web", enquiry_id=enquiry_id, receipt_sha256=digest, channel="web", language="uk",
        codes=("housing",), content=sealed_to(public_bytes(service.seal_key), content, SubmitEnquiry, str(enquiry_id)),
        consent_to_contact=True, notice_version="v1",
    )  # fmt: skip
    assert (await web.order(order)).accepted
    async with service.engine.connect() as tx:
        found = (await tx.exec_driver_sql("SELECT person_id FROM enquiry")).scalar_one()
    assert code
    return UUID(str(found))


async def _known_to_notify(desk: Any, person_id: UUID) -> None:
    async def known() -> bool:
        _, key = reader()
        return bool((await desk.ask(notify.AskPersonData(person_id=person_id, reply_key=key))).held)

    await kit.eventually(known, 20.0)


def test_a_credential_shows_itself_to_nobody() -> None:
    import copy
    import pickle

    credential = Credential("secret-token")
    context = Context(
        id=uuid4(), now=datetime.now(UTC), time=datetime.now(UTC), association="x", sender="desk",
        sender_association="x", correlation=uuid4(), actor="c-1", role="coordinator", credential=credential,
    )  # fmt: skip
    assert "secret" not in f"{credential!r} {credential} {context!r} {context} {vars(context)}"
    for copied in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            copied(credential)
    assert credential.reveal() == "secret-token"


async def test_an_order_never_carries_a_credential(here: Intake) -> None:
    """Only a question may be asked on behalf of somebody: an order may lie for days, and a token is not kept."""
    from nats.aio.msg import Msg

    from lotse_contracts.answers import TOKEN_HEADER
    from lotse_contracts.envelope import envelope_of, to_json

    at = here.service.now()
    token = issue_token(
        Staff("c-1", "coordinator"), here.token_key, association=kit.ASSOCIATION, at=at, lifetime=timedelta(hours=1)
    )
    for message, carried in (
        (intake.BeginErasure(person_id=uuid4()), False),
        (intake.AskSeenBy(person_id=uuid4()), True),
        (intake.AskOwnSeenBy(receipt_code="0" * 26, pin=PIN), False),
    ):
        envelope = envelope_of(message, id=uuid4(), association=kit.ASSOCIATION, sender="desk", time=at)
        raw = Msg(None, data=to_json(envelope), headers={TOKEN_HEADER: token})  # type: ignore[arg-type]
        _, context = here.service.reader.read(raw, type(message), at)
        assert (context.credential is not None) == carried


def test_every_other_service_is_asked() -> None:
    assert access.ASKED == (referral.AskPersonData, notify.AskPersonData, ledger.AskPersonData)
