"""The pages of group offers: four languages, no script, nothing that a stranger writes, nothing changed by looking."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from starlette.requests import Request

from lotse_chassis.faults import Refused
from lotse_contracts.referral import CancelGroupOffer, CancelGroupSession
from lotse_referral.http.groups import POSTS_BURST, POSTS_PER_SECOND, Gate
from lotse_referral.pages.groups import KINDS, TEXTS
from lotse_referral.settings import ReferralSettings
from tests.referral.desk import Desk
from tests.referral.group_given import OFFER_ID, PIN, browser, offer, signs_up, tags_of, text_of, token_in

LANGUAGES = ("uk", "ru", "de", "en")
EVIL = "<script>alert(1)</script>\"><img src=x onerror=alert(2)> {{ 4321*8765 }} '"
PATHS = ("/groups", f"/groups/{OFFER_ID}", "/groups/place", f"/groups/{OFFER_ID}/calendar.ics", "/group-offers")


def test_every_language_has_every_word_of_its_own() -> None:
    assert set(TEXTS) == set(LANGUAGES)
    for words in TEXTS.values():
        assert words.keys() == TEXTS["de"].keys()
        assert all(words.values())
        assert set(KINDS) <= words.keys()
    for sentence in ("sign_up_text", "code_once", "wait_text", "give_back_text", "place_text", "drop_in"):
        assert len({words[sentence] for words in TEXTS.values()}) == len(LANGUAGES), sentence


@pytest.mark.parametrize("language", LANGUAGES)
async def test_somebody_signs_up_looks_and_gives_back_without_script_or_name(desk: Desk, language: str) -> None:
    words, lang = TEXTS[language], {"lang": language}  # type: ignore[index]
    await desk.hears(offer(seats=1))
    async with browser(desk) as face:
        listed = await face.get("/groups", params=lang)
        assert f"/groups/{OFFER_ID}?lang={language}" in listed.text
        shown = await face.get(f"/groups/{OFFER_ID}", params=lang)
        form = {"token": token_in(shown.text), "pin": PIN}
        made = await face.post(f"/groups/{OFFER_ID}", params=lang, data=form)
        again = await face.post(f"/groups/{OFFER_ID}", params=lang, data=form)
        assert words["got_seat"] in made.text
        assert words["repeated"] in again.text
        code = _code_in(made.text)
        assert code == _code_in(again.text)
        standing = await face.post("/groups/place", params=lang, data={"code": code, "pin": PIN})
        assert words["got_seat"] in standing.text
        back = await face.post("/groups/place/cancel", params=lang, data={"code": code, "pin": PIN})
        assert words["given_back"] in back.text
    for page in (listed, shown, made, standing, back):
        assert page.status_code == 200
        assert page.headers["content-language"] == language
        assert "script" not in tags_of(page.text)
        assert f'<html lang="{language}">' in page.text
    assert await desk.rows("booking") == []


def _code_in(page: str) -> str:
    found = re.search(r'class="code"[^>]*>([^<]+)<', page)
    assert found is not None
    return found[1]


async def test_looking_changes_nothing_however_often_and_whoever_looks(desk: Desk) -> None:
    await desk.hears(offer())
    code = (await signs_up(desk)).json()["code"]
    before = await desk.everything()
    async with browser(desk) as face:
        for path in PATHS:
            for _ in range(3):
                assert (await face.get(path)).status_code == 200, path
        for path in (*PATHS[:3],):
            assert (await face.head(path)).status_code == 200, path
        for path in ("/groups/place/cancel", "/group-places/cancel", f"/group-offers/{OFFER_ID}/places"):
            answer = await face.get(path, params={"code": code, "pin": PIN})
            assert answer.status_code in (404, 405, 422), path
    assert await desk.everything() == before


async def test_what_a_stranger_writes_into_an_offer_is_text(desk: Desk) -> None:
    texts = ({"language": "uk", "title": EVIL, "about": EVIL},)
    await desk.hears(offer(name=EVIL, texts=texts, place=EVIL))
    async with browser(desk) as face:
        pages = [await face.get(path, params={"lang": "uk"}) for path in PATHS[:3]]
        shown = pages[1]
        form = {"token": token_in(shown.text), "pin": PIN}
        pages.append(await face.post(f"/groups/{OFFER_ID}", params={"lang": "uk"}, data=form))
        form = {"code": EVIL, "pin": PIN}
        pages.append(await face.post("/groups/place", params={"lang": EVIL[:20]}, data=form))
        pages.append(await face.get("/groups", params={"kind": EVIL, "lang": "uk"}))
        file = await face.get(f"/groups/{OFFER_ID}/calendar.ics", params={"lang": "uk"})
    for page in pages:
        assert {"script", "img"}.isdisjoint(tags_of(page.text))
        assert "37873565" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
    assert EVIL in text_of(shown.text)
    assert EVIL not in pages[4].text
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.headers["x-content-type-options"] == "nosniff"


async def test_a_form_of_another_page_or_of_another_offer_signs_nobody_up(desk: Desk) -> None:
    await desk.hears(offer())
    await desk.hears(offer(offer_id=UUID(int=601)))
    path = f"/groups/{OFFER_ID}"
    async with browser(desk) as face:
        token = token_in((await face.get(path)).text)
        others = token_in((await face.get(f"/groups/{UUID(int=601)}")).text)
        for given in ("", "x", others, token[:-1] + ("0" if token[-1] != "0" else "1"), "0" * 32 + token[32:]):
            answer = await face.post(path, data={"token": given, "pin": PIN})
            assert answer.status_code == 403, given
        form = {"token": token, "pin": PIN}
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        async with browser(desk, **headers) as face:
            assert (await face.post(path, data=form)).status_code == 403, headers
    assert await desk.rows("booking") == []
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://127.0.0.1"}, {"origin": "null"}, {}):
        async with browser(desk, **headers) as face:
            assert (await face.post(path, data=form)).status_code == 200, headers
    assert len(await desk.rows("booking")) == 1


@pytest.mark.parametrize("pin", ["", "123", "12345678901234", "12a4", "١٢٣٤", "12 34"])
async def test_a_pin_that_is_none_is_explained(desk: Desk, pin: str) -> None:
    await desk.hears(offer())
    async with browser(desk) as face:
        token = token_in((await face.get(f"/groups/{OFFER_ID}")).text)
        answer = await face.post(f"/groups/{OFFER_ID}?lang=de", data={"token": token, "pin": pin})
    assert answer.status_code == 422
    assert "Die PIN hat 4 bis 12 Ziffern." in answer.text
    assert await desk.rows("booking") == []


async def test_one_address_that_floods_is_turned_away_and_another_is_not(desk: Desk) -> None:
    await desk.hears(offer(seats=500))
    async with browser(desk) as face:
        answers = []
        for _ in range(60):
            key = {"Idempotency-Key": uuid4().hex}
            answers.append(await face.post(f"/group-offers/{OFFER_ID}/places", json={"pin": PIN}, headers=key))
    codes = [one.status_code for one in answers]
    assert codes[:30] == [201] * 30
    late = [one for one in answers if one.status_code == 429]
    assert 15 <= len(late)
    assert all(int(one.headers["retry-after"]) >= 1 for one in late)
    assert (await signs_up(desk)).status_code == 201


async def test_all_addresses_together_have_a_share() -> None:
    """Whoever has many addresses is turned away, too; the next second brings room again."""
    clock = [0.0]
    gate = Gate(ReferralSettings(association="x", database_url="postgresql://x"), lambda: clock[0])
    for number in range(POSTS_BURST):
        await gate(_from(number))
    with pytest.raises(Refused, match="too_many"):
        await gate(_from(POSTS_BURST))
    clock[0] += 1.0
    for number in range(int(POSTS_PER_SECOND)):
        await gate(_from(1_000 + number))
    with pytest.raises(Refused, match="too_many"):
        await gate(_from(2_000))


def _from(number: int) -> Request:
    return Request({"type": "http", "headers": [], "client": (f"2001:db8:0:{number:x}::1", 1)})


async def test_a_body_that_is_too_large_or_strange_is_refused(desk: Desk) -> None:
    await desk.hears(offer())
    async with browser(desk) as face:
        big = await face.post("/groups/place", data={"code": "0" * 5000, "pin": PIN})
        strange = await face.post("/groups/place", content=b"\xff\xfe=\x00", headers={"content-length": "4"})
        key = {"Idempotency-Key": "short"}
        short = await face.post(f"/group-offers/{OFFER_ID}/places", json={"pin": PIN}, headers=key)
        extra = await face.post("/group-places/state", json={"code": "x", "pin": PIN, "name": "Olena"})
    assert [big.status_code, short.status_code, extra.status_code] == [413, 422, 422]
    assert strange.status_code in (403, 422)
    assert "Olena" not in extra.text


async def test_what_does_not_take_place_says_so(desk: Desk) -> None:
    await desk.hears(offer())
    desk.now = datetime.now(UTC)
    await desk.hears(CancelGroupSession(offer_id=OFFER_ID, session=await _next(desk)))
    async with browser(desk) as face:
        assert TEXTS["de"]["off"] in (await face.get(f"/groups/{OFFER_ID}?lang=de")).text
        await desk.hears(CancelGroupOffer(offer_id=OFFER_ID))
        page = (await face.get(f"/groups/{OFFER_ID}?lang=ru")).text
        assert TEXTS["ru"]["cancelled"] in page
        assert 'name="token"' not in page
        assert str(OFFER_ID) not in (await face.get("/groups")).text
        assert (await face.get("/group-offers")).json() == {"offers": []}
        gone = await face.get(f"/groups/{UUID(int=5)}?lang=uk")
    assert (gone.status_code, TEXTS["uk"]["gone"] in gone.text) == (404, True)


async def _next(desk: Desk) -> str:
    async with browser(desk) as face:
        sessions = (await face.get(f"/group-offers/{OFFER_ID}")).json()["next_sessions"]
    return str(sessions[1]["session"])


async def test_a_bot_reads_what_people_read(desk: Desk) -> None:
    texts = ({"language": "uk", "title": "Практика", "about": "Чай"},)
    await desk.hears(offer(texts=texts, age_from=16, women_only=True))
    await desk.hears(offer(offer_id=UUID(int=601), kind="club"))
    async with browser(desk) as face:
        listed = (await face.get("/group-offers", params={"lang": "uk", "kind": "practice_group"})).json()["offers"]
        one = (await face.get(f"/group-offers/{OFFER_ID}", params={"lang": "ru"})).json()
    assert [each["title"] for each in listed] == ["Практика"]
    assert (one["title"], one["text_language"]) == ("Deutsch üben", "de")  # Ukrainian never stands in for Russian
    assert (one["free"], one["waiting"], one["refusal"], one["age_from"], one["women_only"]) == (2, 0, None, 16, True)
    assert one["next_sessions"][0]["starts_at"][-6:] in ("+01:00", "+02:00")
    assert one["series"]["rule"] == "FREQ=WEEKLY"
    schema = desk.service.http.openapi()["paths"]
    assert {"/group-offers", "/group-offers/{offer_id}/places", "/group-places/cancel"} <= schema.keys()
    assert not any(path.startswith("/groups") for path in schema)
