"""Who may be known here already: suspected once, and decided on by a member of staff."""

from uuid import UUID, uuid4

from lotse_contracts import intake
from lotse_contracts.intake import (
    ContactPoint,
    DismissDuplicate,
    DuplicateSuspected,
    PersonFields,
)
from lotse_contracts.referral import ReferralOffered
from lotse_intake.domain.matching import POINTS
from tests.intake.given import Intake, enquiry, known_person, registration, sealed_to
from tests.intake.looking import (
    BORN,
    NAME,
    PHONE,
    SAME_ONE,
    SOMEBODY,
    found,
    in_index,
    indexed,
    known_as,
    waiting,
)
from tests.intake.test_merges import merge, unmerge


async def test_who_comes_again_in_other_letters_is_suspected_once(here: Intake) -> None:
    first = await known_as(here, NAME, born=BORN)
    assert await indexed(here) == []
    second = await known_as(here, SAME_ONE, born=BORN, phone=PHONE)
    (said,) = await indexed(here)
    assert (said.person_id, said.band) == (second, "merge")
    assert {"surname_same", "given_same", "birth_date_same"} <= set(said.reasons)
    assert str(first) not in said.model_dump_json()
    assert set(said.reasons) <= POINTS.keys()
    (entry,) = (await waiting(here)).entries
    assert {entry.person_id, entry.other_id} == {first, second}
    assert (entry.pair_id, entry.score_percent, entry.band) == (said.pair_id, said.score_percent, said.band)
    await here.hear(registration(here, second, PersonFields(need_summary="sucht Wohnung")))
    assert await indexed(here) == []
    assert len((await waiting(here)).entries) == 1


async def test_an_enquiry_with_a_name_or_a_phone_is_looked_up_too(here: Intake) -> None:
    await known_as(here, NAME, born=BORN, phone=PHONE)
    await indexed(here)
    by_name = await known_person(here, name=SAME_ONE, contact=ContactPoint(kind="none"))
    (said,) = await indexed(here)
    assert (said.person_id, said.band) == (by_name, "look")
    by_phone = await known_person(here, name="Лена Канарейченко", contact=ContactPoint(kind="sms", value=PHONE))
    assert {(one.person_id, one.band) for one in await indexed(here)} == {(by_phone, "merge"), (by_phone, "look")}


async def test_who_comes_by_referral_is_looked_up_too(here: Intake) -> None:
    await known_as(here, NAME, born=BORN)
    await indexed(here)
    await here.hear(arriving(here, PersonFields(identity={"name": SAME_ONE, "birth_date": BORN})), actor=None)
    assert [one.band for one in await indexed(here)] == ["merge"]


def arriving(here: Intake, fields: PersonFields) -> intake.ReceivePerson:
    """Another association sends somebody."""
    referral_id = uuid4()
    return intake.ReceivePerson(
        referral_id=referral_id,
        sender="plattform",
        language="uk",
        codes=("housing",),
        fields=sealed_to(here.seal_key, fields, ReferralOffered, str(referral_id)),
    )


async def test_siblings_and_strangers_are_not_suspected(here: Intake) -> None:
    await known_as(here, NAME, born=BORN, phone=PHONE)
    await known_as(here, "Олександра Канарейченко", born=BORN, phone=PHONE)
    await known_as(here, SOMEBODY, born="1990-01-02")
    assert await indexed(here) == []
    assert (await waiting(here)).waiting == 0


async def test_no_enquiry_waits_for_the_search(here: Intake) -> None:
    await known_as(here, NAME, born=BORN)
    said = await here.hear(enquiry(here, name=SAME_ONE), actor=None)
    assert not [one for one in said if isinstance(one, DuplicateSuspected)]
    assert here.counts()["to_index"] == 2
    assert await in_index(here) == set()


