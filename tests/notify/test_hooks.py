"""What gateways report is read for its codes alone; of what a person writes only the number and the text."""

from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.callbacks import (
    callback_token,
    callback_url,
    kannel_dlr_url,
    token_matches,
)
from lotse_notify.domain.hooks import InboundSms, Received, kannel_inbound, kannel_said, seven_said
from lotse_notify.domain.receipts import Says
from lotse_notify.domain.signing import Signed, genuine, signature_of

REFERENCE = UUID("0d5c8c1e-6f5e-4b0e-9f5e-0a6f3f6d1c11")
SECRET = b"0123456789abcdef"
NUMBER = "+4915112345678"
WORDS = "id:77 sub:001 dlvrd:001 submit date:2611261011 done date:2611261012 stat:{} err:{} text:canary Olena"


def seven(status: str, **more: Any) -> dict[str, Any]:
    """As docs.seven.io shows it."""
    data = {"msg_id": "77149843739", "status": status, "timestamp": "2026-11-26 08:08:00.000000"} | more
    return {"data": data, "webhook_event": "dlr", "webhook_timestamp": "2026-11-26T08:08:00+01:00"}


def kannel(kind: int, answer: str = "", meta: str = "", smsc_id: str = "77") -> dict[str, str]:
    """The parameters as they arrive after Kannel has put its values in their places and we have read the query."""
    url = kannel_dlr_url("http://127.0.0.1/cb/kannel/x", REFERENCE.hex)
    for code, value in (("%d", str(kind)), ("%F", smsc_id), ("%A", answer), ("%D", meta)):
        url = url.replace(code, quote(value, safe=""))
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("TRANSMITTED", "accepted"),
        ("ACCEPTED", "accepted"),
        ("UNKNOWN", "accepted"),
        ("BUFFERED", "buffered"),
        ("DELIVERED", "delivered"),
        ("NOTDELIVERED", "lapsed"),
        ("EXPIRED", "lapsed"),
        ("FAILED", "lapsed"),
        ("REJECTED", "lapsed"),
    ],
)
def test_each_status_of_seven_says_what_it_says(status: str, says: Says) -> None:
    found = seven_said(seven(status))
    assert isinstance(found, Received)
    assert (found.says, found.code, found.provider_id, found.reference) == (says, status.lower(), "77149843739", None)


def test_a_form_and_json_are_the_same_receipt_and_a_repetition_too() -> None:
    form = {
        "webhook_event": "dlr",
        "webhook_timestamp": "2026-11-26T09:15:00+01:00",  # of the repetition
        "data[msg_id]": "77149843739",
        "data[status]": "DELIVERED",
        "data[timestamp]": "2026-11-26 08:08:00.000000",
    }
    assert seven_said(form) == seven_said(seven("DELIVERED"))


def test_our_reference_is_used_where_it_comes_back() -> None:
    found = seven_said(seven("DELIVERED", foreign_id=REFERENCE.hex))
    assert isinstance(found, Received)
    assert found.reference == REFERENCE


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"webhook_event": "tracking"},
        {"webhook_event": "dlr"},
        {"webhook_event": "dlr", "data": None},
        {"webhook_event": "dlr", "data": ["msg_id"]},
        seven("SENT_TO_THE_MOON"),
        seven("DELIVERED", msg_id="'; DROP TABLE receipt; --"),
        seven("DELIVERED", msg_id={"nested": 1}),
        {"webhook_event": "sms_mo", "data": {"id": "1", "sender": "SMS", "text": "Hello"}},
        {"webhook_event": "sms_mo", "data": {"sender": "491771783130", "text": "Hello"}},
    ],
)
def test_what_says_nothing_to_us_is_nothing(payload: dict[str, Any]) -> None:
    assert seven_said(payload) is None


@pytest.mark.parametrize(
    ("kind", "answer", "meta", "expected"),
    [
        (8, "ACK/", "", ("accepted", "taken_by_smsc", False)),
        (4, WORDS.format("ENROUTE", "000"), "", ("buffered", "enroute", False)),
        (1, WORDS.format("DELIVRD", "000"), "", ("delivered", "delivrd", False)),
        (2, WORDS.format("UNDELIV", "027"), "?smpp?dlr_err=%03%00%1B&", ("lapsed", "undeliv", False)),
        (2, WORDS.format("EXPIRED", "000"), "", ("lapsed", "expired", False)),
        (2, WORDS.format("UNDELIV", "001"), "?smpp?dlr_err=%03%00%01&", ("refused", "unknown_subscriber", True)),
        (2, WORDS.format("UNDELIV", "001"), "?smpp?other=1&dlr_err=%01%00%01&", ("lapsed", "undeliv", False)),
        (34, "", "", ("lapsed", "failed", False)),
        (16, "NACK/0x0000000b/Invalid Destination Address", "", ("refused", "0x0000000b", True)),
        (16, "NACK/0x00000045/Submit failed", "", ("refused", "0x00000045", False)),
        (16, "NACK/", "", ("refused", "refused_by_smsc", False)),
    ],
)
def test_each_receipt_of_kannel_says_what_it_says(
    kind: int, answer: str, meta: str, expected: tuple[Says, str, bool]
) -> None:
    """Trap 15: a number that nobody has is told from one that is merely away."""
    found = kannel_said(kannel(kind, answer, meta))
    assert found is not None
    assert (found.says, found.code, found.no_way) == expected
    assert (found.reference, found.provider_id) == (REFERENCE, "77")


