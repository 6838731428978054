"""Codes that nobody guesses, links that expire, and visits that change nothing."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import links
from lotse_chassis.database import engine_of
from lotse_chassis.face import face_of
from lotse_chassis.faults import Refused
from lotse_chassis.meters import Meters
from lotse_chassis.problems import Problems
from tests import kit

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
CODES = st.builds(lambda: links.new_code()[0])


@pytest.fixture
async def engine(database: Callable[[str], kit.ServiceDatabase]) -> AsyncIterator[AsyncEngine]:
    engine = engine_of(database(kit.CHASSIS).url)
    yield engine
    await engine.dispose()


async def made(engine: AsyncEngine, expires_at: datetime = TOMORROW, subject_id: str = "r-1") -> str:
    async with engine.begin() as tx:
        return await links.create(tx, purpose="answer", subject_id=subject_id, expires_at=expires_at)


async def looks(engine: AsyncEngine, code: str, now: datetime = NOW, purpose: str = "answer") -> links.Link:
    async with engine.begin() as tx:
        return await links.look(tx, code, purpose=purpose, now=now)


async def uses(engine: AsyncEngine, code: str, now: datetime = NOW, purpose: str = "answer") -> links.Link:
    async with engine.begin() as tx:
        return await links.use(tx, code, purpose=purpose, now=now)


async def rows(engine: AsyncEngine) -> list[tuple[object, ...]]:
    async with engine.begin() as tx:
        return [tuple(row) for row in await tx.execute(select(links.link))]


@given(CODES)
def test_a_code_is_what_the_contract_of_a_receipt_asks(code: str) -> None:
    assert re.fullmatch(r"[0-9A-Z]{26}", code)
    assert not set(code) & set("ILOU")
    assert code[0] in "01234567"  # 26 letters hold 130 bits, 128 are used


def test_codes_do_not_repeat_and_use_every_letter() -> None:
    codes = {links.new_code()[0] for _ in range(2_000)}
    assert len(codes) == 2_000
    for place in range(1, links.CODE_CHARACTERS):
        assert len({code[place] for code in codes}) == 32


@given(CODES, st.data())
def test_a_code_is_read_as_people_write_it(code: str, data: st.DataObject) -> None:
    look_alike = str.maketrans({"0": data.draw(st.sampled_from("0Oo")), "1": data.draw(st.sampled_from("1IiLl"))})
    spoken = "-".join(code[place : place + 5] for place in range(0, 26, 5)).translate(look_alike)
    written = data.draw(st.sampled_from([spoken, spoken.lower(), f" {spoken} "]))
    assert links.canonical(written) == code
    assert links.matches(written, links.digest_of(code))


@given(CODES, CODES)
def test_no_other_code_matches(code: str, other: str) -> None:
    assert links.matches(code, links.digest_of(code))
    assert not links.matches(other, links.digest_of(code))


@given(st.text(), st.text())
def test_no_text_breaks_the_comparison(code: str, digest: str) -> None:
    assert not links.matches(code, digest)


async def test_the_code_itself_is_never_stored(engine: AsyncEngine) -> None:
    code = await made(engine)
    assert code not in repr(await rows(engine))
    assert links.digest_of(code) in repr(await rows(engine))


async def test_looking_changes_nothing(engine: AsyncEngine) -> None:
    code = await made(engine)
    before = await rows(engine)
    for _ in range(5):
        assert await looks(engine, code) == links.Link("answer", "r-1", TOMORROW)
    assert await rows(engine) == before


async def test_a_link_is_used_once(engine: AsyncEngine) -> None:
    code = await made(engine)
    assert (await uses(engine, code.lower())).subject_id == "r-1"
    for visit in (uses, looks):
        with pytest.raises(Refused, match="expired_link"):
            await visit(engine, code)


async def test_of_two_who_use_a_link_at_the_same_moment_one_does(engine: AsyncEngine) -> None:
    code = await made(engine)
    async with engine.begin() as tx:
        await links.use(tx, code, purpose="answer", now=NOW)
        second = asyncio.create_task(uses(engine, code))
        await kit.eventually(lambda: _somebody_waits_for_a_lock(engine))
    with pytest.raises(Refused, match="expired_link"):
        await second


async def _somebody_waits_for_a_lock(engine: AsyncEngine) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with engine.begin() as tx:
        return int((await tx.execute(text(waiting))).scalar_one()) == 1


async def test_a_link_ends_on_time(engine: AsyncEngine) -> None:
    code = await made(engine)
    await looks(engine, code, now=TOMORROW - timedelta(microseconds=1))
    for visit in (looks, uses):
        with pytest.raises(Refused, match="expired_link"):
            await visit(engine, code, now=TOMORROW)


async def test_a_code_opens_nothing_else(engine: AsyncEngine) -> None:
    code = await made(engine)
    with pytest.raises(Refused, match="not_found"):
        await looks(engine, code, purpose="calendar")
    with pytest.raises(Refused, match="not_found"):
        await looks(engine, links.new_code()[0])


async def test_revoking_removes_every_link_to_a_subject(engine: AsyncEngine) -> None:
    codes = [await made(engine), await made(engine)]
    kept = await made(engine, subject_id="r-2")
    async with engine.begin() as tx:
        assert await links.revoke(tx, purpose="answer", subject_id="r-1") == 2
    for code in codes:
        with pytest.raises(Refused, match="not_found"):
            await looks(engine, code)
    assert (await looks(engine, kept)).subject_id == "r-2"


async def test_only_links_long_dead_are_pruned(engine: AsyncEngine) -> None:
    await made(engine, expires_at=NOW - timedelta(days=31))
    late = await made(engine, expires_at=NOW - timedelta(days=29))
    async with engine.begin() as tx:
        assert await links.prune(tx, now=NOW) == 1
    with pytest.raises(Refused, match="expired_link"):
        await looks(engine, late)


async def test_over_http_a_get_changes_nothing_and_a_post_uses_the_link_up(engine: AsyncEngine) -> None:
    code = await made(engine)
    before = await rows(engine)
    async with AsyncClient(transport=ASGITransport(_face(engine)), base_url="http://lotse") as visitor:
        for method in ("GET", "HEAD", "GET"):
            assert (await visitor.request(method, f"/answers/{code}")).status_code in {200, 405}
        assert await rows(engine) == before
        assert (await visitor.post(f"/answers/{code}")).status_code == 200
        again = await visitor.post(f"/answers/{code}", headers={"Accept-Language": "uk"})
    assert again.status_code == 410
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["detail"].startswith("Це посилання")
    assert code not in again.text


def _face(engine: AsyncEngine) -> FastAPI:
    router = APIRouter()

    @router.get("/answers/{code}")
    async def show(code: str) -> str:
        return (await looks(engine, code)).subject_id

    @router.post("/answers/{code}")
    async def answer(code: str) -> str:
        return (await uses(engine, code)).subject_id

    app = face_of("referral", Problems(), Meters("referral"), dict)
    app.include_router(router)
    return app
