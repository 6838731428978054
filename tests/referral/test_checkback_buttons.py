"""A bot's button answers once, with a code that is good for nothing else."""

import asyncio

import httpx

from lotse_contracts.referral import (
    AnswerCheckback,
    ErasePerson,
)
from lotse_referral.pages.own_page import LANGUAGES
from tests.referral.her import Her, link_in, path_of


async def answer_path(her: Her) -> str:
    await her.referred()
    url = link_in(await her.is_asked()).answer_url
    assert url is not None
    return path_of(url)


async def test_a_bots_button_answers_once_without_a_pin(her: Her) -> None:
    path = await answer_path(her)
    before = await her.everything()
    for _ in range(3):
        asked = await her.browser.get(path)
        assert set(asked.json()["question"]) == set(LANGUAGES)
        assert "Jobcenter" not in asked.text
    assert await her.everything() == before
    first = await her.browser.post(path, json={"answer": "been_there"})
    assert (first.status_code, first.json()["noted"]) == (200, True)
    assert (await rows_of_referral(her))["confirmed_by"] == "person"
    assert (await her.desk.rows("checkback"))[0]["through"] == "bot"
    again = await her.browser.post(path, json={"answer": "been_there"})
    assert (again.status_code, again.json()["code"]) == (410, "expired_link")


async def test_two_buttons_at_once_count_once(her: Her) -> None:
    path = await answer_path(her)
    taps = await asyncio.gather(*(her.browser.post(path, json={"answer": "been_there"}) for _ in range(6)))
    assert sorted(tap.status_code for tap in taps) == [200] + [410] * 5
    assert (await her.said()).count("evt.referral.checkback-answered") == 1


async def test_a_button_after_the_end_is_settled_with_a_code_and_keeps_the_end(her: Her) -> None:
    path = await answer_path(her)
    await her.desk.hears(AnswerCheckback(referral_id=her.person.referral_id, answer="not_helped"))
    late = await her.browser.post(path, json={"answer": "been_there"})
    assert (late.status_code, late.json()["code"]) == (409, "checkback_closed")
    assert set(late.json()["texts"]) == set(LANGUAGES)
    assert (await rows_of_referral(her))["outcome"] == "informed_only"
    her.run("UPDATE link SET expires_at = now() - interval '1 second'")
    assert (await her.browser.post(path, json={"answer": "been_there"})).status_code == 410


async def test_a_guessed_code_or_a_link_to_her_page_answers_nothing(her: Her) -> None:
    page = path_of(link_in(await her.referred()).url)
    await her.is_asked()
    for code in ("0" * 26, page.rpartition("/")[2], "x"):
        for answer in (
            await her.browser.get(f"/me/checkbacks/{code}"),
            await her.browser.post(f"/me/checkbacks/{code}", json={"answer": "been_there"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    wrong = await her.browser.post(f"/me/checkbacks/{'0' * 26}", json={"answer": "maybe", "name": "x"})
    assert wrong.status_code == 422
    assert await her.desk.state(her.person.referral_id) == "delivered"


async def test_a_button_of_an_erased_person_is_unknown(her: Her) -> None:
    path = await answer_path(her)
    await her.desk.hears(ErasePerson(person_id=her.person.person_id))
    assert (await her.browser.post(path, json={"answer": "been_there"})).status_code == 404


async def test_a_flood_of_guesses_from_one_address_is_turned_away(slow: Her) -> None:
    guess = [await slow.browser.post(f"/me/checkbacks/{'0' * 26}", json={"answer": "been_there"}) for _ in range(12)]
    assert guess[0].status_code == 404
    assert guess[-1].status_code == 429
    enter: httpx.Response = await slow.browser.post("/me/enter", data={"code": "A" * 26, "pin": "1234"})
    assert enter.status_code == 429
    assert int(enter.headers["Retry-After"]) >= 1


async def rows_of_referral(her: Her) -> dict[str, object]:
    (row,) = await her.desk.rows("referral")
    return row
