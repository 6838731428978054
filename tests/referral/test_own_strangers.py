"""What a session must not show, and what nobody else can do with her own page."""

from uuid import uuid4

import pytest

from lotse_contracts.referral import ErasePerson
from lotse_referral.pages.own_page import TEXTS
from tests.referral.desk import Person, names
from tests.referral.her import Her, link_in, rows


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
