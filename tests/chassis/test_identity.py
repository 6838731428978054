"""Staff and auditors are who their tokens say, and nobody else is."""

import base64
import hashlib
import hmac
import json
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_chassis.identity import (
    Auditor,
    Staff,
    issue_auditor_token,
    issue_token,
    verify_auditor_token,
    verify_token,
)

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
COUNSELLOR = Staff("c-4711", "counsellor")
AUDITOR = Auditor("auditor-1", frozenset({"grants:read", "entries:read"}), AT + timedelta(days=30))


def token_of(staff: Staff = COUNSELLOR, at: datetime = AT) -> str:
    return issue_token(staff, KEY, association="auslaenderrat", at=at, lifetime=timedelta(hours=8))


def verified(token: str, at: datetime = AT, association: str = "auslaenderrat") -> Staff:
    return verify_token(token, public_key=PUBLIC, association=association, at=at)


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(claims: dict[str, Any], key: Ed25519PrivateKey = KEY) -> str:
    return jwt.encode(claims, key, algorithm="EdDSA")


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def refuses(token: str, at: datetime = AT, association: str = "auslaenderrat") -> None:
    with pytest.raises(Refused) as fault:
        verified(token, at, association)
    assert fault.value.code == "token_invalid"
    told = "".join(traceback.format_exception(fault.value))
    assert "c-4711" not in told
    assert len(token) < 20 or token not in told


def test_a_token_says_who_acts_and_in_which_role() -> None:
    assert verified(token_of()) == COUNSELLOR


def test_a_token_counts_at_the_envelopes_time_even_when_it_has_expired_since() -> None:
    old = token_of(at=AT - timedelta(days=20))
    assert verified(old, at=AT - timedelta(days=20) + timedelta(hours=1)) == COUNSELLOR
    refuses(old, at=AT)


def test_a_token_ends_on_the_second() -> None:
    assert verified(token_of(), at=AT + timedelta(hours=8) - timedelta(seconds=1)) == COUNSELLOR
    refuses(token_of(), at=AT + timedelta(hours=8))


def test_a_token_does_not_reach_back_before_its_issue_but_for_a_slow_clock() -> None:
    assert verified(token_of(), at=AT - timedelta(seconds=59)) == COUNSELLOR
    refuses(token_of(), at=AT - timedelta(seconds=61))


def test_a_token_of_another_association_is_refused() -> None:
    refuses(token_of(), association="wir")


def test_a_token_signed_by_another_key_is_refused() -> None:
    refuses(signed(claims_of(token_of()), Ed25519PrivateKey.generate()))


def test_an_unsigned_token_is_refused() -> None:
    refuses(jwt.encode(claims_of(token_of()), "", algorithm="none"))


@pytest.mark.parametrize(
    "secret",
    [
        PUBLIC,
        KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        part(PUBLIC).encode(),
    ],
    ids=["raw", "pem", "base64url"],  # the keys are fresh in each process, names are not
)
def test_the_public_key_is_no_shared_secret(secret: bytes) -> None:
    header = part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = part(json.dumps(claims_of(token_of())).encode())
    signature = hmac.new(secret, f"{header}.{body}".encode(), hashlib.sha256).digest()
    refuses(f"{header}.{body}.{part(signature)}")


def test_a_key_that_a_token_brings_along_is_not_believed() -> None:
    other = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": part(other.public_key().public_bytes_raw())}
    refuses(jwt.encode(claims_of(token_of()), other, algorithm="EdDSA", headers={"jwk": jwk, "kid": "x"}))


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "role"])
def test_a_token_without_one_of_its_claims_is_refused(claim: str) -> None:
    refuses(signed({name: value for name, value in claims_of(token_of()).items() if name != claim}))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "lotse-auditor"},
        {"aud": "elsewhere"},
        {"role": "director"},
        {"role": ["counsellor"]},
        {"role": None},
        {"sub": ""},
        {"sub": "x" * 81},
        {"sub": "c-\x004711"},
        {"sub": "c-4711\u202e"},
        {"jti": "a\x00"},
        {"exp": 99_999_999_999},
        {"exp": True},
        {"nbf": 0.5},
        {"iat": int((AT + timedelta(hours=2)).timestamp())},
        {"nbf": int((AT + timedelta(hours=2)).timestamp())},
    ],
)
def test_a_rightly_signed_token_with_a_wrong_claim_is_refused(change: dict[str, Any]) -> None:
    refuses(signed(claims_of(token_of()) | change))