async def test_a_corrected_name_is_found_by_the_new_one_and_not_by_the_old(here: Intake) -> None:
    person_id = await known_as(here, NAME)
    await indexed(here)
    await here.hear(registration(here, person_id, PersonFields(identity={"name": SOMEBODY})))
    await indexed(here)
    assert [one.person_id for one in (await found(here, name=SOMEBODY))[0].persons] == [person_id]
    assert (await found(here, name=NAME))[0].persons == ()


async def test_a_pair_that_no_longer_fits_is_shown_no_more(here: Intake) -> None:
    await known_as(here, NAME)
    second = await known_as(here, NAME)
    assert len(await indexed(here)) == 1
    await here.hear(registration(here, second, PersonFields(identity={"name": NAME, "birth_date": "2001-01-02"})))
    first = (await waiting(here)).entries[0]
    other = first.person_id if first.other_id == second else first.other_id
    await here.hear(registration(here, other, PersonFields(identity={"name": NAME, "birth_date": BORN})))
    assert await indexed(here) == []
    assert (await waiting(here)).entries == ()


# Deciding


async def test_a_dismissed_pair_is_never_asked_about_again(here: Intake) -> None:
    first = await known_as(here, NAME, born=BORN)
    second = await known_as(here, SAME_ONE, born=BORN)
    (said,) = await indexed(here)
    order = DismissDuplicate(pair_id=said.pair_id, person_id=first, reason="two_persons")
    told = await here.hear(order)
    assert {one.person_id for one in told if isinstance(one, intake.DuplicateDismissed)} == {first, second}
    assert await here.hear(order) == []
    assert (await waiting(here)).waiting == 0
    await here.hear(registration(here, second, PersonFields(identity={"name": NAME, "birth_date": BORN})))
    assert await indexed(here) == []
    assert (await waiting(here)).waiting == 0


async def test_pairs_of_one_group_wait_for_nobody_as_long_as_the_merge_stands(here: Intake) -> None:
    a, b, c = [await known_as(here, NAME, born=BORN) for _ in range(3)]
    await indexed(here)
    assert (await waiting(here)).waiting == 3
    await here.hear(first := merge(a, b))
    assert (await waiting(here)).waiting == 2
    await here.hear(merge(b, c))
    assert (await waiting(here)).waiting == 0
    await here.hear(unmerge(first))
    assert {(one.person_id, one.other_id) for one in (await waiting(here)).entries} == {
        tuple(sorted(pair)) for pair in ((a, b), (a, c))
    }
    assert (await waiting(here, b)).entries[0].pair_id in {one.pair_id for one in (await waiting(here, a)).entries}


async def test_what_joined_already_is_not_suspected_when_it_changes(here: Intake) -> None:
    a, b = await known_as(here, NAME), await known_as(here, SOMEBODY)
    await indexed(here)
    await here.hear(merge(a, b))
    await here.hear(registration(here, b, PersonFields(identity={"name": NAME})))
    assert await indexed(here) == []


async def test_a_pair_that_shares_nothing_any_more_is_shown_no_more(here: Intake) -> None:
    first, second = await known_as(here, NAME), await known_as(here, NAME)
    assert len(await indexed(here)) == 1
    await here.hear(registration(here, second, PersonFields(identity={"name": SOMEBODY})))
    assert await indexed(here) == []
    assert (await waiting(here, first)).entries == ()


async def test_whose_record_is_restricted_is_compared_with_nobody_until_it_is_free(here: Intake) -> None:
    first, second = await known_as(here, NAME, born=BORN), await known_as(here, SAME_ONE, born=BORN)
    await here.hear(restriction(first, restricted=True))
    assert await indexed(here) == []
    await here.hear(restriction(first, restricted=False))
    assert [one.person_id for one in await indexed(here)] == [first]
    await here.hear(restriction(second, restricted=True))
    assert (await waiting(here)).waiting == 0


def restriction(person_id: UUID, *, restricted: bool) -> intake.RestrictPerson:
    """A coordinator's, or its end."""
    return intake.RestrictPerson(person_id=person_id, restricted=restricted, reason="accuracy_contested", informed=True)
