"""Her own page in a real browser: the link, her taps and "leave quickly" work, at each width, light and dark."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.face import Face
from lotse_contracts.sealed import encode, public_bytes
from lotse_referral.pages.own_page import LANGUAGES, TEXTS
from tests import kit
from tests.kit import ServiceDatabase
from tests.referral.desk import Desk, open_desk
from tests.referral.her import NOTIFY, Her, link_in
from tests.verifier.chromium import Chromium

WIDTHS = (320, 1280)
SECONDS = 20.0


class Phone:
    """The browser is asked in a thread, since our own loop serves its pages."""

    def __init__(self, browser: Chromium) -> None:
        self.browser = browser

    async def value(self, expression: str) -> Any:
        return await asyncio.to_thread(self.browser.value, expression)

    async def goes(self, url: str) -> None:
        await asyncio.to_thread(self.browser.ask, "Page.navigate", url=url)

    async def taps(self, selector: str) -> None:
        assert await self.value(f"!!document.querySelector({selector!r})"), selector
        await self.value(f"document.querySelector({selector!r}).click()")

    async def sees(self, condition: str) -> None:
        async def true() -> Any:
            return await self.value(f"document.readyState === 'complete' && ({condition})")

        await kit.eventually(true, SECONDS)

    async def fits(self, width: int, *, dark: bool) -> bool:
        await asyncio.to_thread(self.browser.look, width=width, dark=dark)
        return bool(await self.value("document.documentElement.scrollWidth <= window.innerWidth"))


async def she_visits(phone: Phone, url: str) -> None:
    await phone.goes(url)
    await phone.sees("location.pathname.startsWith('/me/open/')")
    await phone.taps("main button")
    await phone.sees("location.pathname === '/me'")
    assert await phone.value("document.cookie") == "", "no script of anybody can read it"
    papers = set()
    for dark in (False, True):
        for width in WIDTHS:
            assert await phone.fits(width, dark=dark)
        papers.add(await phone.value("getComputedStyle(document.body).backgroundColor"))
    assert len(papers) == 2, "dark is dark"
    for language in LANGUAGES:
        await phone.taps(f"nav a[lang={language}]")
        await phone.sees(f"document.documentElement.lang === '{language}'")
        assert await phone.value("document.title") == TEXTS[language]["title"]
    await phone.taps("button[value=been_there]")
    await phone.sees("location.search.includes('done=checkback')")
    await phone.taps("header button")
    await phone.sees("location.pathname === '/health/live'")


async def test_a_real_browser_opens_answers_and_leaves(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase], tmp_path: Path
) -> None:
    (port,) = kit.free_ports(1)
    base = f"http://127.0.0.1:{port}"
    keys = {name: X25519PrivateKey.generate() for name in ("auslaenderrat", "plattform")}
    told = {
        "notify_seal_key": encode(public_bytes(NOTIFY)),
        "public_url": base,
        "quick_exit_url": f"{base}/health/live",
    }
    opened = open_desk(desk.association, both_databases[0], tmp_path, keys, **told)
    opened.now = opened.service.now()
    face = Face(opened.service.http, "127.0.0.1", port)
    await face.start()
    try:
        async with httpx.AsyncClient() as nobody:
            her = Her(opened, nobody, both_databases[0].owner_url)
            link = link_in(await her.referred())
            await her.is_asked()
        browser = await asyncio.to_thread(Chromium(tmp_path / "profile").__enter__)
        try:
            await she_visits(Phone(browser), link.url)
            assert all(url.startswith(base) for url in browser.requests), "nothing is loaded from elsewhere"
        finally:
            await asyncio.to_thread(browser.__exit__, None, None, None)
        assert await opened.state(her.person.referral_id) == "completed"
        assert await opened.rows("own_session") == []
    finally:
        await face.stop()
        await opened.service.engine.dispose()
