"""Matching on the real service: what was told is kept, refusals lead on, gaps are told once, changes are seen."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from lotse_contracts.referral import (
    AskSuggestions,
    EarlierDecline,
    ErasePerson,
    GapFound,
    NamedCandidate,
    NeedFacts,
    ProposeServices,
    ServicesProposed,
    SuggestionsAnswer,
)
from lotse_referral.domain.directory import identifier
from lotse_referral.domain.telling import ABOUT_HER
from tests.kit import ServiceDatabase
from tests.referral.desk import Desk, Person, only

JOBCENTER = identifier("service", "jobcenter-dresden")
FACTS = NeedFacts(languages=("uk", "ru"), status="asylum_pending", age=34, district="Prohlis")
CLOSED = """INSERT INTO referral (referral_id, direction, mode, service_id, language, urgency, created_at, changed_at,
 state, version, codes, person_id, concern_id, field_groups, fields_left, outcome, confirmed_by)
 VALUES (%s, 'out', 'self', %s, 'uk', 'normal', now(), now(), 'completed', 1, '{benefits}', %s, %s, '{}', false,
 'need_met', 'person')"""
Databases = tuple[ServiceDatabase, ServiceDatabase]


def asked(person: Person, facts: NeedFacts | None = FACTS, **changed: Any) -> ProposeServices:
    given = {"code": person.code, "language": "uk", "facts": facts} | changed
    ids = {"concern_id": person.concern_id, "case_id": person.case_id, "person_id": person.person_id}
    return ProposeServices.model_validate(ids | given)


async def answer(desk: Desk, person: Person) -> SuggestionsAnswer:
    found: SuggestionsAnswer = await desk.asks(AskSuggestions(concern_id=person.concern_id))
    return found


def jobcenter(found: SuggestionsAnswer) -> NamedCandidate:
    return next(one for one in found.candidates if one.service_id == JOBCENTER)


async def test_a_rule_of_law_is_for_the_desk_and_not_in_the_fact(desk: Desk) -> None:
    person = Person(code="benefits")
    said = only(ServicesProposed, await desk.hears(asked(person, sub_code="sgb2")))
    found = await answer(desk, person)
    assert jobcenter(found).eligible == "false"
    (no,) = [rule for rule in jobcenter(found).rules if rule.value == "false"]
    assert (no.rule, no.else_go) == ("sgb2_asylum", "asylblg")
    assert any("Asylbewerberleistungsgesetz" in one.name for one in found.candidates[:3])
    assert not any(ABOUT_HER & set(candidate.warnings) for candidate in said.candidates)
    assert "sgb2_asylum" not in said.model_dump_json()


async def test_what_was_told_is_kept_until_something_else_is_told(desk: Desk) -> None:
    person = Person(code="benefits")
    await desk.hears(asked(person, sub_code="sgb2"))
    await desk.hears(person.accepted(sub_code="sgb2", languages=("ru",)))
    assert jobcenter(await answer(desk, person)).eligible == "false"
    (held,) = await desk.rows("concern")
    assert held["facts"] == {"languages": ["ru"], "status": "asylum_pending", "age": 34, "district": "Prohlis"}
    await desk.hears(asked(person, facts=None, sub_code="sgb2"))
    assert jobcenter(await answer(desk, person)).eligible == "false"
    await desk.hears(asked(person, facts=NeedFacts(status="refugee"), sub_code="sgb2"))
    assert jobcenter(await answer(desk, person)).eligible == "unknown"


async def test_the_question_that_would_decide_comes_in_four_languages(desk: Desk) -> None:
    person = Person(code="benefits")
    await desk.hears(asked(person, facts=NeedFacts(languages=("uk",)), sub_code="sgb2"))
    question = (await answer(desk, person)).question
    assert question is not None
    assert question.field in NeedFacts.model_fields
    assert all(len(text) > 10 for text in (question.uk, question.ru, question.de, question.en))


async def test_looking_at_suggestions_is_in_the_access_log(desk: Desk) -> None:
    person = Person(code="benefits")
    await desk.hears(person.accepted())
    await answer(desk, person)
    async with desk.service.engine.connect() as tx:
        seen = await tx.exec_driver_sql("SELECT object_id, purpose FROM access_log")
        assert (str(person.concern_id), "suggestions") in {tuple(row) for row in seen}


async def test_a_refusal_leads_to_a_match_without_that_service(desk: Desk, both_databases: Databases) -> None:
    person = Person(code="school")
    await desk.hears(person.accepted())
    best = (await answer(desk, person)).candidates[0]
    await desk.hears(person.sent(best.service_id))
    with psycopg.connect(both_databases[0].owner_url) as owner:
        owner.execute("UPDATE referral SET state = 'declined', reason = 'wrong_service'")
    said = only(ServicesProposed, await desk.hears(asked(person, facts=None)))
    assert best.service_id not in {candidate.service_id for candidate in said.candidates}
    excluded = {one.service_id: one for one in (await answer(desk, person)).excluded}
    assert (excluded[best.service_id].rule, excluded[best.service_id].because) == ("declined_for_good", "wrong_service")


async def test_what_was_told_of_another_refusal_counts_as_well(desk: Desk) -> None:
    person = Person(code="benefits")
    told = (EarlierDecline(service_id=JOBCENTER, reason="not_eligible"),)
    await desk.hears(
        asked(person, facts=NeedFacts(declined_by=told, status="p24_title", first_title="after"), sub_code="sgb2")
    )
    found = await answer(desk, person)
    assert JOBCENTER in {one.service_id for one in found.excluded}
    assert any("Asylbewerberleistungsgesetz" in one.name for one in found.candidates[:3])


async def test_a_gap_is_told_once_for_a_concern_and_code_and_names_nobody(desk: Desk) -> None:
    person = Person(code="legal")
    gap = only(GapFound, await desk.hears(asked(person, facts=None, sub_code="criminal")))
    assert (gap.code, gap.language) == ("criminal", "uk")
    found = await answer(desk, person)
    assert found.gap
    assert "fallback_orientation" in found.candidates[0].warnings
    for sub_code in ("criminal", "consumer", "criminal", "consumer"):
        await desk.hears(asked(person, facts=None, sub_code=sub_code))
    rows = await desk.rows("gap")
    assert sorted((row["code"], row["language"], row["month"]) for row in rows) == [
        ("consumer", "uk", "2026-11"),
        ("criminal", "uk", "2026-11"),
    ]
    assert all(set(row) == {"gap_id", "code", "language", "month"} for row in rows)
    assert str(person.concern_id) not in repr(rows)


@pytest.fixture
def restored(both_databases: Databases) -> Any:
    """A change of the directory is taken back for the tests that come after."""
    yield
    with psycopg.connect(both_databases[0].owner_url) as owner:
        owner.execute("UPDATE service_extension SET association = 'auslaenderrat' WHERE association = 'tauschverein'")
        owner.execute("UPDATE service SET status = 'active' WHERE id = %s", (JOBCENTER,))


@pytest.mark.usefixtures("restored")
async def test_a_changed_directory_is_read_again_at_once(desk: Desk, both_databases: Databases) -> None:
    person = Person(code="benefits")
    await desk.hears(person.accepted(sub_code="sgb2"))
    assert JOBCENTER in {one.service_id for one in (await answer(desk, person)).candidates}
    with psycopg.connect(both_databases[0].owner_url) as owner:
        owner.execute("UPDATE service SET status = 'inactive' WHERE id = %s", (JOBCENTER,))
    await desk.hears(asked(person, facts=None, sub_code="sgb2"))
    excluded = {one.service_id: one.rule for one in (await answer(desk, person)).excluded}
    assert excluded[JOBCENTER] == "not_active"


@pytest.mark.usefixtures("restored")
async def test_whose_service_it_is_changes_nothing(desk: Desk, both_databases: Databases) -> None:
    """Own offers are not favoured: handed to somebody else, each keeps its place and its points."""
    person = Person(code="orientation")

    async def ranked() -> list[tuple[UUID, int]]:
        await desk.hears(asked(person, facts=None))
        return [(one.service_id, one.score) for one in (await answer(desk, person)).candidates]

    before = await ranked()
    with psycopg.connect(both_databases[0].owner_url) as owner:
        owner.execute("UPDATE service_extension SET association = 'tauschverein' WHERE association = 'auslaenderrat'")
    assert await ranked() == before


async def test_outcomes_of_our_own_are_read_again_after_an_hour(desk: Desk, both_databases: Databases) -> None:
    person = Person(code="benefits")
    await desk.hears(person.accepted(sub_code="sgb2"))

    async def evidence() -> str:
        await desk.hears(asked(person, facts=None, sub_code="sgb2"))
        factors = jobcenter(await answer(desk, person)).factors
        return next(factor.because for factor in factors if factor.factor == "evidence")

    with psycopg.connect(both_databases[0].owner_url) as owner:
        for number in range(12):
            owner.execute(CLOSED, (UUID(int=number), JOBCENTER, UUID(int=7), UUID(int=8)))
    assert await evidence() == "outcomes_unknown"
    desk.now += timedelta(hours=1)
    assert await evidence() == "outcomes_known"


async def test_an_erased_person_is_matched_no_more(desk: Desk) -> None:
    person = Person(code="benefits")
    await desk.hears(person.accepted())
    await desk.hears(ErasePerson(person_id=person.person_id))
    assert await desk.rows("concern") == []
    assert await desk.hears(person.accepted(version=9)) == []
    assert not (await answer(desk, person)).matched
