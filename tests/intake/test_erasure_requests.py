"""She asks to be forgotten by code and PIN, a coordinator decides, and a certificate says what became of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake
from tests.intake.given import MAIL, NAME, PIN, Intake, enquiry, known_person, only
from tests.intake.test_conversations import WRONG_PIN, answer
from tests.intake.test_erasures import erased
from tests.intake.test_rights_of_persons import hold, restriction


async def asked_by_code(here: Intake, **changed: Any) -> tuple[UUID, str]:
    code, _ = links.new_code()
    order = enquiry(here, code=code, **changed)
    return only(await here.hear(order, actor=None), intake.PersonRegistered).person_id, code


async def erasure_over_http(here: Intake, code: str, pin: str = PIN) -> Any:
    async with here.http() as client:
        return await client.post(f"/enquiries/{code}/erasure", json={"pin": pin})


async def test_an_anonymous_enquiry_that_nobody_answered_goes_at_her_word(here: Intake) -> None:
    person_id, code = await asked_by_code(here, name="")
    response = await erasure_over_http(here, code)
    assert (response.status_code, response.json()["begun"]) == (202, True)
    assert here.rows("SELECT identity, frozen FROM erasure JOIN person USING (person_id)") == [("code_and_pin", True)]
    assert (await erasure_over_http(here, code)).status_code == 410
    await erased(here, person_id)
    assert here.counts()["person"] == 0


@pytest.mark.parametrize("worked", ["named", "answered", "counted", "accepted", "merged", "held", "restricted"])
async def test_where_somebody_knows_her_or_worked_with_her_a_coordinator_decides(here: Intake, worked: str) -> None:
    code, _ = links.new_code()
    order = enquiry(here, code=code, name=NAME if worked == "named" else "")
    person_id = only(await here.hear(order, actor=None), intake.PersonRegistered).person_id
    await _worked(here, worked, order.enquiry_id, person_id)
    first, again = await erasure_over_http(here, code), await erasure_over_http(here, code)
    assert (first.status_code, first.json()["begun"]) == (202, False)
    assert again.json()["due_at"] == first.json()["due_at"]
    assert here.rows(f"SELECT frozen FROM person WHERE person_id = '{person_id}'") == [(False,)]
    assert here.rows("SELECT count(*) FROM erasure_request") == [(1,)]
    state = await here.ask(intake.AskErasure(person_id=person_id))
    assert (state.state, state.due_at) == ("requested", datetime.fromisoformat(first.json()["due_at"]))
    assert here.rows("SELECT count(*) FROM outbox WHERE claim_name = 'evt.intake.erasure-requested'") == [(1,)]


async def _worked(here: Intake, worked: str, enquiry_id: UUID, person_id: UUID) -> None:
    if worked == "answered":
        await here.hear(answer(here, enquiry_id))
    elif worked == "counted":
        await here.hear(
            intake.RecordContact(
                contact_id=uuid4(), person_id=person_id, at=here.now, minutes=5, channel="phone",
                depth="information", language="uk",
            )
        )  # fmt: skip
    elif worked == "accepted":
        ((concern_id,),) = here.rows("SELECT concern_id FROM concern")
        await here.hear(intake.AcceptConcern(concern_id=concern_id))
    elif worked == "merged":
        other = await known_person(here)
        order = intake.MergePersons(merge_id=uuid4(), kept_id=other, person_id=person_id, reason="told_by_person")
        await here.hear(order)
    elif worked == "held":
        here.now = here.service.now()
        await here.hear(hold(here, person_id))
    elif worked == "restricted":
        await here.hear(restriction(person_id))


async def test_a_request_needs_the_right_code_and_pin(here: Intake) -> None:
    _, code = await asked_by_code(here, name="")
    assert (await erasure_over_http(here, code, WRONG_PIN)).status_code == 403
    assert (await erasure_over_http(here, "0" * 26)).status_code == 404
    assert here.counts()["erasure"] == here.counts()["erasure_request"] == 0


async def test_a_request_is_refused_with_a_reason_and_may_be_made_again(here: Intake) -> None:
    person_id, code = await asked_by_code(here)
    with pytest.raises(Refused, match="no_request"):
        await here.hear(intake.RefuseErasure(person_id=person_id, reason="identity_unproved"))
    await erasure_over_http(here, code)
    assert here.rows("SELECT count(*) FROM timer WHERE kind = 'erasure-undecided'") == [(1,)]
    order = intake.RefuseErasure(person_id=person_id, reason="identity_unproved")
    assert only(await here.hear(order), intake.ErasureRefused).reason == "identity_unproved"
    assert await here.hear(order) == []
    assert here.rows("SELECT count(*) FROM timer WHERE kind = 'erasure-undecided'") == [(0,)]
    assert (await here.ask(intake.AskErasure(person_id=person_id))).state == "refused"
    await erasure_over_http(here, code)
    assert (await here.ask(intake.AskErasure(person_id=person_id))).state == "requested"


async def test_the_month_counts_from_her_request_and_not_from_the_decision(here: Intake) -> None:
    person_id, code = await asked_by_code(here)
    due_at = (await erasure_over_http(here, code)).json()["due_at"]
    here.now = here.service.now() + timedelta(days=9)
    begun = only(await here.hear(intake.BeginErasure(person_id=person_id)), intake.ErasureBegun)
    assert begun.due_at == datetime.fromisoformat(due_at)


async def test_a_month_without_a_decision_is_said(here: Intake) -> None:
    person_id, code = await asked_by_code(here)
    await erasure_over_http(here, code)
    timer = Timer("erasure-undecided", str(person_id), here.now, {}, uuid4(), 1, None)
    async with here.service.engine.begin() as tx:
        (fact,) = await here.service.timer_handlers["erasure-undecided"](timer, here.context(), tx)
    assert isinstance(fact, intake.ErasureOverdue)
    assert fact.stage == "undecided"


async def test_the_certificate_says_what_went_what_stays_and_nothing_of_her(here: Intake) -> None:
    person_id = await known_person(here)
    async with here.http() as client:
        coordinator = {"Authorization": f"Bearer {here.token('coordinator')}"}
        path = f"/erasures/{person_id}/certificate.html"
        assert (await client.get(path, headers=coordinator)).status_code == 422
        await erased(here, person_id)
        assert (await client.get(path)).status_code == 401
        token = {"Authorization": f"Bearer {here.token('counsellor')}"}
        assert (await client.get(path, headers=token)).status_code == 403
        for language in ("uk", "ru", "de", "en"):
            page = await client.get(path, params={"language": language}, headers=coordinator)
            assert f'<html lang="{language}">' in page.text
            assert str(person_id) in page.text
            assert MAIL not in page.text
            assert "Maternistra" in page.text
    state = await here.ask(intake.AskErasure(person_id=person_id))
    assert (state.state, state.waiting) == ("confirmed", ())
    assert {one.service for one in state.receipts} == {"intake", "referral", "notify", "ledger"}
    (own,) = [one for one in state.receipts if one.service == "intake"]
    assert {one.store: one.count for one in own.counts}["person"] == 1
