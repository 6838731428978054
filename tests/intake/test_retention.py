"""Retention against the tables: the dry run says it, the night takes it, and nothing else goes."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_chassis import links
from lotse_chassis.settings import SettingsInvalid
from lotse_chassis.timers import Timer
from lotse_contracts import intake
from lotse_contracts.intake import PersonFields
from lotse_intake.domain.retention import Due, day_of, starts_at
from lotse_intake.handlers import retention
from lotse_intake.providers.office import Office
from lotse_intake.store import retention as kept
from tests.intake.consenting import consent
from tests.intake.given import NAME, Intake, built, enquiry, known_person, only, registration
from tests.intake.test_conversations import answer
from tests.intake.test_rights_of_persons import hold, restriction
from tests.kit import ServiceDatabase

LATER = timedelta(days=15)


def office_of(here: Intake) -> Office:
    found: Office = here.service.answerers[intake.AskPersonData].args[0]  # type: ignore[attr-defined]
    return found


async def planned(here: Intake) -> list[Due]:
    async with here.service.engine.begin() as tx:
        return await retention.planned(office_of(here), here.now, tx)


async def night(here: Intake) -> list[Any]:
    """The timer fires until a run is over; returns what is said."""
    said: list[Any] = []
    payload: dict[str, Any] = {}
    while True:
        timer = Timer("retention", "nightly", here.now, payload, uuid4(), 1, None)
        async with here.service.engine.begin() as tx:
            page = await here.service.timer_handlers["retention"](timer, here.context(), tx)
            await here.service.stage(tx, here.context(), page)
        said += page
        if any(isinstance(message, intake.RetentionRun) for message in page):
            return said
        ((payload,),) = here.rows("SELECT payload FROM timer WHERE kind = 'retention'")


def taken(said: list[Any]) -> Counter[str]:
    return Counter({one.rule: one.count for one in only(said, intake.RetentionRun).counts})


async def answered(here: Intake, **changed: Any) -> tuple[UUID, UUID]:
    """Person and enquiry of somebody who was answered."""
    code, _ = links.new_code()
    order = enquiry(here, code=code, **changed)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    await here.hear(answer(here, order.enquiry_id))
    return person_id, order.enquiry_id


def closed(here: Intake, person_id: UUID, at: datetime) -> None:
    """Her case is closed since then, and so are her concerns."""
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute(
            "UPDATE concern SET state = 'resolved', clock = NULL, ended_at = %s WHERE person_id = %s", (at, person_id)
        )
        connection.execute(
            "UPDATE case_file SET phase = 'closed', closed_at = %s, closure_reason = 'x' WHERE person_id = %s",
            (at, person_id),
        )


async def test_an_anonymous_answered_enquiry_goes_after_fourteen_days_and_others_stay(here: Intake) -> None:
    goes, _ = await answered(here, name="")
    named, _ = await answered(here)
    waiting = await known_person(here, name="")
    here.now += LATER - timedelta(days=1)
    assert taken(await night(here)) == Counter()
    here.now += timedelta(days=1)
    said = await night(here)
    assert {fact.person_id for fact in said if isinstance(fact, intake.ErasureBegun)} == {goes}
    assert taken(said)["anonymous_enquiry"] == 1
    frozen = dict(here.rows("SELECT person_id, frozen FROM person"))
    assert frozen == {goes: True, named: False, waiting: False}
    assert here.rows("SELECT begun_by, identity FROM erasure") == [("retention:anonymous_enquiry", None)]


async def test_she_writes_again_and_the_fourteen_days_begin_anew(here: Intake) -> None:
    person_id, enquiry_id = await answered(here, name="")
    here.now += timedelta(days=10)
    await here.hear(answer(here, enquiry_id))
    here.now += timedelta(days=10)
    assert not [fact for fact in await night(here) if isinstance(fact, intake.ErasureBegun)]
    here.now += timedelta(days=5)
    assert [fact.person_id for fact in await night(here) if isinstance(fact, intake.ErasureBegun)] == [person_id]


async def test_free_text_without_consent_goes_after_fourteen_days_and_newer_text_stays(here: Intake) -> None:
    _, enquiry_id = await answered(here)
    consented, _ = await answered(here)
    await here.hear(
        consent(consented, kind="special_categories", codes=(), field_groups=(), method="oral_witnessed", witness="w-2")
    )
    here.now += timedelta(days=3)
    await here.hear(answer(here, enquiry_id, "canary-new"))
    here.now += timedelta(days=12)
    assert taken(await night(here))["free_text"] == 2
    left = Counter(row[0] for row in here.rows("SELECT enquiry_id FROM entry"))
    assert left[enquiry_id] == 1
    assert sum(left.values()) == 3
    assert here.counts()["enquiry"] == 2


async def test_a_closed_case_goes_after_ninety_days_its_files_after_thirty(here: Intake) -> None:
    person_id, enquiry_id = await answered(here)
    file = uuid4()
    here.rows(
        "INSERT INTO attachment (attachment_id, claim_sha256, enquiry_id, media_type, size_bytes, uploaded_at,"
        f" claimed_at) VALUES ('{file}', 'x', '{enquiry_id}', 'image/png', 1, now(), now()) RETURNING 1"
    )
    assert here.settings.attachments_folder
    (here.settings.attachments_folder / f"{file}.file").write_bytes(b"x")
    end = here.now
    closed(here, person_id, end)
    here.now = end + timedelta(days=30)
    assert taken(await night(here))["letter_file"] == 0
    here.now = end + timedelta(days=31)
    assert taken(await night(here))["letter_file"] == 1
    assert not (here.settings.attachments_folder / f"{file}.file").exists()
    here.now = end + timedelta(days=90)
    assert not [fact for fact in await night(here) if isinstance(fact, intake.ErasureBegun)]
    here.now = end + timedelta(days=91)
    assert [fact.person_id for fact in await night(here) if isinstance(fact, intake.ErasureBegun)] == [person_id]


async def test_a_case_opened_again_in_between_stays(here: Intake) -> None:
    person_id, _ = await answered(here)
    end = here.now
    closed(here, person_id, end)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE case_file SET phase = 'steering', closed_at = NULL, closure_reason = NULL")
    here.now = end + timedelta(days=100)
    assert not [fact for fact in await night(here) if isinstance(fact, intake.ErasureBegun)]


async def test_an_open_concern_keeps_a_case_that_says_it_is_closed(here: Intake) -> None:
    person_id = await known_person(here)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE case_file SET phase = 'closed', closed_at = now(), closure_reason = 'x'")
    here.now += timedelta(days=100)
    assert person_id not in {fact.person_id for fact in await night(here) if isinstance(fact, intake.ErasureBegun)}


async def test_nobody_stays_beyond_the_last_day_but_whoever_is_held_or_restricted(here: Intake) -> None:
    goes, held, restricted = [await known_person(here) for _ in range(3)]
    here.now = datetime(2027, 3, 30, 12, tzinfo=UTC)
    await here.hear(hold(here, held))
    await here.hear(restriction(restricted))
    said = await night(here)
    assert not [fact for fact in said if isinstance(fact, intake.ErasureBegun)]
    assert taken(said)["free_text"] == 1
    here.now = starts_at(office_of(here).retention.latest).astimezone(UTC)
    assert [fact.person_id for fact in await night(here) if isinstance(fact, intake.ErasureBegun)] == [goes]


async def test_merged_records_are_one_person_and_go_together_or_not_at_all(here: Intake) -> None:
    first, _ = await answered(here, name="")
    second, enquiry_id = await answered(here, name="")
    await here.hear(intake.MergePersons(merge_id=uuid4(), kept_id=first, person_id=second, reason="told_by_person"))
    here.now += timedelta(days=10)
    await here.hear(answer(here, enquiry_id))
    here.now += timedelta(days=6)
    assert not [fact for fact in await night(here) if isinstance(fact, intake.ErasureBegun)]
    here.now += timedelta(days=10)
    gone = {fact.person_id for fact in await night(here) if isinstance(fact, intake.ErasureBegun)}
    assert gone == {first, second}


async def test_the_dry_run_says_what_will_go_and_takes_nothing(here: Intake) -> None:
    person_id, enquiry_id = await answered(here, name="")
    before = here.counts()
    found = {(one.rule, one.object_id, one.due_on.isoformat()) for one in await planned(here)}
    assert found == {
        ("anonymous_enquiry", person_id, "2026-12-10"),
        ("free_text", enquiry_id, "2026-12-10"),
        ("project_end", person_id, "2027-03-31"),
    }
    assert here.counts() == before


async def test_what_the_dry_run_names_for_today_is_what_the_night_takes(here: Intake) -> None:
    for number in range(6):
        await answered(here, name="" if number % 2 else NAME)
    here.now += LATER
    today = day_of(here.now)
    promised = {one.person_id for one in await planned(here) if one.due_on <= today and one.rule == "anonymous_enquiry"}
    said = await night(here)
    assert {fact.person_id for fact in said if isinstance(fact, intake.ErasureBegun)} == promised
    assert len(promised) == 3


async def test_a_run_goes_page_by_page_and_counts_all(here: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "PAGE_PERSONS", 2)
    for _ in range(5):
        await answered(here, name="")
    here.now += LATER
    assert taken(await night(here))["anonymous_enquiry"] == 5
    assert here.rows("SELECT count(*), max(counts::text) FROM retention_run")[0][0] == 1
    assert here.rows("SELECT payload FROM timer WHERE kind = 'retention'") == [({},)]


async def test_the_next_night_is_half_past_two_in_dresden(here: Intake) -> None:
    await night(here)
    ((due_at,),) = here.rows("SELECT due_at FROM timer WHERE kind = 'retention'")
    assert due_at == datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
    assert retention.next_night(datetime(2026, 7, 1, 0, 10, tzinfo=UTC)) == datetime(2026, 7, 1, 0, 30, tzinfo=UTC)


async def test_the_nightly_timer_is_set_once_and_never_moved(here: Intake) -> None:
    async with here.service.engine.begin() as tx:
        await retention.ensure_nightly(tx, here.now)
        await retention.ensure_nightly(tx, here.now + timedelta(days=3))
    assert here.rows("SELECT due_at FROM timer") == [(datetime(2026, 11, 26, 1, 30, tzinfo=UTC),)]


async def test_proofs_go_after_three_years_and_the_database_itself_refuses_to_go_earlier(here: Intake) -> None:
    person_id = await known_person(here)
    now = here.service.now()
    old, young = now - timedelta(days=1_200), now - timedelta(days=1_000)
    with psycopg.connect(here.database.owner_url) as connection:
        for ended in (old, young):
            given = uuid4()
            connection.execute(
                "INSERT INTO consent (consent_id, person_id, kind, recipient, purpose, codes, field_groups, method,"
                " text_version, text_language, given_at) VALUES (%s, %s, 'disclosure', 'x', 'x', '{}', '{}', 'written',"
                " 'x', 'uk', %s)",
                (given, person_id, ended),
            )
            connection.execute("INSERT INTO consent_withdrawal VALUES (%s, %s, 'person')", (given, ended))
            connection.execute(
                "INSERT INTO access_log (at, actor, role, action, object_kind, object_id, purpose)"
                " VALUES (%s, 'w-1', 'counsellor', 'read', 'person', 'x', 'old')",
                (ended,),
            )
    here.now = now
    counts = taken(await night(here))
    assert (counts["consent_proof"], counts["access_log"]) == (1, 1)
    async with here.service.engine.begin() as tx:
        assert await kept.forget_proofs(tx, now + timedelta(days=1), now + timedelta(days=1)) == (0, 0)
    assert here.rows("SELECT count(*) FROM consent_withdrawal") == [(1,)]
    assert here.rows("SELECT count(*) FROM access_log WHERE purpose = 'old'") == [(1,)]


async def test_the_service_cannot_delete_a_proof_whatever_it_tells_the_trigger(here: Intake) -> None:
    await here.hear(consent(await known_person(here)))
    with psycopg.connect(here.database.url, autocommit=True) as connection:
        connection.execute("SELECT set_config('lotse.forgetting', 'consent', false)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM consent")


async def test_the_fact_of_a_run_names_rules_and_numbers_only(here: Intake) -> None:
    person_id, _ = await answered(here, name="")
    here.now += LATER
    fact = only(await night(here), intake.RetentionRun)
    assert str(person_id) not in fact.model_dump_json()
    assert json.loads(fact.model_dump_json())["counts"]


async def test_whoever_is_known_by_a_group_of_fields_is_not_anonymous(here: Intake) -> None:
    person_id, _ = await answered(here, name="")
    await here.hear(registration(here, person_id, PersonFields(status={"value": "p24_title"})))
    here.now += LATER
    assert not [fact for fact in await night(here) if isinstance(fact, intake.ErasureBegun)]


async def test_rules_of_the_association_are_taken_and_broken_ones_end_the_start(
    intakes_database: ServiceDatabase, tmp_path: Path
) -> None:
    shipped = json.loads((files("lotse_intake") / "data" / "retention.json").read_text())
    shipped["rules"][4]["days"] = 30
    (tmp_path / "own.json").write_text(json.dumps(shipped))
    own = built(intakes_database, tmp_path, retention_file=tmp_path / "own.json")
    assert office_of(own).retention.rules["closed_case"].days == 30
    await own.service.engine.dispose()
    (tmp_path / "own.json").write_text(json.dumps({**shipped, "rules": shipped["rules"][1:]}))
    with pytest.raises(SettingsInvalid, match="LOTSE_RETENTION_FILE"):
        built(intakes_database, tmp_path, retention_file=tmp_path / "own.json")
