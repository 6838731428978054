"""What comes to the bounce address is read for its codes alone; what is no bounce changes nothing."""

import base64
import re
import sys
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.bounces import ADDRESS_IS_DEAD, BOUNCE_BYTES_MAX, Bounce, bounce_of
from lotse_notify.domain.verp import bounce_sender

ATTEMPT = UUID("0d5c8c1e-6f5e-4b0e-9f5e-0a6f3f6d1c11")
OTHER = UUID("11111111-2222-4333-8444-555555555555")
DOMAIN = "bounce.example.org"
TO_ATTEMPT = (bounce_sender(ATTEMPT.hex, DOMAIN),)
ADDRESS = "canary.olena@example.org"

POSTFIX = """Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
Date: Thu, 26 Nov 2026 10:11:12 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="4FZk.1764148272/mx.example.org"

--4FZk.1764148272/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<canary.olena@example.org>: host mx2.example.org[192.0.2.7] said: 550 5.1.1 nobody

--4FZk.1764148272/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
{envelope}X-Postfix-Queue-ID: 4FZk
X-Postfix-Sender: rfc822; {to}
Arrival-Date: Thu, 26 Nov 2026 10:11:10 +0100 (CET)

Final-Recipient: rfc822; canary.olena@example.org
Original-Recipient: rfc822;canary.olena@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mx2.example.org
Diagnostic-Code: {diagnostic}

--4FZk.1764148272/mx.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: message@post.example.org
To: canary.olena@example.org
Auto-Submitted: auto-generated
Content-Type: text/plain; charset=utf-8

Original-Envelope-Id: 99999999999999999999999999999999
--4FZk.1764148272/mx.example.org--
"""


def report(
    action: str = "failed",
    status: str = "5.1.1",
    *,
    envelope_id: str | None = ATTEMPT.hex,
    diagnostic: str = "smtp; 550 nobody",
) -> bytes:
    """As Postfix 3.7 writes it."""
    envelope = "" if envelope_id is None else f"Original-Envelope-Id: {envelope_id}\n"
    text = POSTFIX.format(to=TO_ATTEMPT[0], envelope=envelope, action=action, status=status, diagnostic=diagnostic)
    return text.replace("\n", "\r\n").encode()


def read(raw: bytes, *recipients: str) -> Bounce:
    found = bounce_of(raw, recipients, DOMAIN)
    assert isinstance(found, Bounce)
    return found


def test_a_hard_bounce_is_told_by_its_envelope_id() -> None:
    assert read(report()) == Bounce(ATTEMPT, "refused", "5.1.1", no_way=True, provider_time="2026-11-26T10:11:12+01:00")


def test_without_an_envelope_id_the_address_that_it_came_to_tells() -> None:
    """Trap 4: by the token of the address (VERP), never by the address of the person."""
    found = read(report(envelope_id=None), "<B-" + ATTEMPT.hex.upper() + "@BOUNCE.example.org>")
    assert found.reference == ATTEMPT
    assert read(report(envelope_id=None)).reference is None
    assert read(report(envelope_id=None), f"b-{ATTEMPT.hex}@elsewhere.example.org").reference is None
    assert read(report(envelope_id=None), ADDRESS).reference is None


def test_a_foreign_envelope_id_does_not_outweigh_the_address() -> None:
    assert read(report(envelope_id="QQ123"), *TO_ATTEMPT).reference == ATTEMPT


def test_two_attempts_in_one_bounce_are_a_contradiction() -> None:
    assert bounce_of(report(envelope_id=OTHER.hex), TO_ATTEMPT, DOMAIN) == "contradictory"


