"""Who belongs to whom is the same from both sides, and goes with either of them."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_intake.store import kin
from tests.intake.casework import CHIEF, content, given, owned
from tests.intake.given import Intake, kinds, known_person


async def two(here: Intake) -> tuple[UUID, UUID]:
    return await known_person(here), await known_person(here)


def link(person_id: UUID, kind: Any, other_id: UUID) -> intake.LinkPersons:
    return intake.LinkPersons(link_id=uuid4(), person_id=person_id, other_id=other_id, kind=kind)


async def test_each_side_hears_its_own_and_no_fact_names_both(here: Intake) -> None:
    mother, child = await two(here)
    said = await given(here, link(child, "child_of", mother))
    facts = {fact.person_id: fact for fact in said}
    assert {person_id: fact.kind for person_id, fact in facts.items()} == {mother: "parent_of", child: "child_of"}
    for person_id, other_id in ((mother, child), (child, mother)):
        assert str(other_id) not in facts[person_id].model_dump_json()


async def test_told_again_from_either_side_it_changes_nothing(here: Intake) -> None:
    mother, child = await two(here)
    await given(here, link(mother, "parent_of", child))
    before = here.counts()
    for again in (link(mother, "parent_of", child), link(child, "child_of", mother)):
        assert await given(here, again) == []
    assert here.counts() == before


async def test_a_case_shows_the_links_from_her_side(here: Intake) -> None:
    case = await owned(here)
    other = await known_person(here)
    await given(here, link(other, "guardian_of", case.person_id))
    await given(here, link(case.person_id, "household", other))
    found = {(one.kind, one.other_id) for one in (await content(here, case)).links}
    assert found == {("ward_of", other), ("household", other)}


async def test_guardians_and_households_are_found(here: Intake) -> None:
    mother, child = await two(here)
    aunt = await known_person(here)
    await given(here, link(child, "ward_of", mother))
    await given(here, link(child, "household", mother))
    await given(here, link(aunt, "household", mother))
    async with here.service.engine.begin() as tx:
        assert await kin.guardians_of(tx, child) == {mother}
        assert await kin.guardians_of(tx, mother) == frozenset()
        assert await kin.household_of(tx, aunt) == {mother, child, aunt}


async def test_what_cannot_be_true_together_is_refused(here: Intake) -> None:
    mother, child = await two(here)
    await given(here, link(mother, "parent_of", child))
    for wrong in (link(child, "parent_of", mother), link(child, "spouse", mother), link(mother, "ward_of", child)):
        with pytest.raises(Refused, match="link_contradicts"):
            await given(here, wrong)
    with pytest.raises(Refused, match="same_person"):
        await given(here, link(mother, "spouse", mother))
    for stranger in (link(mother, "spouse", uuid4()), link(uuid4(), "spouse", mother)):
        with pytest.raises(Refused, match="unknown_person"):
            await given(here, stranger)


async def test_both_told_at_once_from_both_sides_are_one_link(here: Intake) -> None:
    for _ in range(10):
        one, other = await two(here)
        said = await asyncio.gather(given(here, link(one, "sibling", other)), given(here, link(other, "sibling", one)))
        assert sorted(len(facts) for facts in said) == [0, 2]


async def test_contradictions_told_at_once_do_not_both_stand(here: Intake) -> None:
    for _ in range(10):
        one, other = await two(here)
        found = await asyncio.gather(
            given(here, link(one, "parent_of", other)),
            given(here, link(other, "parent_of", one)),
            return_exceptions=True,
        )
        assert [fault.code for fault in found if isinstance(fault, Refused)] == ["link_contradicts"]


async def test_a_link_ends_from_either_side_and_once(here: Intake) -> None:
    mother, child = await two(here)
    order = link(mother, "parent_of", child)
    await given(here, order)
    with pytest.raises(Refused, match="unknown_link"):
        await given(here, intake.UnlinkPersons(link_id=order.link_id, person_id=await known_person(here)))
    end = intake.UnlinkPersons(link_id=order.link_id, person_id=child)
    assert kinds(await given(here, end)) == ["evt intake.person-unlinked"] * 2
    assert await given(here, end) == []


async def test_a_link_goes_with_either_of_its_persons(here: Intake) -> None:
    for goes in (0, 1):
        pair = await two(here)
        await given(here, link(pair[0], "spouse", pair[1]))
        await given(here, intake.BeginErasure(person_id=pair[goes]), CHIEF)
        await here.hear(intake.ErasePerson(person_id=pair[goes]), actor=None)
        assert here.counts()["person_link"] == 0
        assert here.rows(f"SELECT count(*) FROM person WHERE person_id = '{pair[1 - goes]}'") == [(1,)]


async def test_her_document_says_how_she_is_linked_and_not_to_whom(here: Intake) -> None:
    from tests.intake.test_persons import person_data

    mother, child = await two(here)
    await given(here, link(mother, "parent_of", child))
    whole = await person_data(here, child)
    (shown,) = whole["person_link"]
    assert shown["kind"] == "parent_of"
    assert shown["person_id"] == {"withheld": "third_person"}
    assert str(mother) not in str(whole)


async def test_two_records_of_one_person_are_no_kin_and_show_each_others_cases_and_links(here: Intake) -> None:
    case = await owned(here)
    other = await owned(here)
    child = await known_person(here)
    await given(here, link(other.person_id, "parent_of", child))
    merge = intake.MergePersons(
        merge_id=uuid4(), kept_id=case.person_id, person_id=other.person_id, reason="documents_seen"
    )
    await given(here, merge)
    with pytest.raises(Refused, match="same_person"):
        await given(here, link(case.person_id, "sibling", other.person_id))
    shown = await content(here, case)
    assert [(one.kind, one.other_id) for one in shown.links] == [("parent_of", child)]
    assert shown.other_cases == (other.case_id,)