def test_nothing_of_the_message_is_kept_of_an_answer() -> None:
    assert "canary" not in repr(kannel_said(kannel(2, WORDS.format("UNDELIV", "001"))))


@pytest.mark.parametrize(
    "changed",
    [
        *({"ref": wrong} for wrong in ("", "0" * 31, "x" * 32)),
        *({"type": wrong} for wrong in ("", "-1", "0", "64", "²", "1" * 5_000)),
    ],
)
def test_a_receipt_of_another_form_is_none(changed: dict[str, str]) -> None:
    assert kannel_said(kannel(1) | changed) is None


def test_what_a_person_writes_is_heard_with_her_number() -> None:
    payload = {"webhook_event": "sms_mo", "data": {"id": "681590", "sender": NUMBER[1:], "text": "СТОП"}}
    from_seven = seven_said(payload)
    assert from_seven == InboundSms("seven", "mo:681590", NUMBER, "СТОП")
    body = "СТОП".encode("utf-16be")
    assert kannel_inbound("aa-1", NUMBER, body, "UTF-16BE") == InboundSms("kannel", "mo:aa-1", NUMBER, "СТОП")
    assert "СТОП" not in repr(from_seven)
    assert NUMBER[1:] not in repr(from_seven)


@pytest.mark.parametrize("charset", ["hex", "idna", "unicode_escape", "zlib", "nonsense", ""])
def test_only_the_charsets_of_kannel_are_read(charset: str) -> None:
    assert kannel_inbound("aa-1", NUMBER, b"STOP", charset) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["data", "webhook_event", "msg_id", "data[status]", "x"]), json_values))
def test_whatever_seven_sends_nothing_is_raised(payload: dict[str, Any]) -> None:
    seven_said(payload)


@given(st.dictionaries(st.sampled_from(["ref", "type", "id", "answer", "meta"]), st.text(max_size=60)))
def test_whatever_kannel_sends_nothing_is_raised_and_ids_stay_clean(query: dict[str, str]) -> None:
    found = kannel_said({"ref": REFERENCE.hex, "type": "1"} | query)
    assert found is None or found.provider_id is None or found.provider_id.isascii()


def test_each_provider_has_a_path_of_its_own_that_nobody_guesses() -> None:
    """Trap 3: a receipt that was made up, or is another provider's, does not come in."""
    token = callback_token(SECRET, "seven")
    assert token_matches(SECRET, "seven", token)
    assert not token_matches(SECRET, "kannel", token)
    assert not token_matches(b"another secret..", "seven", token)
    assert not token_matches(SECRET, "seven", "")
    assert not token_matches(SECRET, "seven", "ключ")
    assert (
        callback_url("https://notify.example.org/", SECRET, "seven") == f"https://notify.example.org/cb/seven/{token}"
    )


def test_no_number_is_asked_for_in_what_kannel_calls() -> None:
    url = kannel_dlr_url("http://127.0.0.1:8080/cb/kannel/x", REFERENCE.hex)
    assert f"ref={REFERENCE.hex}" in url
    assert not {"%p", "%P", "%b", "%a", "%r"} & {url[at : at + 2] for at in range(len(url))}


def signed(**changed: Any) -> Signed:
    whole = Signed("", "1795687200", "n" * 32, "POST", "https://notify.example.org/cb/seven/x", b'{"a": 1}')
    values = vars(whole) | {"signature": signature_of(SECRET, whole)} | changed
    return Signed(**values)


def test_a_signature_is_of_this_account_this_body_this_url_and_now() -> None:
    assert genuine(SECRET, signed(), now_seconds=1795687210)
    for wrong in ({"body": b"{}"}, {"url": "https://x"}, {"method": "GET"}, {"nonce": "m"}, {"signature": ""}):
        assert not genuine(SECRET, signed(**wrong), now_seconds=1795687210)
    assert not genuine(b"another", signed(), now_seconds=1795687210)
    assert not genuine(SECRET, signed(), now_seconds=1795687210 + 3_600)
    for timestamp in ("", "soon", "²", "9" * 400):
        assert not genuine(SECRET, signed(timestamp=timestamp), now_seconds=1795687210)