@pytest.mark.parametrize(
    ("action", "status", "says", "no_way"),
    [
        ("delivered", "2.1.5", "delivered", False),
        ("relayed", "2.0.0", "accepted", False),
        ("expanded", "2.0.0", "accepted", False),
        ("delayed", "4.4.1", "buffered", False),
        ("delayed (will be tried again)", "4.4.1", "buffered", False),
        ("failed", "4.4.7", "lapsed", False),
        ("failed", "4.7.1 (greylisted until it was too late)", "lapsed", False),
        ("failed", "5.2.2", "refused", False),
        ("failed", "5.7.1", "refused", False),
        ("Failed", "5.4.4", "refused", True),
        ("failed", "5.1.10", "refused", True),
        ("failed", "nonsense", "lapsed", False),
    ],
)
def test_each_action_says_what_it_says(action: str, status: str, says: str, no_way: bool) -> None:
    """Trap 4: `Action: delayed` is no failure, and only 5.x.x is one for good."""
    found = read(report(action, status))
    assert (found.says, found.no_way) == (says, no_way)


@pytest.mark.parametrize(
    ("status", "diagnostic", "code"),
    [
        ("5.0.0", "smtp; 550 5.1.1 <x>: no such user", "5.1.1"),
        ("5.0.0", "smtp; 550-5.1.1 no such user", "5.1.1"),
        ("5.0.0", "smtp; 550 5.1.1.7 is blocked", "5.0.0"),
        ("5.0.0", "smtp; 450 4.2.0 greylisted", "5.0.0"),
        ("5.7.1", "smtp; 550 5.1.1 no such user", "5.7.1"),
        ("", "smtp; 554 5.2.1 disabled", "5.2.1"),
        ("", "smtp; 554 no", ""),
    ],
)
def test_a_status_that_says_nothing_yields_to_what_the_other_server_said(
    status: str, diagnostic: str, code: str
) -> None:
    assert read(report(status=status, diagnostic=diagnostic)).code == code


def test_of_several_recipients_the_kindest_counts() -> None:
    two = "Final-Recipient: rfc822; b@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient: rfc822;"
    assert read(report().replace(b"Final-Recipient: rfc822;", two.encode(), 1)).says == "delivered"


def test_nothing_of_the_person_is_in_what_was_read() -> None:
    assert ADDRESS.split("@", maxsplit=1)[0] not in repr(read(report(), *TO_ATTEMPT))
    assert "example.org" not in repr(read(report(), *TO_ATTEMPT))


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("Auto-Submitted: auto-replied\nContent-Type: text/plain", "auto_reply"),
        ("Auto-Submitted: Auto-Replied; owner-email=x\nContent-Type: text/plain", "auto_reply"),
        ("X-Autoreply: yes\nContent-Type: text/plain", "auto_reply"),
        ("Content-Type: text/plain\nSubject: Undelivered Mail Returned to Sender", "no_report"),
        ("Auto-Submitted: no\nContent-Type: text/plain", "no_report"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=x", "read_receipt"),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=x", "complaint"),
        ("Content-Type: multipart/report; report-type=delivery-status", "no_report"),
    ],
)
def test_an_automatic_answer_or_a_complaint_is_no_bounce(head: str, why: str) -> None:
    """Trap 4: whoever answers that she is away has got the mail."""
    raw = f"From: x@example.org\n{head}\n\nI am away. 550 5.1.1\n".encode()
    assert bounce_of(raw, TO_ATTEMPT, DOMAIN) == why


def test_a_report_inside_of_an_answer_is_not_ours_to_read() -> None:
    """Somebody who forwards a bounce to us, or quotes one, does not bounce anything."""
    inner = report().decode()
    raw = f"From: x@example.org\nContent-Type: multipart/mixed; boundary=zz\n\n--zz\n\n{inner}\n--zz--\n".encode()
    assert bounce_of(raw, TO_ATTEMPT, DOMAIN) == "no_report"


def test_a_report_as_an_attachment_is_not_ours_to_read() -> None:
    raw = report().replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed")
    assert bounce_of(raw, TO_ATTEMPT, DOMAIN) == "auto_reply"


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_a_report_with_letters_outside_ascii_is_read(encoding: str) -> None:
    """RFC 6533."""
    status = (
        f"Reporting-MTA: dns; mx.example.org\r\nOriginal-Envelope-Id: {ATTEMPT.hex}\r\n\r\n"
        "Final-Recipient: utf-8; олена@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    ).encode()
    body = base64.encodebytes(status) if encoding == "base64" else status
    head = f"Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    raw = (
        b"From: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=zz\r\n\r\n--zz\r\n"
        + head
        + body
        + b"\r\n--zz--\r\n"
    )
    found = read(raw)
    assert (found.reference, found.says, found.code) == (ATTEMPT, "refused", "5.1.1")


