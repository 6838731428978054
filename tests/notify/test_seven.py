"""seven.io: what is sent, what each of its answers means, and what its journal can settle."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.calling import Answer
from lotse_notify.providers.provider import Sighting
from lotse_notify.providers.seven import Seven, SevenAccount
from lotse_notify.providers.seven_answers import REFUSALS, outcome_of
from tests.notify.gateway import HttpGateway
from tests.notify.parcels import NOW, NUMBER, TEXT, Gate, parcel

KEY = "canary-key"
DEFINITE = {"not_sent", "throttled", "rejected", "deferred"}


@pytest.fixture
async def seven(gateway: HttpGateway) -> AsyncIterator[Seven]:
    one = Seven(SevenAccount(gateway.url, KEY, "Nachricht", timeout_seconds=0.3), clock=lambda: NOW)
    yield one
    await one.close()


def taken(code: object = "100", **message: object) -> dict[str, object]:
    """The answer to one SMS, as docs.seven.io shows it; it repeats number and text."""
    known = {"id": "77233005926", "sender": "Nachricht", "recipient": NUMBER[1:], "text": TEXT, "parts": 2}
    return {
        "success": code,
        "total_price": 0.15,
        "messages": [{**known, "price": 0.15, "success": True, "error": None, "error_text": None, **message}],
    }


async def test_a_message_goes_to_one_recipient_with_our_reference_and_its_time_of_use(
    seven: Seven, gateway: HttpGateway
) -> None:
    """Trap 8: a reminder must not arrive after the appointment; minutes are rounded down. Trap 1: one recipient."""
    gateway.say(200, taken())
    sent = parcel()
    outcome = await seven.submit(sent, Gate())
    assert outcome == Outcome(
        "accepted", "provider_took_it", provider_id="77233005926", cost_e4=1_500, receipt_follows=True
    )
    (call,) = gateway.calls
    assert call.form == {"to": NUMBER, "text": TEXT, "from": "Nachricht", "foreign_id": sent.reference, "ttl": "120"}
    assert (call.method, call.target, call.headers["x-api-key"]) == ("POST", "/sms", KEY)


async def test_what_is_of_no_use_any_more_never_leaves(seven: Seven, gateway: HttpGateway) -> None:
    gate = Gate()
    outcome = await seven.submit(parcel(useful_by=NOW + timedelta(seconds=59)), gate)
    assert (outcome.ending, outcome.reason, gate.asked) == ("not_sent", "too_late", 0)
    assert gateway.connections == 0


async def test_a_message_that_may_not_begin_never_leaves(seven: Seven, gateway: HttpGateway) -> None:
    assert (await seven.submit(parcel(), Gate(may=False))).ending == "withdrawn"
    assert gateway.connections == 0


@pytest.mark.parametrize("code", sorted(REFUSALS))
@pytest.mark.parametrize("shape", ["text", "number", "bare", "message"])
async def test_a_refusal_in_the_body_is_one_though_the_status_is_200(
    seven: Seven, gateway: HttpGateway, code: int, shape: str
) -> None:
    """Trap 1: every code of theirs, in every form that it comes in."""
    bodies: dict[str, object] = {
        "text": {"success": str(code), "error_text": f"to {NUMBER}"},
        "number": {"success": code},
        "bare": str(code).encode(),
        "message": taken(success=False, error=code, error_text=f"to {NUMBER}"),
    }
    gateway.say(200, bodies[shape])
    outcome = await seven.submit(parcel(), Gate())
    assert outcome == REFUSALS[code]
    assert outcome.ending != "accepted"


def test_codes_mean_what_is_safe() -> None:
    """A definite no only where theirs is one; no code of 700, 600 or 402 may lead to a second SMS."""
    endings = {code: outcome.ending for code, outcome in REFUSALS.items()}
    assert {code for code, ending in endings.items() if ending == "unknown"} == {402, 600, 700}
    assert endings[403] == "throttled"
    assert {code for code, outcome in REFUSALS.items() if outcome.no_way} == {202}
    assert {code for code, ending in endings.items() if ending == "deferred"} == {11, 201, 500, 900, 902, 903}


@pytest.mark.parametrize(
    "body",
    [
        {"success": "101", "messages": []},
        {"success": "101"},
        {"success": "100", "messages": [{"success": True}, {"success": True}]},
        {"success": "100", "messages": [{"success": "true", "id": "1"}]},
        {"success": "100", "messages": [{"success": False, "error": "strange"}]},
        {"success": True},
        {"success": "0100"},
        b"",
        b"<html>ok</html>",
        b"[" * 60_000,
        b"100 sent",
    ],
    ids=range(11),
)
async def test_a_yes_that_is_not_as_documented_is_a_doubt(seven: Seven, gateway: HttpGateway, body: object) -> None:
    gateway.say(200, body)
    assert (await seven.submit(parcel(), Gate())).ending == "unknown"


async def test_a_message_that_was_sent_in_part_is_judged_by_itself(seven: Seven, gateway: HttpGateway) -> None:
    """Trap 1: 101 is about the call; our one message says for itself."""
    gateway.say(200, taken("101"))
    assert (await seven.submit(parcel(), Gate())).ending == "accepted"
    gateway.say(200, taken("101", success=False, error=202))
    assert (await seven.submit(parcel(), Gate())).no_way


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (301, "deferred"),
        (307, "deferred"),
        (400, "unknown"),
        (401, "deferred"),
        (403, "deferred"),
        (404, "deferred"),
        (408, "unknown"),
        (413, "deferred"),
        (429, "throttled"),
        (500, "unknown"),
        (502, "unknown"),
        (503, "unknown"),
        (504, "unknown"),
    ],
)
async def test_a_status_without_a_code_is_a_no_only_where_nobody_can_have_looked(
    seven: Seven, gateway: HttpGateway, status: int, ending: str
) -> None:
    gateway.say(status, b"<html>nginx</html>", Location="http://127.0.0.1:1/")
    assert (await seven.submit(parcel(), Gate())).ending == ending
    assert len(gateway.calls) == 1  # trap 22: neither followed nor repeated


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "999999999"}, 86_400.0),
        ({"Retry_After": "Thu, 26 Nov 2026 09:01:00 GMT", "Date": "Thu, 26 Nov 2026 09:00:00 GMT"}, 60.0),
        ({"Retry_After": "Thu, 26 Nov 2026 09:01:00 GMT"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "-5"}, None),
        ({}, None),
    ],
    ids=range(7),
)
async def test_a_pause_that_is_asked_for_is_kept(
    seven: Seven, gateway: HttpGateway, headers: dict[str, str], seconds: float | None
) -> None:
    """Dates are measured by the provider's own clock, trap 24."""
    gateway.say(429, b"", **headers)
    assert (await seven.submit(parcel(), Gate())).retry_after_seconds == seconds


