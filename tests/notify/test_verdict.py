"""What becomes of a notification, decided without a clock or a database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.contact import Contact, address_of
from lotse_notify.domain.outcome import PAUSE_SECONDS_MAX, Outcome, after_lease, next_try, state_of, verdict_of
from lotse_notify.domain.verdict import Asked, Silence, Verdict, decide
from tests.notify.given import NOW

ASKED = Asked(NOW, NOW + timedelta(hours=1))
CONTACT = Contact(
    version=1,
    said_at=NOW - timedelta(days=1),
    kind="email",
    usable=True,
    languages=("uk",),
    consented=True,
    safe=True,
    detail="neutral",
)
moments = st.none() | st.integers(-100, 100).map(lambda minutes: NOW + timedelta(minutes=minutes))
silences = st.builds(Silence, stopped_at=moments, opted_out_at=moments, refused_at=moments)


def test_a_good_contact_is_told() -> None:
    assert decide(ASKED, CONTACT, Silence(), NOW) == Verdict("queued", "due")


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"safe": False}, "unsafe"),
        ({"consented": False}, "not_consented"),
        ({"kind": "none", "usable": False}, "no_channel"),
        ({"usable": False}, "invalid_address"),
    ],
)
def test_it_waits_while_the_contact_forbids_it(changed: dict[str, object], because: str) -> None:
    assert decide(ASKED, replace(CONTACT, **changed), Silence(), NOW) == Verdict("parked", because)  # type: ignore[arg-type]


def test_it_waits_for_a_contact_that_is_not_there_yet() -> None:
    assert decide(ASKED, None, Silence(), NOW) == Verdict("parked", "no_contact")


@given(silence=silences, safe=st.booleans(), consented=st.booleans())
def test_nothing_is_pushed_to_an_unsafe_contact_or_without_consent(
    silence: Silence, safe: bool, consented: bool
) -> None:
    verdict = decide(ASKED, replace(CONTACT, safe=safe, consented=consented), silence, NOW)
    assert verdict.state != "queued" or (safe and consented)


@given(silence=silences)
def test_too_late_is_never_sent(silence: Silence) -> None:
    assert decide(ASKED, CONTACT, silence, ASKED.useful_by) == Verdict("expired", "too_late")


def test_an_order_to_stop_ends_what_was_asked_before_it() -> None:
    assert decide(ASKED, CONTACT, Silence(stopped_at=NOW), NOW) == Verdict("cancelled", "stopped")


def test_a_contact_said_after_the_stop_opens_the_way_again() -> None:
    later = replace(ASKED, asked_at=NOW + timedelta(minutes=2))
    silence = Silence(stopped_at=NOW)
    assert decide(later, CONTACT, silence, NOW) == Verdict("parked", "stopped")
    renewed = replace(CONTACT, said_at=NOW + timedelta(minutes=1))
    assert decide(later, renewed, silence, NOW) == Verdict("queued", "due")


def test_her_own_stop_outlives_a_contact_that_intake_sends_without_knowing_of_it() -> None:
    later = replace(ASKED, asked_at=NOW + timedelta(minutes=5))
    unaware = replace(CONTACT, said_at=NOW + timedelta(minutes=1))
    assert decide(later, unaware, Silence(opted_out_at=NOW), NOW) == Verdict("parked", "opted_out")


def test_her_own_stop_ends_with_a_consent_after_the_recorded_withdrawal() -> None:
    later = replace(ASKED, asked_at=NOW + timedelta(minutes=5))
    silence = Silence(opted_out_at=NOW, refused_at=NOW + timedelta(minutes=1))
    renewed = replace(CONTACT, said_at=NOW + timedelta(minutes=2))
    assert decide(later, renewed, silence, NOW) == Verdict("queued", "due")


def test_there_is_no_provider_for_sms_yet_and_that_is_said() -> None:
    assert decide(ASKED, replace(CONTACT, kind="sms"), Silence(), NOW) == Verdict("failed", "no_provider")


def test_a_lease_that_ran_out_before_the_content_is_a_definite_no() -> None:
    assert verdict_of(after_lease("envelope")).state == "queued"


def test_a_lease_that_ran_out_after_it_is_unresolved() -> None:
    assert verdict_of(after_lease("data")).state == "unresolved"
    assert state_of(after_lease("data")) == "unknown"


def test_a_definite_no_makes_room_for_another_try() -> None:
    assert state_of(Outcome("deferred", "server_away")) == "refused"


@given(tries=st.integers(0, 1_000), luck=st.floats(0, 1))
def test_pauses_grow_but_not_beyond_an_hour(tries: int, luck: float) -> None:
    pause = (next_try(NOW, tries=tries, base_seconds=30, luck=luck) - NOW).total_seconds()
    assert 15 <= pause <= PAUSE_SECONDS_MAX


@pytest.mark.parametrize(
    ("kind", "value", "address"),
    [
        ("email", "Olena.S@EXAMPLE.org", "Olena.S@example.org"),
        ("email", "olena@приклад.укр", "olena@xn--80aikifvh.xn--j1amh"),
        ("email", "олена@example.org", None),
        ("email", "olena@example.org\r\nBcc: all@example.org", None),
        ("email", "no address", None),
        ("sms", "+4915112345678", "+4915112345678"),
        ("sms", "015112345678", None),
        ("none", "", None),
    ],
)
def test_an_address_is_stored_in_one_form_or_not_at_all(kind: str, value: str, address: str | None) -> None:
    assert address_of(kind, value) == address  # type: ignore[arg-type]
