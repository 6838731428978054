"""Somebody who comes by referral is as urgent as she was there, and what comes later joins what is held, or waits."""

from uuid import UUID, uuid4

import pytest

from lotse_contracts import intake, notify, referral
from lotse_contracts.intake import ContactPoint, FurtherPoint, PersonFields, SafeHours
from lotse_intake.domain.contacts import guarded
from lotse_intake.handlers.receiving import NotHereYet
from tests.intake.given import MAIL, PARTNER, Intake, only, registration
from tests.intake.scenes import came_by_referral, fields_of, received, sealed

SUMMARY = "canary: needs somebody who goes along"


def more(here: Intake, referral_id: UUID, **fields: object) -> intake.ReceiveMoreFields:
    plain = PersonFields.model_validate(fields).model_dump_json(exclude_none=True).encode()
    given = sealed(here, plain, referral.ReferralOffered, referral_id)
    return intake.ReceiveMoreFields(referral_id=referral_id, sender=PARTNER, fields=given)


async def test_what_is_added_joins_what_was_held_and_again_changes_nothing(here: Intake) -> None:
    referral_id = await came_by_referral(here)
    ((person_id,),) = here.rows(f"SELECT person_id FROM person WHERE referral_id = '{referral_id}'")
    for _ in range(2):
        await here.hear(more(here, referral_id, need_summary=SUMMARY), actor=None)
        held = await fields_of(here, person_id)
        assert held["need_summary"] == SUMMARY
        assert held["contact"] == {"kind": "email"} | {k: v for k, v in held["contact"].items() if k != "kind"}


async def test_what_overtakes_her_waits_and_is_not_refused(here: Intake) -> None:
    order = more(here, uuid4(), need_summary=SUMMARY)
    before = here.counts()
    with pytest.raises(NotHereYet):
        await here.hear(order, actor=None)
    assert here.counts() == before


@pytest.mark.parametrize("told", ["emergency", "urgent", "normal"])
async def test_whoever_comes_as_an_emergency_is_one_here(here: Intake, told: str) -> None:
    turn = await received(here, None, b'{"contact": {"kind": "email"}}')
    assert isinstance(turn.order, intake.ReceivePerson)
    said = await here.hear(turn.order.model_copy(update={"urgency": told}), actor=None)
    assert [one.urgency for one in said if isinstance(one, intake.ConcernRaised)] == [told]


PHONE = "+4915112345678"
EVENING = (SafeHours(weekdays=(1, 2, 3, 4, 5), starts="18:00", ends="20:00"),)


async def held_here(here: Intake, contact: ContactPoint) -> UUID:
    """She came by referral, and a counsellor here wrote down how she may be told."""
    referral_id = await came_by_referral(here)
    ((person_id,),) = here.rows(f"SELECT person_id FROM person WHERE referral_id = '{referral_id}'")
    await here.hear(registration(here, person_id, PersonFields(contact=contact)))
    return referral_id


async def test_what_a_partner_names_makes_no_unsafe_person_safe(here: Intake) -> None:
    """She said here that no way is safe; whoever sends fields there knows nothing of it."""
    referral_id = await held_here(here, ContactPoint(kind="email", value=MAIL, safe=False))
    for address in (MAIL, "other@example.org"):
        said = await here.hear(more(here, referral_id, contact={"kind": "email", "value": address}), actor=None)
        assert not only(said, notify.ChangeContact).safe
        assert here.rows("SELECT contact_safe FROM person") == [(False,)]


async def test_what_a_partner_names_takes_up_nothing_that_is_dead_or_stopped(here: Intake) -> None:
    """Only a counsellor here, who asked her, outdoes what a provider proved or somebody on this number said."""
    referral_id = await held_here(here, ContactPoint(kind="email", value=MAIL))
    said = await here.hear(more(here, referral_id, contact={"kind": "sms", "value": PHONE}), actor=None)
    assert not only(said, notify.ChangeContact).renewed


async def test_a_way_that_is_unsafe_here_stays_so_beside_others(here: Intake) -> None:
    ways = ContactPoint(kind="email", value=MAIL, more=(FurtherPoint(kind="sms", value=PHONE, safe=False),))
    referral_id = await held_here(here, ways)
    given = {"kind": "email", "value": MAIL, "more": [{"kind": "sms", "value": "0151 12345678"}]}
    await here.hear(more(here, referral_id, contact=given), actor=None)
    ((person_id,),) = here.rows(f"SELECT person_id FROM person WHERE referral_id = '{referral_id}'")
    held = ContactPoint.model_validate((await fields_of(here, person_id))["contact"])
    assert (held.safe, [way.safe for way in held.more]) == (True, [False])


async def test_what_a_partner_names_may_make_her_contact_less_safe(here: Intake) -> None:
    referral_id = await held_here(here, ContactPoint(kind="email", value=MAIL))
    given = {"kind": "email", "value": MAIL, "safe": False}
    said = await here.hear(more(here, referral_id, contact=given), actor=None)
    assert not only(said, notify.ChangeContact).safe
    assert not only(said, intake.ContactSafetyChanged).safe, "referral closes the links that it sent her"


async def test_whoever_comes_with_an_unsafe_contact_is_not_told_anything(here: Intake) -> None:
    turn = await received(here, None, b'{"contact": {"kind": "email", "value": "x@example.org", "safe": false}}')
    assert not only(await here.hear(turn.order, actor=None), notify.ChangeContact).safe


def test_every_caution_that_is_known_here_outlives_what_is_named_elsewhere() -> None:
    known = ContactPoint(kind="sms", value=PHONE, safe=False, leave_message=False, shared=True, safe_hours=EVENING)
    open_one = ContactPoint(kind="sms", value="0151 12345678", detail="time_and_place")
    kept = guarded(known, open_one)
    cautions = (kept.safe, kept.leave_message, kept.shared, kept.safe_hours, kept.detail)
    assert cautions == (False, False, True, EVENING, "neutral")
    assert guarded(ContactPoint(kind="none"), open_one) == open_one
    assert guarded(open_one, known) == known
    assert guarded(known, ContactPoint(kind="none")) == ContactPoint(kind="none")
