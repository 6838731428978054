"""What the pages are made of, apart from any book: amounts, bars, the picture on two axes, words."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_ledger import domain, handlers
from lotse_ledger.domain import booking
from lotse_ledger.domain.entries import Posting, Recorded
from lotse_ledger.domain.law.rules import RULES
from lotse_ledger.domain.law.terms import PARAMETERS, Terms
from lotse_ledger.http.page.typed import CENTS_MAX, amount_in_cents, whole_number
from lotse_ledger.pages import bars, terms, wording
from lotse_ledger.pages.freeze_picture import (
    BOTTOM,
    CHOSEN_POINT,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Picture,
    picture,
)
from lotse_ledger.pages.texts import PAGE_LANGUAGES, TEXTS, PageLanguage
from lotse_ledger.pages.texts.kinds import KINDS

NO_ENTRIES = frozenset({"payroll", "person", "period", "repeated"})
"""Kinds of vouchers, and of things that are no entries."""
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
CENTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1.234,56", 1_234_56),
        ("1,234.56", 1_234_56),
        ("1234,5", 1_234_50),
        ("1234", 1_234_00),
        ("1.234", 1_234_00),
        ("1,5", 1_50),
        ("12 345,00 EUR", 12_345_00),
        ("7 €", 7_00),
        ("99.999.999,99", CENTS_MAX),
        ("100.000.000", None),
        ("0", None),
        ("0,00", None),
        ("-1", None),
        ("1.2.3", None),
        ("1.234,567", None),
        ("1234.567", None),
        ("1 234567", None),
        ("1,234.567,8", None),
        ("12345678901234567890", None),
        ("1e5", None),
        ("", None),
        ("\u0661\u0662", None),
        ("NaN", None),
    ],
)
def test_an_amount_is_read_as_people_write_it_or_not_at_all(text: str, cents: int | None) -> None:
    assert amount_in_cents(text) == cents


@given(st.integers(1, CENTS_MAX), st.sampled_from(PAGE_LANGUAGES))
def test_an_amount_that_a_page_shows_is_read_back_as_it_was(cents: int, language: PageLanguage) -> None:
    assert amount_in_cents(wording.money(language, cents)) == cents


@given(st.text(max_size=40))
def test_no_text_makes_the_reading_of_numbers_fail(text: str) -> None:
    amount = amount_in_cents(text)
    assert amount is None or 0 < amount <= CENTS_MAX
    count = whole_number(text, 50)
    assert count is None or 0 <= count <= 50


def test_amounts_read_as_in_each_language() -> None:
    assert wording.money("de", 123_456_789_01) == "123.456.789,01\xa0EUR"
    assert wording.money("en", -5) == "\u22120.05\xa0EUR"
    assert wording.cash("de", 0) == "0,00"
    assert wording.short_money("de", 50_000_00) == "50.000\xa0€"
    assert wording.short_money("en", 50_000_01) == "50,000.01\xa0€"
    assert [wording.short_day(one, date(2025, 11, 2)) for one in PAGE_LANGUAGES] == ["02.11.25", "2 Nov 25"]
    assert wording.percent("de", 627) == "6,27\xa0%"
    assert wording.percent("en", -88) == "\u22120.88\xa0%"
    assert wording.percent("de", 2_000) == "20\xa0%"


def test_days_are_said_from_the_day_of_asking() -> None:
    today = date(2026, 4, 30)
    found = [wording.days_until("de", today + timedelta(days=days), today) for days in (0, 1, 2, -1, -1_000)]
    assert found == ["heute", "noch 1 Tag", "noch 2 Tage", "gestern vergangen", "vor 1.000 Tagen vergangen"]


@given(planned=CENTS, spent=CENTS, committed=CENTS, allowed=st.none() | CENTS)
def test_no_bar_reaches_beyond_its_frame(planned: int, spent: int, committed: int, allowed: int | None) -> None:
    bar = bars.line_bar(planned=max(0, planned), spent=spent, committed=committed, allowed=allowed and max(0, allowed))
    assert 0 <= bar.spent <= bar.spent + bar.committed <= bar.width
    assert 0 <= bar.planned <= bar.width
    assert bar.limit is None or 0 <= bar.limit <= bar.width


@given(CENTS, CENTS, CENTS)
def test_parts_of_a_whole_never_exceed_it(whole: int, first: int, second: int) -> None:
    bar = bars.share_bar(whole, first, second)
    assert 0 <= bar.first
    assert 0 <= bar.second
    assert bar.first + bar.second <= bar.width


def frozen(valid: date, known: date) -> int | None:
    """The case of the association: 100, 50, 90, each from a day and known from another."""
    steps = ((date(2025, 3, 31), date(2025, 5, 7), 100), (date(2025, 9, 26),) * 2 + (50,))
    last = (date(2025, 12, 11), date(2025, 12, 12), 90)
    found = [amount for of, by, amount in (*steps, last) if of <= valid and by <= known]
    return found[-1] if found else None


def answer_at(drawn: Picture, x: int, y: int) -> int | None:
    """What the picture shows at a place; the later area lies above."""
    inside = [one for one in drawn.areas if one.x <= x < one.x + one.width and one.y < y <= one.y + one.height]
    return inside[-1].amount if inside else None


def test_the_picture_shows_what_the_question_answers() -> None:
    valid = [date(2025, 3, 31), date(2025, 9, 26), date(2025, 11, 12), date(2025, 12, 11)]
    known = [date(2025, 5, 7), date(2025, 9, 26), date(2025, 11, 12), date(2025, 12, 12)]
    asked = [(letter, day, day) for letter, day in zip("ABC", (date(2025, 9, 25), known[2], known[3]), strict=True)]
    drawn = picture(valid, known, frozen, asked)
    assert [answer_at(drawn, one.x, one.y) for one in drawn.points] == [100, 50, 90]
    assert sorted(one.amount or 0 for one in drawn.areas if one.labelled) == [50, 90, 100]
    assert [tick.day for tick in drawn.across] == valid
    assert {one.level for one in drawn.areas} == {1, 2, 3}


def test_dates_beyond_the_picture_are_marked_at_its_edge() -> None:
    day = date(2025, 9, 26)
    drawn = picture([day], [day], frozen, [(CHOSEN_POINT, date(2030, 1, 1), date(2020, 1, 1))])
    [point] = drawn.points
    assert (point.x, point.y, point.inside) == (WIDTH - RIGHT, HEIGHT - BOTTOM, False)


@settings(max_examples=150)
@given(
    valid=st.lists(DAYS, min_size=1, max_size=7),
    known=st.lists(DAYS, min_size=1, max_size=7),
    amounts=st.dictionaries(st.tuples(DAYS, DAYS), st.integers(0, 5), max_size=5),
)
def test_every_area_lies_within_the_axes_and_shows_the_answer_of_its_corner(
    valid: list[date], known: list[date], amounts: dict[tuple[date, date], int]
) -> None:
    def asked(on: date, by: date) -> int | None:
        found = [amount for (of, seen), amount in sorted(amounts.items()) if of <= on and seen <= by]
        return found[-1] if found else None

    drawn = picture(valid, known, asked, [])
    for area in drawn.areas:
        assert LEFT <= area.x < area.x + area.width <= WIDTH - RIGHT
        assert TOP <= area.y < area.y + area.height <= HEIGHT - BOTTOM
    for row, (by, cells) in enumerate(drawn.rows):
        assert cells == tuple(asked(on, by) for on in drawn.columns), row
    covered = sum(area.width * area.height for area in drawn.areas)
    left, floor = min(area.x for area in drawn.areas), max(area.y + area.height for area in drawn.areas)
    assert covered == (WIDTH - RIGHT - left) * (floor - TOP)


def test_without_a_day_there_is_no_picture() -> None:
    with pytest.raises(ValueError, match="no day"):
        picture([], [date(2025, 1, 1)], frozen, [])


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_parameter_of_a_decision_has_words_and_a_readable_default(language: PageLanguage) -> None:
    for name in PARAMETERS:
        assert TEXTS[language][f"term_{name}"]
        assert terms.term_value(language, name, getattr(Terms(), name))
    assert terms.term_value("de", "interest_waiver_cents", "500") == "5,00\xa0EUR"
    assert terms.term_value("de", "interest_points_bp", "500") == "5\xa0Punkte"
    assert terms.term_value("en", "excess_percent", "None") == "none"
    assert terms.term_value("en", "final_due_on", date(2027, 2, 28)) == "2027-02-28"
    assert {one.rule for one in PARAMETERS.values()} <= set(RULES)


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_an_entry_of_a_kind_that_nobody_gave_words_still_has_a_line(language: PageLanguage) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for kind, data in (("novel_kind", {}), ("voucher", {"reason": "x"}), ("decision", {}), ("period_closed", {})):
        entry = Recorded(
            log_index=1,
            key="k",
            kind=kind,
            standing="demo",
            valid_on=at.date(),
            recorded_at=at,
            known_at=at,
            reconstructed=False,
            grant_id=None,
            budget_year=None,
            reverses=None,
            data=data,
            postings=(Posting("a", 1, "EUR"),),
            leaf_sha256=b"",
        )
        assert wording.content(language, entry)


def test_every_kind_that_is_booked_has_words() -> None:
    sources = [path.read_text() for folder in (booking, handlers) for path in Path(folder.__path__[0]).glob("*.py")]
    booked = {kind for source in sources for kind in re.findall(r'\bkind="([a-z_]+)"', source)}
    assert {"use_recognised", "settlement", "proof"} <= booked
    assert booked - NO_ENTRIES <= set(KINDS)


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_code_of_an_alarm_has_words(language: PageLanguage) -> None:
    sources = [path.read_text() for folder in (domain, handlers) for path in Path(folder.__path__[0]).glob("*.py")]
    codes = {
        code
        for source in sources
        for code in re.findall(r'^[A-Z_]+ = "((?:checkpoint|office)_[a-z_]+)"', source, re.MULTILINE)
    }
    assert {"checkpoint_forked", "checkpoint_replayed"} <= codes
    for code in codes:
        assert TEXTS[language].get(f"alarm_{code}"), code
