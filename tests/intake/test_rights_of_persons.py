"""Restriction, rectification, holds and requests: what a person may ask for, and what it stops."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake, notify, referral
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_intake.domain.erasure import due_of
from lotse_intake.handlers import erasures
from tests.intake.consenting import allow, consent, release
from tests.intake.given import (
    MAIL,
    NAME,
    PARTNER,
    PIN,
    Intake,
    contact_in,
    enquiry,
    kinds,
    known_person,
    only,
    registration,
    sealed_to,
)
from tests.intake.test_conversations import answer
from tests.intake.test_erasures import ORDERED, erased
from tests.intake.test_persons import person_data


def restriction(person_id: UUID, restricted: bool = True, **changed: Any) -> intake.RestrictPerson:
    given: dict[str, Any] = {"person_id": person_id, "restricted": restricted, "reason": "accuracy_contested"}
    return intake.RestrictPerson(**{**given, "informed": not restricted, **changed})


def rectification(here: Intake, person_id: UUID, fields: PersonFields, **changed: Any) -> intake.RectifyPerson:
    sealed = sealed_to(here.seal_key, fields, intake.RectifyPerson, str(person_id))
    return intake.RectifyPerson(**{"person_id": person_id, "reason": "told_by_her", "fields": sealed, **changed})


def hold(here: Intake, person_id: UUID, **changed: Any) -> intake.PlaceHold:
    given: dict[str, Any] = {"person_id": person_id, "hold_id": uuid4(), "reason": "legal_claim"}
    return intake.PlaceHold(**{**given, "until": here.now + timedelta(days=30), **changed})


async def merged_pair(here: Intake) -> tuple[UUID, UUID]:
    """Two records of one human being."""
    kept, joined = await known_person(here), await known_person(here)
    await here.hear(
        intake.MergePersons(merge_id=uuid4(), kept_id=kept, person_id=joined, reason="told_by_person"),
    )
    return kept, joined


# Restriction (Art. 18)


async def test_a_restricted_record_is_read_only_and_nothing_of_it_leaves(here: Intake) -> None:
    order = enquiry(here)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    given = consent(person_id)
    await allow(here, given)
    said = await here.hear(restriction(person_id))
    fact = only(said, intake.PersonRestricted)
    assert (fact.restricted, fact.reason) == (True, "accuracy_contested")
    refused: list[Message] = [
        registration(here, person_id, PersonFields(need_summary="x")),
        rectification(here, person_id, PersonFields(need_summary="x")),
        consent(person_id),
        answer(here, order.enquiry_id),
    ]
    before = here.counts()
    for message in refused:
        with pytest.raises(Refused, match="person_restricted"):
            await here.hear(message)
    assert here.counts() == before
    why = only(await here.hear(release(here, given), actor=None), intake.FieldsRefused).reason
    assert why == "person_restricted"
    assert (await person_data(here, person_id))["person"][0]["restricted"] is True
    assert await here.ask(intake.AskEnquiry(enquiry_id=order.enquiry_id, purpose="counselling", reply_key=_key()))


async def test_what_she_may_do_herself_she_may_do_under_a_restriction(here: Intake) -> None:
    code, _ = links.new_code()
    person_id = only(await here.hear(enquiry(here, code=code), actor=None), intake.PersonRegistered).person_id
    given = consent(person_id)
    await here.hear(given)
    await here.hear(restriction(person_id))
    assert await here.hear(intake.WithdrawConsent(person_id=person_id, consent_id=given.consent_id))
    assert (await here.ask(intake.AskConversation(receipt_code=code, pin=PIN, reply_key=_key()), actor=None)).entries
    assert await here.hear(intake.BeginErasure(person_id=person_id))


async def test_a_restriction_ends_only_after_she_was_told_and_says_so_once(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(restriction(person_id))
    assert await here.hear(restriction(person_id)) == []
    with pytest.raises(Refused, match="not_informed"):
        await here.hear(restriction(person_id, restricted=False, informed=False))
    assert only(await here.hear(restriction(person_id, restricted=False)), intake.PersonRestricted).restricted is False
    await here.hear(registration(here, person_id, PersonFields(need_summary="x")))
    rows = here.rows("SELECT restricted, reason FROM restriction ORDER BY restriction_id")
    assert rows == [(True, "accuracy_contested"), (False, "accuracy_contested")]


async def test_all_her_records_are_restricted_together(here: Intake) -> None:
    pair = await merged_pair(here)
    said = await here.hear(restriction(pair[1]))
    assert {fact.person_id for fact in said if isinstance(fact, intake.PersonRestricted)} == set(pair)


# Rectification (Art. 16) and its recipients (Art. 19)


async def test_a_correction_replaces_the_group_clears_what_is_named_and_tells_notify(here: Intake) -> None:
    person_id = await known_person(here)
    await here.hear(registration(here, person_id, PersonFields(need_summary="wrong", health="wrong")))
    right = PersonFields(contact=ContactPoint(kind="email", value="right@example.org"))
    said = await here.hear(rectification(here, person_id, right, cleared=("health",)))
    fact = only(said, intake.PersonRectified)
    assert (fact.groups, fact.reason) == (("contact", "health"), "told_by_her")
    assert contact_in(here, only(said, notify.ChangeContact)).contact.value == "right@example.org"
    fields = (await person_data(here, person_id))["person"][0]["fields"]
    assert fields["identity"]["name"] == NAME
    assert fields["need_summary"] == "wrong"
    assert "health" not in fields
    assert MAIL not in str(fields)
    assert here.rows("SELECT field_groups, reason FROM rectification") == [(["contact", "health"], "told_by_her")]


async def test_whoever_received_a_group_is_told_of_its_correction_and_nobody_else(here: Intake) -> None:
    person_id = await known_person(here)
    given = consent(person_id)
    await allow(here, given)
    referral_id = only(await here.hear(release(here, given), actor=None), intake.FieldsReleased).referral_id
    said = await here.hear(rectification(here, person_id, PersonFields(identity={"name": "Right"})))
    told = only(said, referral.TellRecipient)
    assert (told.referral_id, told.what, told.groups) == (referral_id, "rectified", ("identity",))
    said = await here.hear(rectification(here, person_id, PersonFields(need_summary="never left")))
    assert kinds(said) == ["evt intake.person-rectified"]
    said = await here.hear(restriction(person_id))
    assert set(only(said, referral.TellRecipient).groups) == {"identity", "contact"}
    assert PARTNER not in kinds(said)


async def test_a_correction_of_nothing_or_sealed_to_somebody_else_is_refused(here: Intake) -> None:
    person_id = await known_person(here)
    with pytest.raises(Refused, match="nothing_to_rectify"):
        await here.hear(rectification(here, person_id, PersonFields()))
    other = rectification(here, uuid4(), PersonFields(need_summary="x"))
    with pytest.raises(Refused, match="cannot_open"):
        await here.hear(other.model_copy(update={"person_id": person_id}))


# Holds and erasure


async def test_a_hold_stops_the_erasure_until_it_is_lifted_or_over(here: Intake) -> None:
    person_id = await known_person(here)
    placed = hold(here, person_id)
    assert kinds(await here.hear(placed)) == ["evt intake.hold-placed"]
    assert await here.hear(placed) == []
    with pytest.raises(Refused, match="legal_hold"):
        await here.hear(intake.BeginErasure(person_id=person_id))
    assert here.rows("SELECT frozen FROM person") == [(False,)]
    assert kinds(await here.hear(intake.LiftHold(person_id=person_id, hold_id=placed.hold_id))) == [
        "evt intake.hold-lifted"
    ]
    assert await here.hear(intake.LiftHold(person_id=person_id, hold_id=placed.hold_id)) == []
    await here.hear(hold(here, person_id, until=here.now + timedelta(hours=1)))
    here.now += timedelta(hours=1)
    assert kinds(await here.hear(intake.BeginErasure(person_id=person_id))) == ORDERED


async def test_a_hold_of_one_record_holds_them_all(here: Intake) -> None:
    kept, joined = await merged_pair(here)
    await here.hear(hold(here, joined))
    with pytest.raises(Refused, match="legal_hold"):
        await here.hear(intake.BeginErasure(person_id=kept))


@pytest.mark.parametrize("days", [0, -1, 367, 3_000])
async def test_a_hold_names_a_day_within_a_year(here: Intake, days: int) -> None:
    person_id = await known_person(here)
    with pytest.raises(Refused, match="hold_too_long"):
        await here.hear(hold(here, person_id, until=here.now + timedelta(days=days)))


async def test_a_hold_of_somebody_else_is_not_found(here: Intake) -> None:
    hers, other = await known_person(here), await known_person(here)
    placed = hold(here, hers)
    await here.hear(placed)
    with pytest.raises(Refused, match="unknown_hold"):
        await here.hear(intake.LiftHold(person_id=other, hold_id=placed.hold_id))


async def test_all_records_of_a_person_go_together_and_each_is_confirmed(here: Intake) -> None:
    pair = await merged_pair(here)
    stays = await known_person(here)
    said = await here.hear(intake.BeginErasure(person_id=pair[1]))
    begun = [fact for fact in said if isinstance(fact, intake.ErasureBegun)]
    assert {fact.person_id for fact in begun} == set(pair)
    for person_id in pair:
        await erased(here, person_id)
        assert not here.keys.holds(person_id)
    assert here.rows("SELECT person_id FROM person") == [(stays,)]
    assert here.rows("SELECT count(*) FROM erasure WHERE confirmed_at IS NOT NULL") == [(2,)]


async def test_an_erasure_says_its_target_and_its_due_time_and_is_overdue_at_both(here: Intake) -> None:
    person_id = await known_person(here)
    begun = only(await here.hear(intake.BeginErasure(person_id=person_id)), intake.ErasureBegun)
    assert (begun.target_at, begun.due_at) == (here.now + timedelta(hours=72), here.now + timedelta(days=30))
    timers = dict(here.rows(f"SELECT kind, due_at FROM timer WHERE key = '{person_id}' AND kind LIKE 'erasure-%'"))
    assert timers == {erasures.TARGET_TIMER: begun.target_at, erasures.DUE_TIMER: begun.due_at}
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    assert here.rows(f"SELECT count(*) FROM timer WHERE key = '{person_id}'") == [(2,)]
    for kind, stage in ((erasures.TARGET_TIMER, "target"), (erasures.DUE_TIMER, "due")):
        async with here.service.engine.begin() as tx:
            timer = Timer(kind, str(person_id), here.now, {}, uuid4(), 1, None)
            (fact,) = await here.service.timer_handlers[kind](timer, here.context(), tx)
        assert isinstance(fact, intake.ErasureOverdue)
        assert (fact.stage, fact.waiting) == (stage, ("referral", "notify", "ledger"))
    await erased(here, person_id)
    assert here.rows(f"SELECT count(*) FROM timer WHERE key = '{person_id}'") == [(0,)]


async def test_no_timer_of_hers_survives_by_whatever_it_is_named(here: Intake) -> None:
    person_id = await known_person(here)
    ((concern_id,),) = here.rows("SELECT concern_id FROM concern")
    stranger = uuid4()
    values = [(f"{concern_id}-remind", "{}"), (str(person_id), "{}"), ("x", f'{{"person_id": "{person_id}"}}')]
    for number, (key, payload) in enumerate([*values, (str(stranger), "{}")]):
        here.rows(
            "INSERT INTO timer (kind, key, id, due_at, payload, state, attempts) VALUES"
            f" ('k{number}', '{key}', gen_random_uuid(), now(), '{payload}', 'waiting', 0) RETURNING id"
        )
    await erased(here, person_id)
    about_nobody = "kind <> 'purge' AND kind NOT LIKE 'retention%' AND key NOT LIKE 'seal-%'"
    left = {key for (key,) in here.rows(f"SELECT key FROM timer WHERE {about_nobody}")}
    assert left == {str(stranger)}


async def test_the_streams_forget_her_and_everything_that_was_hers(here: Intake) -> None:
    order = enquiry(here)
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    ((case_id,),) = here.rows("SELECT case_id FROM case_file")
    await erased(here, person_id)
    payloads = here.rows("SELECT payload FROM timer WHERE kind = 'purge'")
    keys = {key for (payload,) in payloads for key in payload["keys"]}
    assert {str(person_id), str(order.enquiry_id), str(case_id)} <= keys


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (datetime(2026, 11, 25, 10, tzinfo=UTC), datetime(2026, 12, 25, 10, tzinfo=UTC)),
        (datetime(2027, 1, 31, 10, tzinfo=UTC), datetime(2027, 2, 28, 10, tzinfo=UTC)),
        (datetime(2027, 2, 10, 10, tzinfo=UTC), datetime(2027, 3, 10, 10, tzinfo=UTC)),
        (datetime(2026, 12, 10, 10, tzinfo=UTC), datetime(2027, 1, 9, 10, tzinfo=UTC)),
    ],
)
def test_a_request_is_due_within_a_month_and_within_thirty_days(asked: datetime, due: datetime) -> None:
    assert due_of(asked) == due


def _key() -> str:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from lotse_contracts.sealed import encode, public_bytes

    return encode(public_bytes(X25519PrivateKey.generate()))
