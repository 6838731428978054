"""What holds for every query: pages stand still, answers are dated, odd parameters are refused by name."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by
from hypothesis import strategies as st
from sqlalchemy import text

from lotse_chassis.service import Service
from lotse_ledger.domain.entries import Draft, Posting, digest_of
from lotse_ledger.store import log
from tests import kit
from tests.ledger import given
from tests.ledger.test_http import PATHS, V1, answered

PINNED = {"valid_to": "2025-12-12", "recorded_to": "2025-12-12"}
EMPTY_DIGEST = digest_of({})


def booked(amount: int, *, day: str = "2026-03-01") -> Draft:
    """An entry that moves money of the grant."""
    grant = f"expense:{given.GRANT}:fees"
    postings = (Posting(grant, amount, "EUR"), Posting("assets:bank", -amount, "EUR"))
    return Draft(
        key=f"test:{uuid4()}",
        kind="voucher",
        standing="demo",
        valid_on=given.NOW.date().fromisoformat(day),
        data={},
        request_sha256=EMPTY_DIGEST,
        postings=postings,
        grant_id=given.GRANT,
    )


async def append(ledger: kit.ServiceDatabase, *drafts: Draft) -> None:
    async with given.transaction(ledger) as tx:
        for draft in drafts:
            await log.append(tx, draft, journal=given.JOURNAL, now=given.NOW)


async def walked(client: httpx.AsyncClient, path: str, rows: str, **query: Any) -> list[Any]:
    """All pages of a list, one after the other."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await answered(client, path, **query, **({"cursor": cursor} if cursor else {}))
        found += page[rows]
        cursor = page["next"]
    return found


