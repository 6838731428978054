"""Pages of offices under attack: strangers' forms, headers and scripts smuggled in, cookies that leak."""

import re
from uuid import uuid4

import pytest

from lotse_referral.pages.office import WORDS
from tests.referral.desk import Person
from tests.referral.offices import BASE, GROUPS, OfficeDesk, browser, hidden, office_of, referred

PAGES = WORDS["de"]["pages"]


async def linked(desk: OfficeDesk, person: Person) -> str:
    return desk.link_in(await referred(desk, person))


@pytest.mark.parametrize(
    "typed", ["", "0" * 25, "0" * 27, "ö" * 26, "'; DROP TABLE office_link; --", "%00" * 9, "../../x"]
)
async def test_what_is_no_code_is_an_unknown_link_and_never_echoed(office_desk: OfficeDesk, typed: str) -> None:
    async with browser(office_desk) as office:
        for answer in (await office.client.get("/l", params={"code": typed or "-"}, follow_redirects=True),):
            assert answer.status_code == 404
            assert PAGES["unknown"][0] in answer.text
            if len(typed) > 2:
                assert typed not in answer.text


async def test_a_form_from_another_origin_changes_nothing(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = await linked(office_desk, person)
    async with browser(office_desk) as office:
        page = await office.open(code)
        token = hidden(page.text, "token")
        forged = {"action": "decline", "reason": "other"}
        for form, headers in (
            (forged, {}),
            (forged | {"token": "0" * 64}, {}),
            (forged | {"token": token}, {"origin": "https://evil.example.org"}),
            (forged | {"token": token}, {"sec-fetch-site": "cross-site"}),
            (forged | {"token": token}, {"sec-fetch-site": "same-site"}),
        ):
            answer = await office.client.post(f"/l/{code}/answer", data=form, headers=headers)
            assert answer.status_code == 403, (form, headers)
            assert PAGES["forbidden"][0] in answer.text
        raw = await office.client.post(
            f"/l/{code}/answer",
            content=f"action=decline&reason=other&token={token}",
            headers={"content-type": "text/plain"},
        )
        assert raw.status_code == 403
        for path in ("open", "again"):
            elsewhere = await office.client.post(f"/l/{code}/{path}", headers={"origin": "https://evil.example.org"})
            assert elsewhere.status_code == 403
    assert await office_desk.state(person.referral_id) == "delivered"


async def test_the_cookie_is_kept_from_scripts_other_sites_other_paths_and_open_lines(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    async with browser(office_desk) as office:
        answer = await office.client.post(f"/l/{code}/open")
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    assert answer.headers["location"] == f"../{code}?lang=de"
    for part in ("HttpOnly", "SameSite=strict", "Path=/l", "Secure", "Max-Age=43200"):
        assert part in cookie, part
    assert code not in cookie


async def test_no_header_can_be_smuggled_in(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    evil = "%0d%0aSet-Cookie:%20evil=1"
    async with browser(office_desk) as office:
        for path in (
            f"/l/{code}{evil}",
            f"/l/{code}?lang=de{evil}",
            f"/l?code={code}{evil}",
            f"/l/{code}?done=1{evil}",
        ):
            answer = await office.client.get(path)
            assert "evil" not in str(answer.headers), path
        posted = await office.client.post(f"/l/{code}/open?lang=de{evil}")
        assert "evil" not in posted.headers["location"] + posted.headers["set-cookie"]


XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


async def test_what_people_and_directories_write_stays_text(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    service_id = await office_of(office_desk, person)
    office_desk.sql("UPDATE service SET name = %s WHERE id = %s", f"Jobcenter {XSS}", service_id)
    try:
        said = await referred(
            office_desk,
            person,
            groups=(*GROUPS, "need_summary"),
            identity={"name": XSS, XSS: XSS},
            need_summary=XSS,
        )
        code = office_desk.link_in(said)
        async with browser(office_desk) as office:
            page = (await office.open(code)).text
            page += (await office.answer(code, "request_info", {"question": "other", "text": XSS})).text
            page += (await office.see(code, params={"lang": XSS, "done": XSS})).text
            card = (await office.client.get(f"/services/{service_id}/card?concern=benefits")).text
    finally:
        office_desk.sql("UPDATE service SET name = 'Jobcenter Dresden' WHERE id = %s", service_id)
    assert "<script" not in page + card
    assert "<img" not in page + card
    assert page.count("&lt;script&gt;") >= 4


async def test_a_long_form_is_refused_before_it_is_read(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    async with browser(office_desk) as office:
        await office.open(code)
        answer = await office.client.post(f"/l/{code}/answer", data={"action": "accept", "text": "x" * 100_000})
        assert answer.status_code == 403
        many = "&".join(f"a{number}=1" for number in range(500))
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert (await office.client.post(f"/l/{code}/answer", content=many, headers=headers)).status_code == 403


async def test_no_page_of_an_office_tells_where_it_came_from(office_desk: OfficeDesk) -> None:
    code = await linked(office_desk, Person(code="benefits"))
    async with browser(office_desk) as office:
        for answer in (await office.see(code), await office.open(code), await office.see(str(uuid4()))):
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["x-robots-tag"] == "noindex, nofollow"
            assert not re.findall(rf"https?://(?!{re.escape(BASE[8:])})", answer.text)
