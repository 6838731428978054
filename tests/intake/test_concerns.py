"""A concern is accepted once, carried by referrals in any order, and waits in the inbox until somebody has it."""

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify, referral
from lotse_contracts.envelope import Message
from tests.intake.given import Intake, enquiry, kinds, only


async def raised(here: Intake, **changed: Any) -> intake.ConcernRaised:
    return only(await here.hear(enquiry(here, **changed), actor=None), intake.ConcernRaised)


def state(here: Intake, concern_id: UUID) -> str:
    return str(here.rows(f"SELECT state FROM concern WHERE concern_id = '{concern_id}'")[0][0])


async def test_accepting_says_so_once_however_often_it_is_ordered(here: Intake) -> None:
    concern = await raised(here)
    order = intake.AcceptConcern(concern_id=concern.concern_id)
    accepted = only(await here.hear(order), intake.ConcernAccepted)
    assert (accepted.code, accepted.version) == ("housing", 2)
    before = here.counts()
    for _ in range(10):
        assert await here.hear(order) == []
    assert here.counts() == before


async def test_a_counsellor_may_code_anew_when_accepting(here: Intake) -> None:
    concern = await raised(here, codes=("astrology",))
    order = intake.AcceptConcern(concern_id=concern.concern_id, code="benefits")
    assert only(await here.hear(order), intake.ConcernAccepted).code == "benefits"
    assert here.rows("SELECT unknown_code FROM concern") == [(False,)]


async def test_an_unknown_code_of_a_counsellor_is_refused(here: Intake) -> None:
    concern = await raised(here)
    with pytest.raises(Refused, match="unknown_code"):
        await here.hear(intake.AcceptConcern(concern_id=concern.concern_id, code="astrology"))


async def test_accepting_a_closed_concern_is_refused_and_the_allowed_actions_are_told(here: Intake) -> None:
    concern = await raised(here)
    await here.hear(completed(concern, uuid4()))
    with pytest.raises(Refused, match="not_allowed_now"):
        await here.hear(intake.AcceptConcern(concern_id=concern.concern_id))
    found = await here.ask(intake.AskConcernActions(concern_id=concern.concern_id))
    assert (found.state, found.actions) == ("resolved", ("answer", "reopen", "tag", "untag"))


def sent(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralSent:
    return referral.ReferralSent(
        referral_id=referral_id,
        person_id=concern.person_id,
        concern_id=concern.concern_id,
        version=2,
        service_id=uuid4(),
        mode="self",
    )


def completed(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralCompleted:
    return referral.ReferralCompleted(
        referral_id=referral_id,
        person_id=concern.person_id,
        concern_id=concern.concern_id,
        version=3,
        outcome="need_met",
        confirmed_by="client",
    )


async def test_two_referrals_heard_in_any_order_and_twice_close_the_concern(here: Intake) -> None:
    for order in permutations(range(4)):
        concern = await raised(here)
        first, second = uuid4(), uuid4()
        facts: list[Message] = [
            sent(concern, first),
            completed(concern, first),
            sent(concern, second),
            completed(concern, second),
        ]
        for place in order:
            await here.hear(facts[place], actor=None)
        for place in order:
            assert await here.hear(facts[place], actor=None) == []
        assert state(here, concern.concern_id) == "resolved"


async def test_a_concern_with_one_open_referral_is_referred(here: Intake) -> None:
    concern = await raised(here)
    done = uuid4()
    for fact in (completed(concern, done), sent(concern, uuid4()), sent(concern, done)):
        await here.hear(fact, actor=None)
    assert state(here, concern.concern_id) == "referred"


async def test_a_referral_of_an_unknown_concern_changes_nothing(here: Intake) -> None:
    known = await raised(here)
    stranger = known.model_copy(update={"concern_id": uuid4()})
    before = here.counts()
    assert await here.hear(sent(stranger, uuid4()), actor=None) == []
    assert here.counts() == before


async def test_the_inbox_shows_the_most_urgent_first_and_pages_lose_and_repeat_none(here: Intake) -> None:
    normal = [await raised(here) for _ in range(5)]
    urgent = [await raised(here, flags=("danger",)) for _ in range(3)]
    for newest_first in (False, True):
        seen, cursor = [], None
        while True:
            page = await here.ask(intake.AskInbox(size=2, cursor=cursor, newest_first=newest_first))
            assert page.waiting == 8
            seen += [entry.concern_id for entry in page.entries]
            cursor = page.cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 8
        if not newest_first:
            assert set(seen[:3]) == {one.concern_id for one in urgent}
            assert set(seen[3:]) == {one.concern_id for one in normal}


async def test_a_cursor_that_we_did_not_give_out_is_refused(here: Intake) -> None:
    for cursor in ("x", "bm90IGpzb24", "W3RydWUsMSwyXQ", "A" * 200):
        with pytest.raises(Refused, match="bad_cursor"):
            await here.ask(intake.AskInbox(cursor=cursor))


async def test_a_cursor_of_the_other_order_is_refused(here: Intake) -> None:
    for _ in range(2):
        await raised(here)
    page = await here.ask(intake.AskInbox(size=1))
    with pytest.raises(Refused, match="bad_cursor"):
        await here.ask(intake.AskInbox(cursor=page.cursor, newest_first=True))


async def test_a_contact_is_counted_once_with_or_without_a_person(here: Intake) -> None:
    concern = await raised(here)
    for person_id in (None, concern.person_id):
        order = intake.RecordContact(
            contact_id=uuid4(),
            person_id=person_id,
            at=here.now,
            minutes=10,
            channel="phone",
            depth="information",
            language="uk",
        )
        assert kinds(await here.hear(order)) == ["evt intake.contact-recorded"]
        assert await here.hear(order) == []
    assert here.counts()["contact"] == 2


async def test_all_that_is_heard_about_a_person_ends_the_same_in_every_order_and_twice(here: Intake) -> None:
    ends = set()
    for order in permutations(range(4)):
        concern = await raised(here)
        person_id, referral_id = concern.person_id, uuid4()
        facts: list[Message] = [
            sent(concern, referral_id),
            completed(concern, referral_id),
            notify.OptedOut(person_id=person_id, channel="email"),
            notify.ContactUnreachable(person_id=person_id, reason="bounced"),
        ]
        for place in (*order, *order):
            await here.hear(facts[place], actor=None)
        (end,) = here.rows(
            "SELECT concern.state, contact_consented, contact_safe, unreachable, person.version, contact_version"
            f" FROM person JOIN concern USING (person_id) WHERE person_id = '{person_id}'"
        )
        ends.add(end)
    assert ends == {("resolved", False, True, True, 3, 2)}
