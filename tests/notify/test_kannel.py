"""Kannel: what is sent, and what each answer of its smsbox means."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.calling import Answer
from lotse_notify.providers.kannel import Kannel, KannelBox, outcome_of
from tests.notify.gateway import HttpGateway
from tests.notify.parcels import NOW, NUMBER, TEXT, Gate, parcel

CALLBACK = "http://127.0.0.1:9/cb/kannel/canarytoken"


@pytest.fixture
async def kannel(gateway: HttpGateway) -> AsyncIterator[Kannel]:
    one = Kannel(box(gateway), clock=lambda: NOW)
    yield one
    await one.close()


def box(gateway: HttpGateway, callback_url: str = CALLBACK) -> KannelBox:
    return KannelBox(f"{gateway.url}/cgi-bin/sendsms", "tester", "canary-pass", "Nachricht", callback_url, 0.3)


async def test_number_text_and_password_stand_in_no_address(kannel: Kannel, gateway: HttpGateway) -> None:
    """Logs of servers and proxies keep addresses; headers and body they do not."""
    gateway.say(202, b"0: Accepted for delivery")
    sent = parcel()
    outcome = await kannel.submit(sent, Gate())
    assert outcome == Outcome("accepted", "gateway_took_it", receipt_follows=True)  # trap 2: there is no id
    (call,) = gateway.calls
    assert (call.method, call.target, call.body.decode()) == ("POST", "/cgi-bin/sendsms", TEXT)
    assert call.headers["content-type"] == "text/plain; charset=UTF-8"
    given = {name.removeprefix("x-kannel-"): value for name, value in call.headers.items() if "kannel" in name}
    assert given == {
        "username": "tester",
        "password": "canary-pass",
        "from": "Nachricht",
        "to": NUMBER,
        "coding": "2",
        "validity": "120",
        "dlr-mask": "31",
        "dlr-url": f"{CALLBACK}?ref={sent.reference}&type=%d&id=%F&answer=%A&meta=%D",
    }


async def test_a_plain_text_takes_the_small_alphabet(kannel: Kannel, gateway: HttpGateway) -> None:
    gateway.say(202, b"0: Accepted for delivery")
    await kannel.submit(parcel(text="Sie haben eine Nachricht: € [1]"), Gate())
    assert gateway.calls[0].headers["x-kannel-coding"] == "0"


async def test_without_a_webhook_no_receipt_is_asked_for(gateway: HttpGateway) -> None:
    gateway.say(202, b"0: Accepted for delivery")
    one = Kannel(box(gateway, callback_url=""), clock=lambda: NOW)
    assert not (await one.submit(parcel(), Gate())).receipt_follows
    assert not [name for name in gateway.calls[0].headers if "dlr" in name]
    await one.close()


async def test_what_is_of_no_use_any_more_never_leaves(kannel: Kannel, gateway: HttpGateway) -> None:
    """Trap 8."""
    gate = Gate()
    outcome = await kannel.submit(parcel(useful_by=NOW + timedelta(seconds=59)), gate)
    assert (outcome.ending, gate.asked, gateway.connections) == ("not_sent", 0, 0)


@pytest.mark.parametrize(
    ("status", "text", "ending", "reason"),
    [
        (202, "0: Accepted for delivery", "accepted", "gateway_took_it"),
        (202, "3: Queued for later delivery", "accepted", "gateway_took_it"),
        (202, "Sent.", "accepted", "gateway_took_it"),
        (202, "", "unknown", "answer_unclear"),
        (202, "30: something", "unknown", "answer_unclear"),
        (200, "0: Accepted for delivery", "unknown", "answer_unclear"),
        (503, "Temporal failure, try again later.", "deferred", "gateway_busy"),
        (503, "<html>503 Service Unavailable</html>", "unknown", "answer_unclear"),
        (403, "Not routable. Do not try again.", "rejected", "not_routable"),
        (403, "Authorization failed for sendsms", "deferred", "account_refused"),
        (400, "Number(s) has/have been denied by white- and/or black-lists.", "rejected", "recipient_refused"),
        (400, "Empty receiver number not allowed, rejected", "rejected", "content_refused"),
        (400, "Charset or body misformed, rejected", "rejected", "content_refused"),
        (400, "<html>bad request</html>", "unknown", "answer_unclear"),
        (404, "Unknown request.", "deferred", "request_refused"),
        (500, "Sending failed.", "unknown", "answer_unclear"),
        (502, "", "unknown", "answer_unclear"),
    ],
)
async def test_each_answer_means_what_smsbox_means(
    kannel: Kannel, gateway: HttpGateway, status: int, text: str, ending: str, reason: str
) -> None:
    gateway.say(status, text.encode())
    outcome = await kannel.submit(parcel(), Gate())
    assert (outcome.ending, outcome.reason) == (ending, reason)
    assert len(gateway.calls) == 1


@given(st.binary(max_size=100), st.integers(200, 599))
def test_only_its_own_words_are_a_yes(body: bytes, status: int) -> None:
    outcome = outcome_of(Answer(status, body), receipt_follows=True)
    assert outcome.ending != "accepted" or (status == 202 and body.strip()[:2] in (b"0:", b"3:", b"Se"))


async def test_it_can_be_asked_whether_it_is_there(kannel: Kannel, gateway: HttpGateway) -> None:
    gateway.say(404, b"Unknown request.")
    assert await kannel.probe() == "answers"
    await gateway.stop()
    assert await kannel.probe() == "provider_away"
    assert not any("sendsms" in call.target for call in gateway.calls)
