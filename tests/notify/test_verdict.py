"""What becomes of a notification, decided without a clock or a database."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.caps import Caps, Sent
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.contact import Contact, Point, PointHindrance, SafeWindow
from lotse_notify.domain.machine import ENDS
from lotse_notify.domain.outcome import ATTEMPT_EVENTS, PAUSE_SECONDS_MAX, Outcome, after_lease, event_of, next_try
from lotse_notify.domain.verdict import Asked, Circumstances, Here, Silence, Verdict, decide
from tests.notify.given import NOW

ASKED = Asked(NOW, NOW + timedelta(hours=1))
MAIL = Point(UUID(int=1), "email")
PHONE = Point(UUID(int=2), "sms")
CONTACT = Contact(
    version=1, said_at=NOW - timedelta(days=1), languages=("uk",), consented=True, safe=True, points=(MAIL,)
)
ORDERED = Circumstances(CATALOGUE["receipt"])
DUE = Circumstances(CATALOGUE["receipt"], Here())
READY = Verdict("ready", "due", plan=("email",))
NIGHT = NOW.replace(hour=22)
moments = st.none() | st.integers(-100, 100).map(lambda minutes: NOW + timedelta(minutes=minutes))
silences = st.builds(Silence, stopped_at=moments, opted_out_at=moments, refused_at=moments)


def test_a_good_contact_is_told() -> None:
    assert decide(ASKED, CONTACT, Silence(), ORDERED, NOW) == READY
    assert decide(ASKED, CONTACT, Silence(), DUE, NOW) == READY


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"safe": False}, "unsafe"),
        ({"consented": False}, "not_consented"),
        ({"points": ()}, "no_channel"),
        ({"choices": {"checkbacks": "off"}}, "category_off"),
    ],
)
def test_it_waits_while_the_contact_forbids_it_and_is_suppressed_when_its_use_is_over(
    changed: dict[str, object], because: str
) -> None:
    contact = replace(CONTACT, **changed)  # type: ignore[arg-type]
    asking = Circumstances(CATALOGUE["checkback"])
    assert decide(ASKED, contact, Silence(), asking, NOW) == Verdict("held", because)
    assert decide(ASKED, contact, Silence(), asking, ASKED.useful_by) == Verdict("suppressed", because)


@pytest.mark.parametrize("hindrance", ["invalid_address", "unsafe", "opted_out", "dead"])
def test_it_waits_while_her_only_way_is_closed_and_takes_another_where_there_is_one(hindrance: PointHindrance) -> None:
    closed = replace(MAIL, hindrance=hindrance)
    assert decide(ASKED, replace(CONTACT, points=(closed,)), Silence(), DUE, NOW) == Verdict("held", hindrance)
    verdict = decide(ASKED, replace(CONTACT, points=(closed, PHONE)), Silence(), DUE, NOW)
    assert verdict == Verdict("ready", "due", plan=("sms",))


def test_it_waits_for_a_contact_that_is_not_there_yet() -> None:
    assert decide(ASKED, None, Silence(), ORDERED, NOW) == Verdict("held", "no_contact")
    assert decide(ASKED, None, Silence(), ORDERED, ASKED.useful_by) == Verdict("suppressed", "no_contact")


@given(silence=silences, safe=st.booleans(), consented=st.booleans())
def test_nothing_is_pushed_to_an_unsafe_contact_or_without_consent(
    silence: Silence, safe: bool, consented: bool
) -> None:
    verdict = decide(ASKED, replace(CONTACT, safe=safe, consented=consented), silence, DUE, NOW)
    assert verdict.state != "ready" or (safe and consented)


@given(silence=silences)
def test_too_late_is_never_sent(silence: Silence) -> None:
    verdict = decide(ASKED, CONTACT, silence, DUE, ASKED.useful_by)
    assert verdict.state in ("expired", "suppressed")
    assert (verdict.state == "expired") == (verdict.because == "too_late")


def test_an_order_to_stop_ends_what_was_asked_before_it() -> None:
    assert decide(ASKED, CONTACT, Silence(stopped_at=NOW), ORDERED, NOW) == Verdict("cancelled", "stopped")


def test_a_contact_said_after_the_stop_opens_the_way_again() -> None:
    later = replace(ASKED, asked_at=NOW + timedelta(minutes=2))
    silence = Silence(stopped_at=NOW)
    assert decide(later, CONTACT, silence, ORDERED, NOW) == Verdict("held", "stopped")
    renewed = replace(CONTACT, said_at=NOW + timedelta(minutes=1))
    assert decide(later, renewed, silence, ORDERED, NOW) == READY


def test_her_own_stop_suppresses_what_was_asked_before_it() -> None:
    assert decide(ASKED, CONTACT, Silence(opted_out_at=NOW), ORDERED, NOW) == Verdict("suppressed", "opted_out")


def test_her_own_stop_outlives_a_contact_that_intake_sends_without_knowing_of_it() -> None:
    later = replace(ASKED, asked_at=NOW + timedelta(minutes=5))
    unaware = replace(CONTACT, said_at=NOW + timedelta(minutes=1))
    assert decide(later, unaware, Silence(opted_out_at=NOW), ORDERED, NOW) == Verdict("held", "opted_out")


def test_her_own_stop_ends_with_a_consent_after_the_recorded_withdrawal() -> None:
    later = replace(ASKED, asked_at=NOW + timedelta(minutes=5))
    silence = Silence(opted_out_at=NOW, refused_at=NOW + timedelta(minutes=1))
    renewed = replace(CONTACT, said_at=NOW + timedelta(minutes=2))
    assert decide(later, renewed, silence, ORDERED, NOW) == READY


def test_what_is_for_later_waits_until_then() -> None:
    later = replace(ASKED, not_before=NOW + timedelta(minutes=30))
    assert decide(later, CONTACT, Silence(), DUE, NOW) == Verdict("scheduled", "not_yet", later.not_before)
    assert decide(later, CONTACT, Silence(), DUE, NOW + timedelta(minutes=30)) == READY


def test_a_channel_that_nobody_carries_here_is_left_out_and_none_at_all_is_said() -> None:
    only_mail = replace(DUE, here=Here(channels=frozenset({"email"})))
    both = replace(CONTACT, points=(PHONE, MAIL))
    assert decide(ASKED, both, Silence(), only_mail, NOW) == READY
    assert decide(ASKED, replace(CONTACT, points=(PHONE,)), Silence(), only_mail, NOW) == Verdict(
        "failed", "no_provider"
    )


def test_a_channel_that_said_no_for_good_or_may_have_it_is_not_tried_again() -> None:
    both, spent = replace(CONTACT, points=(MAIL, PHONE)), replace(DUE, spent=frozenset({"email"}))
    assert decide(ASKED, both, Silence(), spent, NOW) == Verdict("ready", "due", plan=("sms",))
    assert decide(ASKED, CONTACT, Silence(), spent, NOW) == Verdict("failed", "no_channel_left")


@pytest.mark.parametrize(
    ("here", "at", "because"),
    [
        (Here(off=frozenset({"email"})), NOW, "kill_switch"),
        (Here(off=frozenset({"all"})), NOW, "kill_switch"),
        (Here(caps=Caps(to_person=3), sent=Sent(to_person=3)), NOW, "cap"),
        (Here(), NIGHT, "quiet_hours"),
    ],
)
def test_what_is_about_the_time_holds_it_until_then_and_lets_it_expire(here: Here, at: datetime, because: str) -> None:
    asked, circumstances = Asked(NOW, NOW + timedelta(days=2)), replace(DUE, here=here)
    verdict = decide(asked, CONTACT, Silence(), circumstances, at)
    assert (verdict.state, verdict.because, verdict.plan) == ("held", because, ("email",))
    assert verdict.due_at is not None
    assert verdict.due_at > at
    assert decide(asked, CONTACT, Silence(), circumstances, asked.useful_by) == Verdict("expired", "too_late")


def test_what_concerns_her_is_asked_before_the_time_so_that_its_reason_is_hers() -> None:
    unsafe = replace(CONTACT, safe=False)
    off = replace(DUE, here=Here(off=frozenset({"all"})))
    assert decide(ASKED, unsafe, Silence(), off, NOW) == Verdict("held", "unsafe")


def test_her_safe_hours_count_also_where_all_mail_goes_to_a_catcher() -> None:
    window = SafeWindow(frozenset(range(1, 8)), time(12), time(13))
    contact = replace(CONTACT, points=(replace(MAIL, hours=(window,)),))
    asked = Asked(NOW, NOW + timedelta(days=2))
    here = replace(DUE, here=Here(quiet_hours=False))
    assert decide(asked, contact, Silence(), here, NOW).because == "safe_hours"
    assert decide(asked, CONTACT, Silence(), here, NIGHT) == READY


@given(
    silence=silences,
    safe=st.booleans(),
    minutes=st.integers(-10, 200),
    off=st.frozensets(st.sampled_from(["all", "email", "sms"])),
)
def test_a_verdict_is_an_end_or_says_when_to_look_again(
    silence: Silence, safe: bool, minutes: int, off: frozenset[str]
) -> None:
    now = NOW + timedelta(minutes=minutes)
    circumstances = replace(DUE, here=Here(off=off))
    verdict = decide(ASKED, replace(CONTACT, safe=safe), silence, circumstances, now)
    assert verdict.state in (*ENDS, "held", "ready", "scheduled")
    assert (verdict.state == "ready") == (bool(verdict.plan) and verdict.due_at is None)
    assert verdict.due_at is None or verdict.due_at > now


def test_a_lease_that_ran_out_before_the_content_is_a_definite_no() -> None:
    assert event_of(after_lease("envelope")) == "refuse_for_now"
    assert ATTEMPT_EVENTS[after_lease("envelope").ending] == "fail_early"


def test_a_lease_that_ran_out_after_it_is_unresolved() -> None:
    assert event_of(after_lease("data")) == "lose"


@given(tries=st.integers(0, 1_000), luck=st.floats(0, 1))
def test_pauses_grow_but_not_beyond_an_hour(tries: int, luck: float) -> None:
    pause = (next_try(NOW, tries=tries, base_seconds=30, luck=luck) - NOW).total_seconds()
    assert 15 <= pause <= PAUSE_SECONDS_MAX


@given(luck=st.floats(0, 1))
def test_a_provider_that_says_when_it_wants_to_hear_of_us_is_not_asked_before(luck: float) -> None:
    at = next_try(NOW, tries=0, base_seconds=30, luck=luck, retry_after_seconds=600)
    assert at - NOW >= timedelta(seconds=600)


def test_only_what_was_taken_may_bring_receipts() -> None:
    assert event_of(Outcome("accepted", "ok", receipt_follows=True)) == "take_with_receipt"
    assert event_of(Outcome("accepted", "ok")) == "take"
