"""From a consent to an office's answer over a real broker: intake releases, referral keeps, notify mails."""

import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from lotse_chassis.service import Service
from lotse_contracts import intake, referral
from lotse_contracts.intake import ConsentTerms, ContactPoint, PersonFields
from lotse_contracts.sealed import decode, seal
from lotse_referral.domain.directory import identifier
from tests import kit
from tests.conftest import ServiceRunner
from tests.intake.test_running import Frontend, frontend
from tests.notify.mailserver import MailServer

NAME = "Canary Шевченко"
EMAIL = "kontakt@jobcenter.example.org"
SERVICE_ID = identifier("service", "jobcenter-dresden")
SECONDS = 40.0


@pytest.fixture
async def mailserver() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


async def registered(desk: Frontend) -> UUID:
    person_id = uuid4()
    key = decode((await desk.ask(intake.AskSealingKey())).public_key)
    fields = PersonFields(identity={"name": NAME}, contact=ContactPoint(kind="sms", value="+491701234567"))
    plain = fields.model_dump_json(exclude_none=True).encode()
    sealed = seal(plain, key, type_name=intake.RegisterPerson.type_name(), key=str(person_id))
    order = intake.RegisterPerson(person_id=person_id, languages=("uk",), fields=sealed)
    assert (await desk.order(order)).accepted
    return person_id


async def consented(desk: Frontend, person_id: UUID) -> UUID:
    """A disclosure to this service, and the release from secrecy that it needs."""
    terms = [
        ConsentTerms(
            consent_id=uuid4(),
            kind=kind,
            recipient=str(SERVICE_ID),
            purpose="referral",
            codes=("benefits",),
            field_groups=("identity",),
            method="written",
            text_version=f"{kind.replace('_', '-')}-2026-11",
            text_language="uk",
        )
        for kind in ("disclosure", "secrecy_release")
    ]
    answer = await desk.order(intake.GiveConsents(person_id=person_id, consents=tuple(terms)))
    assert answer.accepted, answer.problem
    return terms[0].consent_id


async def sent(desk: Frontend, person_id: UUID, consent_id: UUID) -> UUID:
    concern_id, referral_id = uuid4(), uuid4()
    order = referral.ProposeServices(
        concern_id=concern_id, case_id=uuid4(), person_id=person_id, code="benefits", language="uk"
    )
    assert (await desk.order(order)).accepted
    answer = await desk.order(
        referral.SendReferral(
            referral_id=referral_id,
            concern_id=concern_id,
            person_id=person_id,
            service_id=SERVICE_ID,
            mode="link",
            consent_id=consent_id,
            field_groups=("identity",),
        )
    )
    assert answer.accepted, answer.problem
    return referral_id


async def accept(service: Service, link: str) -> str:
    """What a browser does; returns the page after the answer."""
    base = f"http://127.0.0.1:{service.settings.http_port}"
    async with httpx.AsyncClient(base_url=base, follow_redirects=True) as office:
        page = (await office.post(f"{link}/open")).text
        assert NAME in page
        found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("token", "form")}
        form = {name: match.group(1) for name, match in found.items() if match}
        return (await office.post(f"{link}/answer", data={**form, "action": "accept"})).text


async def test_from_her_consent_to_the_offices_answer(
    run_service: ServiceRunner, broker: kit.Broker, mailserver: MailServer
) -> None:
    await run_service("intake")
    service = await run_service("referral")
    await run_service("notify", smtp_port=mailserver.port, drafts_allowed=True)
    with psycopg.connect(service.settings.database_url) as connection:
        connection.execute("UPDATE service SET email = %s WHERE id = %s", (EMAIL, SERVICE_ID))
    async with frontend(broker, "desk") as desk:
        person_id = await registered(desk)
        referral_id = await sent(desk, person_id, await consented(desk, person_id))
        (mail,) = await kit.eventually(lambda: mailserver.taken, SECONDS)
        assert mail.recipient == EMAIL
        assert NAME not in mail.mail.get_content()
        link = re.search(r"/l/[0-9A-Z]{26}", mail.mail.get_content())
        assert link
        assert "zugesagt" in await accept(service, link.group(0))
        told = await desk.ask(referral.AskReferralActions(referral_id=referral_id))
        assert told.state == "accepted"