@pytest.mark.parametrize("length", [1_048_577, 3_000_000])
def test_what_is_far_too_long_is_not_read(length: int) -> None:
    assert bounce_of(report() + b"x" * length, TO_ATTEMPT, DOMAIN) == "unreadable"


def test_a_mail_of_many_layers_harms_nobody() -> None:
    raw = b"Content-Type: multipart/report; boundary=x; report-type=delivery-status\n\n--x\n" * 5_000
    assert not isinstance(bounce_of(raw, TO_ATTEMPT, DOMAIN), Bounce)
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000))
    assert not isinstance(bounce_of(deep, TO_ATTEMPT, DOMAIN), Bounce)


def nested(depth: int) -> bytes:
    """Multiparts in each other, then lines that belong to the innermost: a parser compares each with all of them."""
    layers = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return layers + b"x\n" * ((BOUNCE_BYTES_MAX - len(layers)) // 2)


class Steps:
    """Counts the calls of functions, and ends what makes too many."""

    def __init__(self, most: int) -> None:
        self.left = most

    def __call__(self, frame: Any, event: str, arg: Any) -> None:
        del frame, arg
        self.left -= event in ("call", "c_call")
        if self.left < 0:
            sys.setprofile(None)
            raise AssertionError("one mail must not occupy the process")


@pytest.mark.parametrize(
    "raw",
    [
        nested(10),
        nested(250),
        report()[:-4] + b"\r\n" + nested(250)[: BOUNCE_BYTES_MAX - 4_000],
        b"Content-Type: multipart/report; boundary=zz\n\n" + b"--zz\na: b\n\n" * 90_000,
        b"x: y\n" * 200_000,
        b"\n" * BOUNCE_BYTES_MAX,
    ],
    ids=["ten layers", "250 layers", "layers in a report", "parts", "headers", "lines"],
)
def test_a_crafted_mail_occupies_nobody(raw: bytes) -> None:
    """Whoever got a mail of ours can write to its bounce address; 250 layers took most of a minute."""
    before = sys.getprofile()
    sys.setprofile(Steps(300_000))
    try:
        bounce_of(raw, TO_ATTEMPT, DOMAIN)
    finally:
        sys.setprofile(before)


def test_a_report_is_read_though_the_whole_mail_comes_back() -> None:
    """We ask for its head alone, and not every server heeds that."""
    whole = report().replace(b"Content-Type: text/plain; charset=utf-8\r\n", b"\r\n" + b"x" * 70 * 12_000 + b"\r\n")
    assert len(whole) > 800_000
    assert read(whole) == read(report())


def test_only_the_boundary_of_the_report_itself_parts_it() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="4FZk.1764148272/mx.example.org2"\r\n\r\n'
    inner += b"--4FZk.1764148272/mx.example.org2\r\nContent-Type: message/delivery-status\r\n\r\n"
    inner += b"Action: delivered\r\nStatus: 2.0.0\r\n"
    line = b"Content-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
    bent = report().replace(line, inner)
    assert bent != report()
    assert read(bent) == read(report())


@given(st.binary(max_size=400), st.lists(st.text(max_size=80), max_size=3))
def test_whatever_comes_in_nothing_is_raised(raw: bytes, recipients: list[str]) -> None:
    bounce_of(raw, recipients, DOMAIN)


@given(st.data())
def test_a_report_that_was_torn_or_bent_raises_nothing(data: st.DataObject) -> None:
    raw = bytearray(report())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
        raw = raw or bytearray(b"x")
    found = bounce_of(bytes(raw), TO_ATTEMPT, DOMAIN)
    if isinstance(found, Bounce):
        assert re.fullmatch(r"([245]\.\d{1,3}\.\d{1,3})?", found.code)
        assert not found.no_way or found.code in ADDRESS_IS_DEAD
