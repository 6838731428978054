"""A database of the release before, filled in every state, is brought to the present shape and worked with."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_chassis import links, migrate
from lotse_contracts import intake, ledger, notify
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_contracts.person import receipt_digest
from lotse_intake.handlers import retention
from lotse_intake.migrations import MIGRATIONS, RIGHTS, first
from lotse_intake.providers.content import encrypted_fields, said_in
from tests.intake.given import Intake, built, kinds
from tests.intake.test_conversations import answer
from tests.intake.test_retention import office_of
from tests.kit import Postgres

AT = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
STATES = ("received", "answered", "accepted", "referred", "closed")
ROLE = "chassis"  # the database of the tests that has the chassis's tables alone


class Former:
    """The ids of what the former release had written, by the state of the concern."""

    def __init__(self) -> None:
        self.persons = {state: uuid4() for state in STATES}
        self.enquiries = {state: uuid4() for state in STATES}
        self.concerns = {state: uuid4() for state in STATES}
        self.erasing, self.erased = uuid4(), uuid4()


@pytest.fixture
async def former(postgres: Postgres, tmp_path: Path) -> AsyncIterator[tuple[Intake, Former]]:
    database = postgres.database(ROLE)
    migrate.migrate(database.owner_url, ROLE, first.MIGRATIONS, {})
    here, held = built(database, tmp_path), Former()
    with psycopg.connect(database.owner_url) as connection:
        for state in STATES:
            _write(here, connection, held, state)
        _write_erasures(connection, held)
    migrate.migrate(database.owner_url, ROLE, MIGRATIONS, RIGHTS)
    yield here, held
    await here.service.engine.dispose()
    postgres.drop(database)


def _write(here: Intake, connection: psycopg.Connection[Any], held: Former, state: str) -> None:
    """A person with everything that there was: enquiry, text, case, concern, referral, contact, consents, file."""
    person, enquiry, case, concern = held.persons[state], held.enquiries[state], uuid4(), held.concerns[state]
    here.keys.create(person)
    named = PersonFields(identity={"name": "Олена"}, contact=ContactPoint(kind="email", value="o@example.org"))
    fields, text = encrypted_fields(here.keys, person, named), here.keys.encrypt(person, said_in(enquiry), b"text")
    run = connection.execute
    came_by = uuid4() if state == "accepted" else None
    run(
        "INSERT INTO person VALUES (%s,1,'{uk}',%s,'email',1,true,true,false,false,%s,%s)",
        (person, fields, came_by, AT),
    )
    receipt = links.digest_of(links.new_code()[0])
    run(
        "INSERT INTO enquiry VALUES (%s,%s,1,%s,NULL,'web','f','uk','{}','normal',NULL,0,'1',%s,%s,%s)",
        (enquiry, person, receipt, int(state == "answered"), AT, AT),
    )
    run("INSERT INTO entry (enquiry_id,said_by,at,content) VALUES (%s,'person',%s,%s)", (enquiry, AT, text))
    run("INSERT INTO case_file VALUES (%s,%s,1,%s)", (case, person, AT))
    run(
        "INSERT INTO concern VALUES (%s,%s,%s,%s,1,'residence',false,%s,'normal','uk','web',%s,%s)",
        (concern, enquiry, case, person, state, AT, AT + timedelta(days=2)),
    )
    if state in ("referred", "closed"):
        run("INSERT INTO heard_referral VALUES (%s,%s,%s)", (uuid4(), concern, state == "closed"))
    run("INSERT INTO contact VALUES (%s,%s,%s,10,'phone','information','uk',false,'{}')", (uuid4(), person, AT))
    consent = uuid4()
    run(
        "INSERT INTO consent VALUES (%s,%s,'disclosure','plattform','advice','{residence}','{identity}','written','1',"
        "'uk',%s,NULL)",
        (consent, person, AT),
    )
    run("INSERT INTO consent_withdrawal VALUES (%s,'2026-11-11','w-1')", (consent,))
    run("INSERT INTO field_release VALUES (%s,%s,%s,'plattform','{identity}','aa',%s)", (uuid4(), person, consent, AT))
    run("INSERT INTO attachment VALUES (%s,'x',%s,'image/jpeg',10,%s,%s)", (uuid4(), enquiry, AT, AT))


def _write_erasures(connection: psycopg.Connection[Any], held: Former) -> None:
    """One under way, one that was confirmed and is to be purged."""
    run = connection.execute
    run(
        "INSERT INTO person VALUES (%s,1,'{uk}',NULL,'none',1,false,true,false,true,NULL,%s)",
        (held.erasing, AT),
    )
    run("INSERT INTO erasure VALUES (%s,%s,'co-1',NULL), (%s,%s,'co-1',%s)", (held.erasing, AT, held.erased, AT, AT))
    for person_id, services in ((held.erasing, ("referral",)), (held.erased, ("intake", "referral"))):
        for service in services:
            run("INSERT INTO erasure_receipt VALUES (%s,%s,%s,%s)", (person_id, service, "a" * 64, AT))
    run(
        "INSERT INTO timer (kind,key,id,due_at,payload,state,attempts) VALUES ('purge',%s,%s,%s,%s,'waiting',0)",
        (f"purge-{held.erased}", uuid4(), AT, json.dumps({"person_id": str(held.erased)})),
    )
    run("INSERT INTO publication VALUES ('2026-10','{\"by_channel\": {}, \"by_code\": {}}',%s)", (AT,))


async def test_every_concern_stands_where_it_stood_with_the_clock_that_it_would_have(
    former: tuple[Intake, Former],
) -> None:
    here, held = former
    stands = {row[0]: row[1:] for row in here.rows("SELECT concern_id, state, clock FROM concern")}
    assert {state: stands[held.concerns[state]] for state in STATES} == {
        "received": ("received", "look"),
        "answered": ("answered", None),
        "accepted": ("accepted", "assignment"),
        "referred": ("referred", "look_again"),
        "closed": ("resolved", None),
    }
    assert {UUID(key) for (key,) in here.rows("SELECT key FROM timer WHERE kind = 'concern'")} == {
        held.concerns[state] for state in ("received", "accepted", "referred")
    }
    assert len((await here.ask(intake.AskInbox(view="open"))).entries) == 3
    assert "evt intake.enquiry-answered" in kinds(await here.hear(answer(here, held.enquiries["received"])))


async def test_an_erasure_that_was_under_way_ends_and_everybody_else_can_be_forgotten(
    former: tuple[Intake, Former],
) -> None:
    here, held = former
    for person_id in (held.erasing, *held.persons.values()):
        await here.hear(intake.BeginErasure(person_id=person_id, identity="known_in_person"), actor="co-1")
        await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    digest = receipt_digest(held.erasing, (), ())
    told: dict[str, Any] = {"person_id": held.erasing, "counts": (), "kept": (), "digest": digest}
    assert kinds(await here.hear(notify.PersonErased(**told), actor=None)) == []
    said = await here.hear(ledger.PersonErased(**told), actor=None)
    assert kinds(said) == ["evt intake.erasure-confirmed"]
    for person_id in (held.erasing, held.erased):
        state = await here.ask(intake.AskErasure(person_id=person_id), actor="co-1")
        assert (state.state, state.due_at) == ("confirmed", None)
    assert here.counts()["person"] == 0


async def test_what_is_held_is_planned_for_counted_and_shown(former: tuple[Intake, Former]) -> None:
    here, _ = former
    async with here.service.engine.begin() as tx:
        due = await retention.planned(office_of(here), here.now, tx)
    assert {one.rule for one in due} >= {"project_end", "free_text"}
    here.now = datetime(2026, 12, 2, tzinfo=UTC)
    for period in ("2026-10", "2026-11"):
        assert kinds(await here.hear(intake.PublishStatistics(period=period), actor="co-1"))
