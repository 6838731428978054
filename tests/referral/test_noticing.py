"""Whoever received a person's fields hears that they were corrected or restricted, and nobody else does."""

from uuid import uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.referral import (
    ConsentWithdrawalAcknowledged,
    ConsentWithdrawnNotice,
    ErasePerson,
    FieldsNoted,
    FieldsNotice,
    RecipientTold,
    TellRecipient,
)
from lotse_referral.handlers import noticing
from tests.referral.connected import partners_service, under_way, withdrawn
from tests.referral.desk import Desk, Person, names, only


def told(person: Person) -> TellRecipient:
    return TellRecipient(
        person_id=person.person_id, referral_id=person.referral_id, what="rectified", groups=("identity",)
    )


async def test_the_receivers_desk_hears_which_groups_were_corrected_and_not_what(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    said = await desk.hears(told(person))
    assert names(said) == ["FieldsNotice", "RecipientTold"]
    assert only(RecipientTold, said).recipient == "plattform"
    before = await partner.state(person.referral_id)
    noted = only(FieldsNoted, await partner.hears(only(FieldsNotice, said), "auslaenderrat"))
    assert (noted.sender, noted.what, noted.groups) == ("auslaenderrat", "rectified", ("identity",))
    assert await partner.state(person.referral_id) == before
    assert str(person.person_id) not in only(FieldsNotice, said).model_dump_json()


async def test_where_nothing_left_nobody_is_told(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    person = Person()
    await desk.hears(person.connected(await partners_service(desk, person), consent_id=person.consent_id))
    assert await desk.hears(told(person)) == []
    assert await desk.hears(told(Person())) == []


async def test_a_referral_of_somebody_else_tells_nothing_of_her(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    person = Person()
    await under_way(desk, person)
    assert await desk.hears(told(person).model_copy(update={"person_id": uuid4()})) == []


async def test_an_erased_persons_recipients_hear_of_the_erasure_alone(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    person = Person()
    await under_way(desk, person)
    assert "ErasureNotice" in names(await desk.hears(ErasePerson(person_id=person.person_id)))
    assert await desk.hears(told(person)) == []


async def test_a_notice_that_overtook_its_offer_is_told_once_the_offer_has_come(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    offer = await under_way(desk, person)
    notice = only(FieldsNotice, await desk.hears(told(person)))
    said_at = partner.now
    assert await partner.hears(notice, "auslaenderrat") == []
    await partner.passes(minutes=6)
    assert "FieldsNoted" not in names(await partner.fires_timers())
    await partner.hears(offer, "auslaenderrat")
    await partner.passes(minutes=6)
    noted = only(FieldsNoted, await partner.fires_timers())
    assert (noted.referral_id, noted.what, noted.said_at) == (person.referral_id, "rectified", said_at)
    await partner.passes(days=1)
    assert "FieldsNoted" not in names(await partner.fires_timers())


async def test_a_notice_whose_offer_never_comes_rests_after_forty_days(desks: tuple[Desk, Desk]) -> None:
    _, partner = desks
    notice = FieldsNotice(to="plattform", referral_id=uuid4(), what="restricted", groups=("contact",))
    await partner.hears(notice, "auslaenderrat")
    await partner.passes(days=39)
    await partner.fires_timers()
    assert await waits(partner)
    await partner.passes(days=2)
    assert await partner.fires_timers() == []
    assert not await waits(partner)


async def waits(desk: Desk) -> bool:
    return any(row["timer"][0] == noticing.NOTICE_TIMER for row in (await desk.everything())["timer"])


async def test_a_withdrawn_consent_that_nobody_has_acknowledged_is_said_again_with_the_erasure(
    desks: tuple[Desk, Desk],
) -> None:
    """The first notice is forgotten with everything that was to be said about her."""
    desk, partner = desks
    person, heard = Person(), Person()
    for one in (person, heard):
        await partner.hears(await under_way(desk, one), "auslaenderrat")
    await desk.hears(withdrawn(person))
    notice = only(ConsentWithdrawnNotice, await desk.hears(withdrawn(heard)))
    await desk.hears(only(ConsentWithdrawalAcknowledged, await partner.hears(notice, "auslaenderrat")), "plattform")
    wanted = {person: ["ConsentWithdrawnNotice", "ErasureNotice"], heard: ["ErasureNotice"]}
    for one, notices in wanted.items():
        said = names(await desk.hears(ErasePerson(person_id=one.person_id)))
        assert [name for name in said if name in ("ConsentWithdrawnNotice", "ErasureNotice")] == notices


async def test_a_notice_of_an_unknown_or_of_anothers_referral_changes_nothing(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    notice = FieldsNotice(to="plattform", referral_id=person.referral_id, what="restricted", groups=("contact",))
    with pytest.raises(Refused, match="not_the_sender"):
        await partner.hears(notice, "somebodyelse")
    assert await partner.hears(notice.model_copy(update={"referral_id": uuid4()}), "auslaenderrat") == []