async def test_every_page_of_a_list_shows_the_state_of_the_first(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    before = await answered(auditor, "/entries", limit=500)
    page = await answered(auditor, "/entries", limit=5)
    found = page["entries"]
    while page["next"] is not None:
        await append(ledger, booked(1_00))
        page = await answered(auditor, "/entries", limit=5, cursor=page["next"])
        assert page["recorded_to"] == before["recorded_to"]
        found += page["entries"]
    assert found == before["entries"]


async def test_lists_stand_still_beside_a_writer(auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase) -> None:
    account = f"/accounts/expense:{given.GRANT}/statement"
    await append(ledger, *(booked(amount) for amount in range(1, 30)))
    lists = {"/entries": "entries", account: "movements", "/search": "entries", "/diff": "entries"}
    more = {"/search": {"q": "voucher"}, "/diff": {"recorded_from": "2025-11-12"}}
    whole = {
        path: (await answered(auditor, path, limit=500, **more.get(path, {})))[rows] for path, rows in lists.items()
    }
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await append(ledger, booked(5, day="2026-01-01"))  # earlier than what is on the pages

    first = {path: await answered(auditor, path, limit=4, **more.get(path, {})) for path in lists}
    writer = asyncio.create_task(write())
    try:
        for path, rows in lists.items():
            found, page = list(first[path][rows]), first[path]
            while page["next"] is not None:
                page = await answered(auditor, path, limit=4, cursor=page["next"], **more.get(path, {}))
                found += page[rows]
            assert found == whole[path], path
    finally:
        stop.set()
        await writer


async def test_a_cursor_of_another_list_or_none_is_refused(auditor: httpx.AsyncClient) -> None:
    cursor = (await answered(auditor, "/entries", limit=5, kind="freeze_reported", standing="public"))["next"]
    other = (await answered(auditor, "/entries", limit=5))["next"]
    assert cursor is None
    for path, query in (
        ("/entries", {"kind": "voucher"}),
        ("/entries", {"standing": "demo"}),
        ("/search", {"q": "voucher"}),
        ("/diff", {"recorded_from": "2025-11-12"}),
    ):
        found = await auditor.get(V1 + path, params={**query, "cursor": other})
        assert (found.status_code, found.json()["code"]) == (422, "cursor_of_another_list"), path
        assert found.json()["fields"] == ["cursor"]
    for odd in ("x", "%%%", "WzFd", "eyJhIjoxfQ", "W" * 299, "bnVsbA", "WyJhIiwiYiJd", other[:-4], other + "AAAA"):
        found = await auditor.get(V1 + "/entries", params={"cursor": odd})
        assert (found.status_code, found.json()["fields"]) == (422, ["cursor"]), odd


async def test_an_answer_for_two_named_dates_may_be_kept_and_any_other_is_asked_for_again(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    for query, kept in ((PINNED, True), ({"recorded_to": "2025-12-12"}, False), ({}, False)):
        first = await auditor.get(V1 + "/balances", params=query)
        assert ("immutable" in first.headers["cache-control"]) is kept
        assert first.headers["cache-control"].startswith("private")
        assert {"Authorization", "Cookie"} <= set(first.headers["vary"].split(", "))
        held = {"if-none-match": f'"other", W/{first.headers["etag"]}'}
        again = await auditor.get(V1 + "/balances", params=query, headers=held)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        await append(ledger, booked(7_00, day="2025-12-01"))
        changed = await auditor.get(V1 + "/balances", params=query, headers=held)
        assert changed.status_code == (304 if kept or query else 200)


async def test_what_was_answered_for_a_past_instant_is_answered_again_byte_by_byte(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase
) -> None:
    paths = [path for path in PATHS if "audit" not in path and "checkpoints" not in path]
    then = await answered(auditor, "/entries", limit=1)
    dates = {"valid_to": "2026-06-30", "recorded_to": then["recorded_to"]}

    async def all_of_them() -> list[bytes]:
        with_dates = [path for path in paths if not path.endswith("/rules")]
        return [
            (await auditor.get(path, params=httpx.QueryParams(path.partition("?")[2]).merge(dates))).content
            for path in with_dates
        ]

    before = await all_of_them()
    await append(ledger, booked(9_00, day="2025-12-01"), booked(9_00, day="2026-05-01"))
    assert await all_of_them() == before


async def test_head_is_get_without_the_body_and_options_says_what_is_allowed(auditor: httpx.AsyncClient) -> None:
    for path in PATHS:
        got, head = await auditor.get(path), await auditor.head(path)
        assert (head.status_code, head.content) == (200, b"")
        if "audit" not in path:
            assert head.headers["etag"] == got.headers["etag"], path
        options = await auditor.options(path)
        assert (options.status_code, options.content) == (204, b"")
        assert options.headers["allow"] == "GET, HEAD, OPTIONS"
        assert not [name for name in options.headers if name.startswith("access-control")]
        refused = await auditor.delete(path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert (await auditor.options(V1 + "/audit/sample")).headers["allow"] == "OPTIONS, POST"
    assert (await auditor.options(V1 + "/nothing")).status_code == 404
    assert (await auditor.head(V1 + "/entries/999")).status_code == 404


ODD: tuple[tuple[str, str, list[str]], ...] = (
    ("valid_till=2025-12-12", "parameter_unknown", []),
    ("valid_to=2025-12-12&valid_to=2025-12-13", "parameter_twice", ["valid_to"]),
    ("valid_to=%00", "malformed", ["valid_to"]),
    ("valid_to=%ff%fe", "malformed", ["valid_to"]),
    ("valid_to=" + "9" * 41, "malformed", ["valid_to"]),
    ("valid_to=9999-12-31", "not_a_day", ["valid_to"]),
    ("valid_to=0001-01-01", "not_a_day", ["valid_to"]),
    ("valid_to=2025-W01-1", "not_a_day", ["valid_to"]),
    ("valid_to=%D9%A2025-12-12", "not_a_day", ["valid_to"]),
    ("recorded_to=9999-12-31T23:59:59%2B00:00", "not_a_day", ["recorded_to"]),
    ("recorded_to=0001-01-01T00:00:00%2B23:59", "not_a_day", ["recorded_to"]),
    ("account=x'%20OR%201=1", "malformed", ["account"]),
    ("account=" + "a" * 161, "malformed", ["account"]),
)


async def test_odd_parameters_are_refused_by_name(auditor: httpx.AsyncClient) -> None:
    for query, code, fields in ODD:
        found = await auditor.get(f"{V1}/balances?{query}")
        assert (found.status_code, found.json()["code"], found.json()["fields"]) == (422, code, fields), query
        assert found.headers["content-type"] == "application/problem+json"
        assert found.json()["type"] == f"urn:lotse:problem:{code}"
        assert "valid_till" not in found.text


async def test_a_refusal_says_what_would_be_allowed(auditor: httpx.AsyncClient) -> None:
    found = (await auditor.get(V1 + "/balances?valid_till=2025-12-12")).json()
    assert found["allowed"] == "account, recorded_to, valid_to"
    assert (await auditor.get(V1 + "/balances?" + "x" * 5_000)).status_code == 413


async def test_numbers_that_no_log_has_are_refused(auditor: httpx.AsyncClient) -> None:
    for path in ("/entries/9007199254740993", "/entries/-1", "/entries/1e3", "/entries/%00"):
        found = await auditor.get(V1 + path)
        assert (found.status_code, found.json()["fields"]) == (422, ["log_index"]), path


async def test_a_problem_speaks_the_language_that_was_asked_for(auditor: httpx.AsyncClient) -> None:
    for wish, language in (("de-DE,de;q=0.9", "de"), ("en", "en"), ("uk", "uk"), ("fr", "de")):
        found = await auditor.get(V1 + "/entries/999", headers={"accept-language": wish})
        assert found.headers["content-language"] == language
        assert found.json()["detail"] == found.json()["texts"][language]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_by(data=st.data())
async def test_no_parameter_whatever_it_says_breaks_an_answer(auditor: httpx.AsyncClient, data: st.DataObject) -> None:
    names = ("valid_to", "recorded_to", "account", "cursor", "limit", "kind", "grant", "q", "year", "line", "amount")
    values = st.one_of(
        st.text(max_size=60),
        st.integers().map(str),
        st.sampled_from(
            ["2025-12-12", "2025-12-12T00:00:00Z", "voucher", "assets:bank", str(given.GRANT), "%", "_", "\\"]
        ),
    )
    query = data.draw(st.dictionaries(st.sampled_from(names), values, max_size=3))
    path = data.draw(st.sampled_from(PATHS)).partition("?")[0]
    found = await auditor.get(
        path, params={key: value.encode("utf-8", "replace").decode() for key, value in query.items()}
    )
    assert found.status_code in (200, 404, 413, 422, 429), (path, query)
    if found.status_code >= 400:
        assert found.headers["content-type"] == "application/problem+json"


async def test_words_are_found_as_they_are_and_signs_of_a_pattern_mean_nothing(auditor: httpx.AsyncClient) -> None:
    found = await answered(auditor, "/search", q="ausländerrat")
    assert {"selection_reported", "application_reported"} <= {one["kind"] for one in found["entries"]}
    for nothing in ("%%", "__", "vou%r", '"; DROP TABLE entry', "\\u0000"):
        assert (await answered(auditor, "/search", q=nothing))["entries"] == [], nothing


async def test_a_token_that_asks_too_fast_waits_and_nobody_else_does(
    auditor: httpx.AsyncClient, service: Service, token: Callable[..., str]
) -> None:
    service.http.state.gate.pace.requests_a_minute = 10
    found = [await auditor.get(V1 + "/balances") for _ in range(3)]
    assert [one.status_code for one in found] == [200, 200, 429]
    assert 1 <= int(found[-1].headers["retry-after"]) <= 6
    assert found[-1].json()["allowed"] == "10 requests a minute"
    other = await auditor.get(V1 + "/balances", headers={"authorization": f"Bearer {token()}"})
    assert other.status_code == 200


async def test_a_token_is_neither_logged_nor_stored_nor_said(
    auditor: httpx.AsyncClient, ledger: kit.ServiceDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    given_token = auditor.headers["authorization"].removeprefix("Bearer ")
    caplog.set_level(logging.DEBUG)
    answers = [await auditor.get(path) for path in (*PATHS, V1 + "/entries/999", V1 + "/audit/token")]
    said = "".join(one.text + json.dumps(dict(one.headers)) for one in answers)
    async with given.transaction(ledger) as tx:
        tables = list((await tx.execute(text("SELECT token_use.*::text FROM token_use"))).scalars())
        tables += (await tx.execute(text("SELECT audit_query.*::text FROM audit_query"))).scalars()
    signature = given_token.rpartition(".")[2]
    assert signature not in said + "".join(tables) + caplog.text


async def test_where_the_queries_were_before_somebody_is_sent_on(auditor: httpx.AsyncClient) -> None:
    found = await auditor.get(f"/grants/{given.GRANT}/plan-against-actual?valid_to=2025-12-12")
    assert found.status_code == 308
    assert found.headers["location"] == f"/v1/grants/{given.GRANT}/soll-ist?valid_to=2025-12-12"
    followed = await auditor.get("/entries?limit=2", follow_redirects=True)
    assert (followed.status_code, len(followed.json()["entries"])) == (200, 2)
