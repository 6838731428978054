"""The earliest end of a letter's period: the month's arithmetic, days on which nobody works, and what hurries whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.calendar import is_working_day
from lotse_contracts.intake import Letter
from lotse_intake.domain.coding import ListInvalid, read_list
from lotse_intake.domain.due import due_at, end_of_today, with_deadline
from lotse_intake.domain.letters import Period, after, earliest_end, end_of, require_periods, require_senders
from lotse_intake.domain.triage import DUE_HOURS, Triage
from lotse_intake.handlers.deadlines import moments
from lotse_intake.providers.lists import shipped

PERIODS, SENDERS = shipped("periods"), shipped("senders")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
NORMAL = Triage("normal", contact_safe=True)

# Date of the letter, period, earliest end. Typed by hand with a calendar of Saxony beside it.
VECTORS = [
    ("2026-11-02", "fine", "2026-11-16"),  # Monday + 2 weeks
    ("2026-11-04", "fine", "2026-11-17"),  # + 2 weeks is Buß- und Bettag, a holiday in Saxony alone: the day before
    ("2026-11-06", "fine", "2026-11-20"),
    ("2026-11-07", "fine", "2026-11-20"),  # dated on a Saturday: + 2 weeks is a Saturday, moved to Friday
    ("2026-11-08", "fine", "2026-11-20"),
    ("2026-01-31", "objection_social", "2026-02-27"),  # no 31st: the 28th is a Saturday, so the 27th
    ("2028-01-31", "objection_social", "2028-02-29"),  # a leap year
    ("2026-03-31", "objection_social", "2026-04-30"),
    ("2026-04-01", "objection_social", "2026-04-30"),  # 1 May is a holiday
    ("2026-11-26", "objection_authority", "2026-12-24"),  # 26 and 25 December are holidays, 24 is none by law
    ("2026-11-25", "objection_authority", "2026-12-24"),
    ("2025-12-01", "objection_authority", "2025-12-31"),  # 1 January is a holiday
    ("2026-12-15", "dismissal", "2027-01-05"),
    ("2026-12-11", "dismissal", "2026-12-31"),  # + 3 weeks is 1 January
    ("2026-03-20", "dismissal", "2026-04-10"),
    ("2026-03-13", "dismissal", "2026-04-02"),  # Good Friday is 3 April
    ("2026-05-18", "criminal_appeal", "2026-05-22"),  # Whit Monday, moved over the weekend
    ("2026-05-07", "labour_default", "2026-05-13"),  # Ascension Day
    ("2026-10-17", "penal_order", "2026-10-30"),  # Reformation Day is a Saturday
]


@pytest.mark.parametrize(("dated", "period", "end"), VECTORS)
def test_the_earliest_end_of_letters_counted_by_hand(dated: str, period: str, end: str) -> None:
    found = end_of(Letter(dated=dated, period=period), PERIODS, SENDERS, date(2030, 1, 1))
    assert found
    assert found.day == date.fromisoformat(end)
    assert found.to_be_confirmed
    assert found.source.endswith(")")


@given(DAYS, st.integers(1, 3))
def test_weeks_end_on_a_working_day_at_most_few_days_before_the_same_weekday(dated: date, weeks: int) -> None:
    end = earliest_end(dated, Period("x", weeks, 0, "law", "2026-11-25"))
    whole = dated + timedelta(weeks=weeks)
    assert is_working_day(end.day)
    assert timedelta(0) <= whole - end.day <= timedelta(days=5)
    assert not any(is_working_day(end.day + timedelta(days=n)) for n in range(1, (whole - end.day).days + 1))
    assert end.rule == ("letter_date_plus_period" if end.day == whole else "letter_date_plus_period_moved_back")


@given(DAYS, st.integers(1, 12))
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    later = after(day, months=months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, DAYS, st.integers(1, 3), st.integers(1, 12))
def test_a_later_letter_never_ends_earlier(one: date, other: date, weeks: int, months: int) -> None:
    first, second = sorted((one, other))
    for period in (Period("x", weeks, 0, "law", "2026-11-25"), Period("x", 0, months, "law", "2026-11-25")):
        assert earliest_end(first, period).day <= earliest_end(second, period).day


def test_without_a_kind_of_period_the_shortest_of_the_sender_counts() -> None:
    found = end_of(Letter(sender="court", dated="2026-11-20"), PERIODS, SENDERS, NOW.date())
    assert found
    assert (found.day, found.kind, found.rule) == (
        date(2026, 11, 27),
        "criminal_appeal",
        "letter_date_plus_shortest_of_sender",
    )


@pytest.mark.parametrize(
    "letter",
    [
        Letter(),
        Letter(sender="court"),
        Letter(dated="2026-11-20"),
        Letter(sender="landlord", dated="2026-11-20"),
        Letter(sender="nobody_knows", dated="2026-11-20"),
        Letter(dated="2027-11-20", period="fine"),  # the year is a slip
    ],
)
def test_where_too_little_is_known_no_end_is_invented(letter: Letter) -> None:
    assert end_of(letter, PERIODS, SENDERS, NOW.date()) is None


@pytest.mark.parametrize("dated", ["2026-02-30", "2026-13-01", "0000-01-01", "1999-12-31", "2101-01-01", "30.02.2026"])
def test_a_day_that_is_none_is_refused(dated: str) -> None:
    with pytest.raises(ValueError, match="dated"):
        Letter(dated=dated)


def test_every_period_of_a_sender_is_the_shortest_there_is_for_letters_of_that_kind() -> None:
    weeks = {item.code: item.more.get("weeks", 0) + 5 * item.more.get("months", 0) for item in PERIODS.items}
    assert weeks["criminal_appeal"] == weeks["labour_default"] == weeks["claim_asylum_short"] == 1
    assert weeks["fine"] == weeks["penal_order"] == 2
    assert weeks["dismissal"] == 3
    for item in SENDERS.items:
        assert item.more.get("shortest_period", "one_week") in weeks


@pytest.mark.parametrize(
    ("days", "urgency", "today"),
    [
        (30, "normal", False),
        (8, "normal", False),
        (7, "urgent", False),
        (3, "urgent", False),
        (2, "urgent", True),
        (0, "urgent", True),
        (-1, "urgent", True),
        (-31, "urgent", True),
        (-32, "normal", False),
    ],
)
def test_a_near_deadline_hurries(days: int, urgency: str, today: bool) -> None:
    found = with_deadline(NORMAL, NOW.date() + timedelta(days=days), NOW)
    assert (found.urgency, found.due_today) == (urgency, today)


def test_a_deadline_never_calms() -> None:
    emergency = Triage("emergency", contact_safe=False)
    for days in range(-40, 40):
        found = with_deadline(emergency, NOW.date() + timedelta(days=days), NOW)
        assert (found.urgency, found.contact_safe) == ("emergency", False)
        assert due_at(found, NOW) <= due_at(emergency, NOW)


def test_today_ends_when_the_office_closes_or_early_on_the_next_working_day() -> None:
    assert end_of_today(NOW) == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert end_of_today(NOW.replace(hour=20)) == datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    assert end_of_today(datetime(2026, 11, 28, 10, 0, tzinfo=UTC)) == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@given(st.integers(0, 700 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)))
def test_what_is_due_today_is_due_after_now_and_not_after_the_usual_time(now: datetime) -> None:
    today = Triage("urgent", contact_safe=True, due_today=True)
    assert now < due_at(today, now) <= due_at(Triage("urgent", contact_safe=True), now)
    assert set(DUE_HOURS) == {"emergency", "urgent", "normal"}


def test_a_deadline_is_spoken_of_seven_and_two_days_before_on_the_day_and_the_morning_after() -> None:
    assert [at.date().isoformat() for at in moments(date(2026, 12, 10))] == [
        "2026-12-03",
        "2026-12-08",
        "2026-12-10",
        "2026-12-11",
    ]


def named(code: str, **more: object) -> dict[str, object]:
    return {"code": code, "names": dict.fromkeys(("uk", "ru", "de", "en", "de_plain"), code), **more}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"weeks": 0},
        {"weeks": 53},
        {"weeks": True},
        {"weeks": 1, "months": 1},
        {"months": 13},
        {"weeks": 1, "source": ""},
        {"weeks": 1, "as_of": "soon"},
    ],
)
def test_a_period_without_a_length_or_a_source_is_refused(more: dict[str, object]) -> None:
    whole = {"source": "§ 1", "as_of": "2026-11-25", **more}
    with pytest.raises(ListInvalid):
        require_periods(read_list({"list": "periods", "version": 1, "codes": [named("x", **whole)]}))


def test_a_sender_without_its_period_is_refused() -> None:
    senders = read_list({"list": "senders", "version": 1, "codes": [named("x", shortest_period="nowhere")]})
    with pytest.raises(ListInvalid):
        require_senders(senders, PERIODS)
