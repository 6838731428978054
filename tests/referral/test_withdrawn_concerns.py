"""She takes her concern back: whatever is open about it ends, here and at the receiver, and nothing else does."""

from typing import Any, cast
from uuid import UUID, uuid4

from lotse_contracts.intake import ConcernMoved
from lotse_contracts.referral import (
    AskOpenReferrals,
    ConsentWithdrawnNotice,
    ReferralTakenBack,
    ReferralWithdrawn,
    ReferralWithdrawnNotice,
)
from lotse_contracts.values import ConcernState
from tests.referral.connected import under_way
from tests.referral.desk import Desk, Person, names, only


def moved(person: Person, state: str, concern_id: UUID | None = None) -> ConcernMoved:
    return ConcernMoved(
        concern_id=concern_id or person.concern_id,
        case_id=uuid4(),
        person_id=person.person_id,
        version=5,
        action="withdraw",
        from_state="referred",
        state=cast(ConcernState, state),
        urgency="normal",
    )


async def test_a_withdrawn_concern_stops_its_referral_and_the_receiver(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    said = await desk.hears(moved(person, "withdrawn"))
    assert names(said) == ["ConsentWithdrawnNotice", "ReferralWithdrawn", "StopTelling"]
    assert only(ReferralWithdrawn, said).reason == "client_request"
    stopped = await partner.hears(only(ConsentWithdrawnNotice, said), "auslaenderrat")
    assert "ConsentWithdrawalAcknowledged" in names(stopped)
    assert names(await desk.hears(moved(person, "withdrawn"))) == []
    answer: Any = await desk.asks(AskOpenReferrals())
    assert answer.referrals == ()


async def test_with_a_concern_that_is_handed_over_its_referral_ends_as_the_service_does(
    desks: tuple[Desk, Desk],
) -> None:
    """The partner hears that nothing more is to be done for us; a handover ends no consent."""
    desk, partner = desks
    person = Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    said = await desk.hears(moved(person, "handed_over"))
    assert names(said) == ["ReferralWithdrawnNotice", "ReferralWithdrawn", "StopTelling"]
    assert only(ReferralWithdrawn, said).reason == "service_ended"
    heard = await partner.hears(only(ReferralWithdrawnNotice, said), "auslaenderrat")
    assert only(ReferralTakenBack, heard).reason == "handed_over"
    assert names(await desk.hears(moved(person, "handed_over"))) == []


async def test_another_move_and_another_concern_stop_nothing(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    person = Person()
    await under_way(desk, person)
    for fact in (moved(person, "resolved"), moved(person, "in_advice"), moved(person, "withdrawn", uuid4())):
        assert names(await desk.hears(fact)) == []
