"""Somebody who comes by referral is as urgent as she was there, and what comes later joins what is held, or waits."""

from uuid import UUID, uuid4

import pytest

from lotse_contracts import intake, referral
from lotse_contracts.intake import PersonFields
from lotse_intake.handlers.receiving import NotHereYet
from tests.intake.given import PARTNER, Intake
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
