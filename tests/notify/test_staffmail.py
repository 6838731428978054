"""What the staff's mailboxes are told: numbers and days of grants, in whole sentences, never a person or a case."""

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.calendar import ZONE, is_working_day
from lotse_contracts.notify import OfficeLanguage
from lotse_notify.domain.officemail import OfficesInvalid, mailboxes_of
from lotse_notify.domain.staffmail import (
    AT_ONCE,
    DEADLINE_DAYS_BEFORE,
    DEADLINES_MAX,
    GrantDeadline,
    Note,
    Standing,
    digest_of,
    escalation_of,
    is_shown,
)
from lotse_notify.handlers.digests import next_digest

MONDAY = date(2026, 11, 23)
GRANT = "7d9f2a10-0000-4000-8000-000000000001"
EVERYTHING: tuple[Note | Standing, ...] = (*get_args(Note), *get_args(Standing))
LANGUAGES: tuple[OfficeLanguage, ...] = ("de", "en")


def digest(language: OfficeLanguage, **counts: int) -> str:
    mail = digest_of(language, "auslaenderrat", MONDAY, counts, ())  # type: ignore[arg-type]
    assert mail is not None
    return mail.text


def test_a_digest_says_one_and_many_as_people_do() -> None:
    assert "- 1 Anliegen ist überfällig geworden\n" in digest("de", concern_overdue=1)
    assert "- 2 Anliegen sind überfällig geworden\n" in digest("de", concern_overdue=2)
    assert "- 1 Nachricht, von der niemand weiß, ob sie angekommen ist\n" in digest("de", message_unresolved=1)
    assert "- 1 concern has become overdue\n" in digest("en", concern_overdue=1)
    assert "- 21 tasks have become overdue\n" in digest("en", task_overdue=21)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [1, 2, 1_234])
def test_everything_that_is_counted_has_a_line_in_every_language(language: OfficeLanguage, number: int) -> None:
    for what in EVERYTHING:
        lines = [line for line in digest(language, **{what: number}).splitlines() if line.startswith("- ")]
        assert len(lines) == 1, what
        assert str(number)[0] in lines[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_say_is_no_mail(language: OfficeLanguage) -> None:
    assert digest_of(language, "auslaenderrat", MONDAY, dict.fromkeys(EVERYTHING, 0), ()) is None
    assert escalation_of(language, "auslaenderrat", {}) is None
    assert escalation_of(language, "auslaenderrat", {"concern_overdue": 3}) is None, "that waits for the digest"


def test_an_alarm_says_what_cannot_wait_and_no_more() -> None:
    mail = escalation_of("de", "auslaenderrat", {"call_now": 1, "concern_escalated": 2, "task_overdue": 9})
    assert mail is not None
    lines = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert lines == [
        "- 1 Notfall: bitte sofort handeln",
        "- 2 Anliegen brauchen jetzt die Koordination",
    ]
    assert set(AT_ONCE) <= set(get_args(Note))


def test_deadlines_are_named_with_day_and_what_is_left() -> None:
    deadlines = [
        GrantDeadline(GRANT, "interim_proof_2026", date(2026, 11, 30)),
        GrantDeadline(GRANT, "final_proof", date(2026, 11, 24)),
        GrantDeadline(GRANT, "use_money", MONDAY),
        GrantDeadline(GRANT, "something_new", date(2026, 12, 24), fresh=True),
    ]
    mail = digest_of("de", "auslaenderrat", MONDAY, {}, deadlines)
    assert mail is not None
    assert [line for line in mail.text.splitlines() if line.startswith("- ")] == [
        "- 23.11.2026: abgerufenes Geld verwenden (heute, 7d9f2a10)",
        "- 24.11.2026: Verwendungsnachweis (noch 1 Tag, 7d9f2a10)",
        "- 30.11.2026: Zwischennachweis 2026 (noch 7 Tage, 7d9f2a10)",
        "- 24.12.2026: something_new (noch 31 Tage, 7d9f2a10)",
    ]
    english = digest_of("en", "auslaenderrat", MONDAY, {}, deadlines)
    assert english is not None
    assert "- 24 November 2026: final proof of use (1 day left, 7d9f2a10)\n" in english.text


def test_a_digest_of_many_deadlines_has_an_end() -> None:
    many = [GrantDeadline(f"{n:08d}", "final_proof", MONDAY, fresh=True) for n in range(DEADLINES_MAX + 7)]
    mail = digest_of("en", "auslaenderrat", MONDAY, {}, many)
    assert mail is not None
    assert mail.text.count("final proof of use") == DEADLINES_MAX
    assert "- and 7 more deadlines in the grant ledger" in mail.text


@given(due_on=st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_no_mark_of_a_deadline_is_lost_on_a_day_off(due_on: date) -> None:
    """Digests come on working days: what would fall on a Sunday or a holiday stands in the next one, if it is not over.

    The last digest before the deadline names it in any case.
    """
    days = [due_on + timedelta(days=n) for n in range(-45, 10)]
    digests = [day for day in days if is_working_day(day)]
    named = {day for day in digests if is_shown(GrantDeadline(GRANT, "final_proof", due_on), day)}
    marks = [due_on - timedelta(days=n) for n in DEADLINE_DAYS_BEFORE]
    wanted = {min(day for day in digests if day >= mark) for mark in marks} | {max(d for d in digests if d <= due_on)}
    assert named == wanted


@given(minutes=st.integers(0, 2 * 365 * 24 * 60), hour=st.integers(0, 23))
def test_the_next_digest_is_on_the_next_working_day_at_its_hour(minutes: int, hour: int) -> None:
    """Over both clock changes, which are Sundays: the hour is that of Dresden."""
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    at = next_digest(now, time(hour))
    here, local = now.astimezone(ZONE), at.astimezone(ZONE)
    assert now < at
    assert is_working_day(local.date())
    assert local.time() == time(hour)
    passed_over = [here.date() + timedelta(days=n) for n in range(1, (local.date() - here.date()).days)]
    assert not [day for day in passed_over if is_working_day(day)]


def test_mailboxes_have_names_that_no_order_can_spell() -> None:
    assert mailboxes_of("") == {}
    found = mailboxes_of("team@example.org  leitung@example.org")
    assert list(found.values()) == ["team@example.org", "leitung@example.org"]
    assert all(":" in name for name in found), "an office of an order is one token of a subject"
    for bad in ("nobody", "team@example.org nobody", "team@example.org team@example.org"):
        with pytest.raises(OfficesInvalid):
            mailboxes_of(bad)
