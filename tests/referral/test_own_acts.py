"""What she does on her own page: once in effect, at once, and as far as she may."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from lotse_contracts.referral import ProposedTime, ProposeTimes
from lotse_referral.pages.own_page import TEXTS
from tests.referral.connected import under_way, withdrawn
from tests.referral.desk import Person, names
from tests.referral.her import Her, rows


async def test_her_tap_closes_the_loop_and_says_that_it_was_she(her: Her) -> None:
    await her.comes_in()
    await her.is_asked()
    page = await her.page()
    assert TEXTS["uk"]["question"] in page
    assert f'name="token" value="{her.form_token()}"' in page
    done = await her.answers("been_there")
    assert done.headers["location"] == "/me?lang=uk&done=checkback"
    (row,) = await her.desk.rows("referral")
    assert (row["state"], row["outcome"], row["confirmed_by"]) == ("completed", "need_met", "person")
    (asked,) = await her.desk.rows("checkback")
    assert (asked["answer"], asked["said_by"], asked["through"]) == ("been_there", "person", "page")
    page = await her.page(done="checkback")
    assert TEXTS["uk"]["done_checkback"] in page
    assert TEXTS["uk"]["question"] not in page


async def test_two_taps_at_once_have_one_effect(her: Her) -> None:
    await her.comes_in()
    await her.is_asked()
    token = her.form_token()
    path = f"/me/referrals/{her.person.referral_id}/answer"
    taps = [her.browser.post(path, data={"token": token, "answer": "been_there"}) for _ in range(6)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*taps))
    assert codes == [303] + [409] * 5
    assert (await her.said()).count("evt.referral.checkback-answered") == 1
    assert (await her.said()).count("evt.referral.referral-completed") == 1


async def test_an_answer_after_the_end_is_settled_with_a_friendly_page(her: Her) -> None:
    await her.comes_in()
    await her.is_asked()
    token = her.form_token()
    for _ in range(3):
        await her.desk.passes(days=800)
        await her.desk.fires_timers()
    path = f"/me/referrals/{her.person.referral_id}/answer"
    late = await her.browser.post(path, data={"token": token, "answer": "been_there"})
    assert late.status_code == 409
    assert her.desk.service.problems.problem("checkback_closed").texts["uk"] in late.text
    assert await her.desk.state(her.person.referral_id) == "unconfirmed"


async def test_not_yet_leaves_it_open_and_the_same_again_changes_nothing(her: Her) -> None:
    await her.comes_in()
    await her.is_asked()
    token = her.form_token()
    path = f"/me/referrals/{her.person.referral_id}/answer"
    first = await her.browser.post(path, data={"token": token, "answer": "not_yet"})
    again = await her.browser.post(path, data={"token": token, "answer": "not_yet"})
    assert (first.headers["location"], again.headers["location"]) == (
        "/me?lang=uk&done=checkback",
        "/me?lang=uk&done=nothing",
    )
    assert await her.desk.state(her.person.referral_id) == "delivered"


async def test_she_cancels_at_once_and_again_changes_nothing(her: Her) -> None:
    await her.comes_in()
    appointment_id = await her.has_appointment()
    page = await her.page()
    assert TEXTS["uk"]["cancel_button"] in page
    token = her.form_token()
    path = f"/me/appointments/{appointment_id}/cancel"
    taps = [her.browser.post(path, data={"token": token}) for _ in range(4)]
    assert {answer.status_code for answer in await asyncio.gather(*taps)} == {303}
    (row,) = await her.desk.rows("appointment")
    assert (row["cancelled"], row["version"], row["reason"]) == (True, 2, "client_request")
    assert (await her.said()).count("evt.referral.appointment-cancelled") == 1
    assert str(appointment_id) not in await her.page()


async def test_a_wish_to_move_goes_to_the_desk_once_and_moves_nothing(her: Her) -> None:
    await her.comes_in()
    appointment_id = await her.has_appointment()
    before = await her.desk.rows("appointment")
    for _ in range(2):
        await her.acts(f"/me/appointments/{appointment_id}/move", wish="another_day")
    assert await her.desk.rows("appointment") == before
    assert (await her.said()).count("evt.referral.appointment-move-wished") == 1
    assert TEXTS["uk"]["wished"].format(wish=TEXTS["uk"]["wish_another_day"]) in await her.page()
    wrong = await her.acts(f"/me/appointments/{appointment_id}/move", wish="never")
    assert wrong.status_code == 422


async def test_an_appointment_that_is_over_can_neither_be_cancelled_nor_moved(her: Her) -> None:
    await her.comes_in()
    appointment_id = await her.has_appointment()
    her.run("UPDATE appointment SET starts_at = now() - interval '2 hours', ends_at = now()")
    for path, form in (("cancel", {}), ("move", {"wish": "later"})):
        assert (await her.acts(f"/me/appointments/{appointment_id}/{path}", **form)).status_code == 409
    assert (await her.said()).count("evt.referral.appointment-cancelled") == 0


async def test_she_takes_one_of_the_times_on_offer(her: Her) -> None:
    await her.comes_in()
    starts_at = her.desk.service.now() + timedelta(days=3)
    times = tuple(
        ProposedTime(
            proposal_id=uuid4(), starts_at=starts_at + timedelta(hours=n), ends_at=starts_at + timedelta(hours=n + 1)
        )
        for n in range(2)
    )
    await her.desk.hears(ProposeTimes(referral_id=her.person.referral_id, times=times))
    assert TEXTS["uk"]["times"] in await her.page()
    path = f"/me/referrals/{her.person.referral_id}/time"
    assert (await her.acts(path, proposal=str(times[1].proposal_id))).status_code == 303
    (row,) = await her.desk.rows("appointment")
    assert row["appointment_id"] == times[1].proposal_id
    assert (await her.acts(path, proposal=str(times[0].proposal_id))).status_code == 409
    assert (await her.acts(path, proposal="no id")).status_code == 422


async def test_her_calendar_file_is_neutral_and_looking_changes_nothing(her: Her) -> None:
    await her.comes_in()
    appointment_id = await her.has_appointment()
    before = await her.everything()
    found = await her.browser.get(f"/me/appointments/{appointment_id}/termin.ics")
    assert found.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VCALENDAR" in found.text
    assert "Jobcenter" not in found.text
    assert await her.everything() == before


async def test_she_leaves_quickly_and_nothing_is_left_open(her: Her) -> None:
    await her.comes_in()
    left = await her.browser.post("/me/leave")
    assert left.status_code == 200
    assert 'http-equiv="refresh" content="0; url=https://www.dwd.de/"' in left.text
    assert "Jobcenter" not in left.text
    assert 'me=""' in left.headers["set-cookie"]
    assert await her.desk.rows("own_session") == []
    assert "Jobcenter" not in await her.page()


async def test_a_withdrawn_consent_is_an_order_to_intake_once(her: Her) -> None:
    her.person = Person(code="orientation")
    await under_way(her.desk, her.person)
    await her.proves("link")
    page = await her.page()
    assert TEXTS["uk"]["group_identity"] in page
    assert "Plattform" in page
    for _ in range(2):
        assert (await her.acts(f"/me/referrals/{her.person.referral_id}/withdraw")).status_code == 303
    (order,) = [row for row in await rows(her.desk, "outbox") if "withdraw-proved-consent" in row["claim_name"]]
    assert str(her.person.consent_id) in str(order)
    assert TEXTS["uk"]["withdrawn"] in await her.page()
    assert "ConsentWithdrawnNotice" in names(await her.desk.hears(withdrawn(her.person)))