@given(st.binary(max_size=200) | st.from_regex(r"\A\{.*\}\Z").map(str.encode), st.integers(200, 599))
def test_no_answer_whatever_breaks_us_or_looks_like_a_yes(body: bytes, status: int) -> None:
    outcome = outcome_of(Answer(status, body))
    assert outcome.ending != "accepted"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda part: (
            st.lists(part) | st.dictionaries(st.sampled_from(["success", "messages", "id", "error", "price"]), part)
        ),
    )
)
def test_no_json_whatever_breaks_us(value: object) -> None:
    outcome = outcome_of(Answer(200, json.dumps(value).encode()))
    assert outcome.ending in DEFINITE | {"unknown", "accepted"}


@pytest.mark.parametrize("price", [None, "free", float("nan"), -1, 1e9, True])
async def test_a_price_that_is_none_leaves_it_to_the_table(seven: Seven, gateway: HttpGateway, price: object) -> None:
    gateway.say(200, taken(price=price))
    assert (await seven.submit(parcel(), Gate())).cost_e4 is None


def entry(reference: str | None, number: int = 1) -> dict[str, object]:
    return {"id": str(number), "to": NUMBER, "text": TEXT, "foreign_id": reference, "timestamp": "2026-11-26 10:00:00"}


async def test_the_journal_finds_what_it_has_and_is_not_asked_by_number(seven: Seven, gateway: HttpGateway) -> None:
    gateway.say(200, [entry("other"), entry(None), entry("ours", 4711)])
    seen = await seven.lookup({"ours": NOW, "lost": NOW}, NOW + timedelta(hours=1))
    assert seen == {"ours": Sighting("found", "4711"), "lost": Sighting("absent")}
    assert len(gateway.calls) == 1
    assert gateway.calls[0].target == "/journal/outbound?date_from=2026-11-25&date_to=2026-11-27&limit=100&offset=0"


@pytest.mark.parametrize(("minutes", "seen"), [(14, "unclear"), (15, "absent")])
async def test_what_is_not_in_the_journal_is_absent_only_when_it_has_settled(
    seven: Seven, gateway: HttpGateway, minutes: int, seen: str
) -> None:
    gateway.say(200, [entry("other")])
    assert (await seven.lookup({"ours": NOW}, NOW + timedelta(minutes=minutes)))["ours"].seen == seen


async def test_the_journal_is_read_to_its_end(seven: Seven, gateway: HttpGateway) -> None:
    full = json.dumps([entry(f"other-{number}") for number in range(100)]).encode()
    gateway.answers = [(200, full), (200, full), (200, json.dumps([entry("ours", 7)]).encode())]
    assert (await seven.lookup({"ours": NOW}, NOW + timedelta(hours=1)))["ours"].provider_id == "7"
    assert [call.target.rpartition("=")[2] for call in gateway.calls] == ["0", "90", "180"]


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (200, b""), (200, {"success": "900"}), (200, [{"id": 1}]), (200, b"900"), (401, []), (200, [1])],
    ids=range(7),
)
async def test_a_journal_that_cannot_be_read_settles_nothing(
    seven: Seven, gateway: HttpGateway, status: int, body: object
) -> None:
    gateway.say(status, body)
    assert (await seven.lookup({"ours": NOW}, NOW + timedelta(hours=1)))["ours"].seen == "unclear"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(200, b"12.34", "answers"), (200, b"900", "account_refused"), (401, b"", "account_refused")],
    ids=range(3),
)
async def test_it_can_be_asked_whether_it_knows_us(
    seven: Seven, gateway: HttpGateway, status: int, body: bytes, said: str
) -> None:
    gateway.say(status, body)
    assert await seven.probe() == said
    assert [(call.method, call.target) for call in gateway.calls] == [("GET", "/balance")]
