"""Access as it travels: sealed to the asker, over HTTP where it is larger, under her token to all four services."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis import links
from lotse_chassis.context import Context, Credential
from lotse_chassis.identity import Staff, issue_token
from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.intake import ContactPoint, SubjectAccessDocument
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_intake.handlers import access
from tests import kit
from tests.conftest import ServiceRunner
from tests.intake.given import MAIL, NAME, PIN, TEXT, Intake, enquiry, known_person, only
from tests.intake.test_conversations import answer
from tests.intake.test_running import frontend


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
    assert {tuple(row) for row in seen} == {("w-1", "coordinator")}
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
        sender_association="x", correlation=uuid4(), actor="w-1", role="coordinator", credential=credential,
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
        Staff("w-1", "coordinator"), here.token_key, association=kit.ASSOCIATION, at=at, lifetime=timedelta(hours=1)
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
