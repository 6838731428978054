"""Her own page: opened once by a link, in her language, without a script, and for nobody else."""

import asyncio
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from lotse_contracts.notify import Tell
from lotse_contracts.referral import ErasePerson, ProposedTime, ProposeTimes
from lotse_referral.pages.own_page import LANGUAGES, TEXTS
from tests.referral.connected import under_way, withdrawn
from tests.referral.desk import Person, names, only
from tests.referral.her import PUBLIC_URL, Her, link_in, path_of, rows

FOREIGN_LETTERS = {"uk": "ыэёъЫЭЁЪ", "ru": "іїєґІЇЄҐ"}


async def test_the_notice_says_nothing_and_leads_to_her_page(her: Her) -> None:
    told = only(Tell, await her.referred())
    assert (told.template, told.arguments) == ("referral_made", ())
    assert "page.example.org" not in told.model_dump_json()
    assert re.fullmatch(rf"{PUBLIC_URL}/me/open/[0-9A-Z]{{26}}", link_in([told]).url)


async def test_a_scanner_that_follows_every_link_a_hundred_times_changes_nothing(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    before = await her.everything()
    for _ in range(100):
        assert (await her.browser.get(path)).status_code == 200
        assert (await her.browser.head(path)).status_code == 200
    assert await her.everything() == before
    page = await her.browser.get(path)
    assert 'method="post"' in page.text
    for secret in (her.person.person_id, her.person.referral_id, "Jobcenter"):
        assert str(secret) not in page.text
    assert (await her.browser.post(path)).status_code == 303


async def test_a_link_opens_once_and_then_offers_code_and_pin(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    assert (await her.browser.post(path)).status_code == 303
    her.browser.cookies.clear()
    for again in (await her.browser.post(path), await her.browser.get(path)):
        assert again.status_code == 410
        assert TEXTS["de"]["gone_used"] in again.text
        assert 'action="/me/enter?lang=de"' in again.text
        assert "set-cookie" not in again.headers


async def test_two_taps_at_once_open_it_once(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    codes = [answer.status_code for answer in await asyncio.gather(*(her.browser.post(path) for _ in range(8)))]
    assert sorted(codes) == [303] + [410] * 7
    assert len(await her.desk.rows("own_session")) == 1


async def test_an_expired_link_says_so_and_a_guessed_one_does_not_fit(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    guessed = await her.browser.post(f"/me/open/{'0' * 26}")
    assert (guessed.status_code, TEXTS["de"]["gone_unknown"] in guessed.text) == (404, True)
    her.run("UPDATE link SET expires_at = now() - interval '1 second'")
    late = await her.browser.post(path)
    assert (late.status_code, TEXTS["de"]["gone_used"] in late.text) == (410, True)
    assert await her.desk.rows("own_session") == []


async def test_her_page_says_where_and_what_to_bring_in_her_language(her: Her) -> None:
    page = await her.comes_in()
    assert '<html lang="uk">' in page
    assert "Jobcenter Dresden" in page
    for word in ("state_go", "bring", "address", "languages", "by_link"):
        assert TEXTS["uk"][word] in page
    assert f"<title>{TEXTS['uk']['title']}</title>" in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_she_may_switch_to_every_language_and_nothing_is_missing(her: Her, language: str) -> None:
    await her.comes_in()
    page = await her.page(lang=language)
    assert f'<html lang="{language}">' in page
    assert TEXTS[language]["state_go"] in page
    assert all(f'hreflang="{other}"' in page for other in LANGUAGES)
    assert TEXTS[language].keys() == TEXTS["de"].keys()
    assert all(word.strip() for word in TEXTS[language].values())
    assert not set(FOREIGN_LETTERS.get(language, "")) & set("".join(TEXTS[language].values()))


@pytest.mark.parametrize(("wish", "language"), [("uk-UA,ru;q=0.9", "uk"), ("ru", "ru"), ("fr", "de"), ("en", "en")])
async def test_before_she_is_known_the_browsers_wish_counts(her: Her, wish: str, language: str) -> None:
    page = await her.browser.get("/me", headers={"Accept-Language": wish})
    assert f'<html lang="{language}">' in page.text


async def test_whoever_looks_over_her_shoulder_or_keeps_the_page_learns_nothing(her: Her) -> None:
    await her.comes_in()
    found = await her.browser.get("/me")
    assert "<script" not in found.text
    assert found.text.count("<title>") == 1
    policy = found.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert (found.headers["Cache-Control"], found.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert not re.findall(r"src=|url\(|@import", found.text)


async def test_the_cookie_is_only_for_her_page_and_only_the_hash_is_kept(her: Her) -> None:
    opened = await her.opens(link_in(await her.referred()).url)
    cookie = opened.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/me", "Max-Age=1800"):
        assert part.lower() in cookie.lower()
    token = her.browser.cookies["me"]
    (kept,) = await her.desk.rows("own_session")
    assert token not in repr(kept)


async def test_a_session_ends_after_half_an_hour(her: Her) -> None:
    await her.comes_in()
    her.run("UPDATE own_session SET expires_at = now() - interval '1 second'")
    page = await her.page()
    assert TEXTS["de"]["over"] in page
    assert "Jobcenter" not in page


# What she does


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
    await her.desk.passes(days=800)
    await her.desk.fires_timers()
    await her.desk.fires_timers()
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


# What she must not see, and what nobody else can do


@pytest.mark.parametrize(("code", "service"), [("violence", "Traumaambulanz"), ("violence", "Frauenschutzhaus")])
async def test_a_link_never_shows_violence_or_a_secret_place(her: Her, code: str, service: str) -> None:
    her.person = Person(code=code)
    assert "Tell" not in names(await her.referred(service))
    await her.proves("link")
    page = await her.page()
    assert service not in page
    assert TEXTS["uk"]["nothing"] in page
    path = f"/me/referrals/{her.person.referral_id}/answer"
    refused = await her.browser.post(path, data={"token": her.form_token(), "answer": "been_there"})
    assert refused.status_code == 404
    assert await her.said() == []


async def test_code_and_pin_show_everything_but_a_secret_address(her: Her) -> None:
    her.person = Person(code="violence")
    await her.referred("Frauenschutzhaus")
    await her.proves("code")
    page = await her.page()
    assert "Frauenschutzhaus" in page
    assert TEXTS["uk"]["secret"] in page
    her.run("UPDATE service_extension SET address_text = 'Geheimstraße 1' WHERE confidential_location")
    try:
        assert "Geheimstraße" not in await her.page()
    finally:
        her.run("UPDATE service_extension SET address_text = NULL WHERE confidential_location")


async def test_a_session_opens_nothing_of_somebody_else(her: Her) -> None:
    other = Her(her.desk, her.browser, her.owner_url, Person(code="work"))
    await other.referred()
    theirs = await other.has_appointment()
    await other.is_asked()
    await her.comes_in()
    before = await her.desk.everything()
    taps = [
        await her.answers("been_there", other.person.referral_id),
        await her.acts(f"/me/referrals/{other.person.referral_id}/withdraw"),
        await her.acts(f"/me/referrals/{other.person.referral_id}/time", proposal=str(uuid4())),
        await her.acts(f"/me/appointments/{theirs}/cancel"),
        await her.acts(f"/me/appointments/{theirs}/move", wish="later"),
        await her.browser.get(f"/me/appointments/{theirs}/termin.ics"),
    ]
    unknown = await her.acts(f"/me/appointments/{uuid4()}/cancel")
    assert {tap.status_code for tap in taps} == {404}
    assert await her.desk.everything() == before
    assert taps[3].text == unknown.text, "nobody learns that it is there"
    assert str(other.person.referral_id) not in await her.page()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.org"},
    ],
)
async def test_another_page_cannot_act_in_her_name(her: Her, headers: dict[str, str]) -> None:
    await her.comes_in()
    appointment_id = await her.has_appointment()
    form = {"token": her.form_token()}
    refused = await her.browser.post(f"/me/appointments/{appointment_id}/cancel", data=form, headers=headers)
    assert refused.status_code == 403
    assert (
        await her.browser.post("/me/enter", data={"code": "A" * 26, "pin": "1234"}, headers=headers)
    ).status_code == 403
    assert (await her.desk.rows("appointment"))[0]["cancelled"] is False


async def test_a_form_without_the_sessions_own_token_does_nothing(her: Her) -> None:
    await her.comes_in()
    appointment_id = await her.has_appointment()
    path = f"/me/appointments/{appointment_id}/cancel"
    for form in ({}, {"token": ""}, {"token": "0" * 64}, {"token": "ä"}):
        assert (await her.browser.post(path, data=form)).status_code == 403
    token = her.form_token()
    her.browser.cookies.clear()
    assert (await her.browser.post(path, data={"token": token})).status_code == 403
    assert (await her.browser.post(path, content=b"x" * 10_000)).status_code == 413
    assert (await her.desk.rows("appointment"))[0]["cancelled"] is False


async def test_what_stands_in_the_directory_is_text_and_nothing_else(her: Her) -> None:
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
    await her.referred()
    quoted = attack.replace("'", "''")
    her.run(f"UPDATE service SET name = '{quoted}' WHERE name = 'Jobcenter Dresden'")
    her.run("UPDATE phone SET number = number || '<b>\"x'")
    try:
        await her.proves("code")
        page = await her.page()
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page
    finally:
        her.run(f"UPDATE service SET name = 'Jobcenter Dresden' WHERE name = '{quoted}'")
        her.run("UPDATE phone SET number = replace(number, '<b>\"x', '')")


async def test_an_erasure_in_the_middle_of_a_session_ends_it_with_every_link(her: Her) -> None:
    link = link_in(await her.referred())
    await her.proves("link")
    token = her.form_token()
    await her.desk.hears(ErasePerson(person_id=her.person.person_id))
    assert await her.desk.rows("own_session") == []
    assert "Jobcenter" not in await her.page()
    path = f"/me/referrals/{her.person.referral_id}/answer"
    assert (await her.browser.post(path, data={"token": token, "answer": "been_there"})).status_code == 403
    assert (await her.opens(link.url)).status_code == 404
    assert all(row["purpose"] != "own_page" for row in await rows(her.desk, "link"))


async def test_a_session_of_several_records_ends_with_the_erasure_of_each(her: Her) -> None:
    other = Person(code="work")
    await her.referred()
    await her.proves("code", other.person_id)
    await her.desk.hears(ErasePerson(person_id=other.person_id))
    assert await her.desk.rows("own_session") == []


# Code and PIN


async def test_what_cannot_be_a_code_or_a_pin_reads_as_a_wrong_one(her: Her) -> None:
    told = her.desk.service.problems.problem("code_or_pin_wrong").texts["de"]
    for code, pin in (("", ""), ("A" * 25, "1234"), ("A" * 26, "12"), ("A" * 26, "abcd"), ("<b>", "1234")):
        answer = await her.browser.post("/me/enter", data={"code": code, "pin": pin})
        assert (answer.status_code, told in answer.text) == (403, True)
        assert "<b>" not in answer.text


async def test_while_intake_is_away_the_page_says_so(her: Her) -> None:
    answer = await her.browser.post("/me/enter", data={"code": "A" * 26, "pin": "1234"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "120"
    assert her.desk.service.problems.problem("intake_away").texts["de"] in answer.text
    assert 'action="/me/enter?lang=de"' in answer.text