@given(st.text(max_size=300))
def test_no_text_is_a_token(text: str) -> None:
    refuses(text)


def test_an_endless_token_is_not_even_read() -> None:
    refuses(token_of() + "A" * 5_000)


@given(st.data())
def test_a_token_altered_anywhere_is_refused(data: st.DataObject) -> None:
    token = token_of()
    places = [place for place, letter in enumerate(token) if letter != "."]
    place = data.draw(st.sampled_from(places[:-1]))  # the last letter holds padding bits, which mean nothing
    letter = data.draw(st.sampled_from("ABCDwxyz0189-_").filter(lambda drawn: drawn != token[place]))
    refuses(token[:place] + letter + token[place + 1 :])


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(hours=-1), timedelta(hours=13)])
def test_no_token_is_issued_for_longer_than_a_day_of_work(lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="twelve hours"):
        issue_token(COUNSELLOR, KEY, association="auslaenderrat", at=AT, lifetime=lifetime)


def test_no_token_is_issued_for_an_unknown_role() -> None:
    with pytest.raises(ValueError, match="unknown role"):
        token_of(Staff("c-4711", "director"))


def auditors_token(auditor: Auditor = AUDITOR) -> str:
    return issue_auditor_token(auditor, KEY, association="auslaenderrat", at=AT)


def audits(token: str, at: datetime = AT) -> Auditor:
    return verify_auditor_token(token, public_key=PUBLIC, association="auslaenderrat", at=at)


def test_an_auditors_token_says_what_may_be_read_until_when() -> None:
    token = auditors_token()
    assert audits(token) == replace(AUDITOR, token_id=claims_of(token)["jti"])


def test_an_auditors_token_is_no_staff_token_and_the_other_way_round() -> None:
    refuses(auditors_token())
    with pytest.raises(Refused):
        audits(token_of())


def test_an_auditors_token_ends() -> None:
    with pytest.raises(Refused):
        audits(auditors_token(), at=AUDITOR.expires_at)


@pytest.mark.parametrize("scope", ["grants:read", [], [1], None])
def test_an_auditors_token_without_scopes_opens_nothing(scope: object) -> None:
    with pytest.raises(Refused):
        audits(signed(claims_of(auditors_token()) | {"scope": scope}))


@pytest.mark.parametrize(
    "change",
    [
        lambda: Auditor("a", frozenset(), AT + timedelta(days=1)),
        lambda: Auditor("a", frozenset({"x"}), AT),
        lambda: Auditor("a", frozenset({"x"}), AT + timedelta(days=400)),
        lambda: Auditor("", frozenset({"x"}), AT + timedelta(days=1)),
    ],
)
def test_no_auditors_token_is_issued_without_end_scope_or_name(change: Callable[[], Auditor]) -> None:
    with pytest.raises(ValueError, match=r"auditor|subject"):
        auditors_token(change())


def test_an_auditors_token_keeps_its_id_and_the_key_to_which_her_queries_are_sealed() -> None:
    auditor = replace(AUDITOR, token_id="a1", seal_key=bytes(range(32)))
    assert audits(auditors_token(auditor)) == auditor
    assert audits(auditors_token()).seal_key == b""


@pytest.mark.parametrize("seal", ["", "x", "AAAA", 1, ["AAAA"], part(bytes(31)), part(bytes(33)), "!" * 43])
def test_an_auditors_token_with_a_key_that_is_none_is_refused(seal: object) -> None:
    with pytest.raises(Refused):
        audits(signed(claims_of(auditors_token()) | {"seal": seal}))
    with pytest.raises(ValueError, match="32 bytes"):
        auditors_token(replace(AUDITOR, seal_key=bytes(31)))
