"""The labelled spellings are what their README says, and the made-up population is what it promises."""

import json
import re
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.intake.names.synthetic import Synthetic, persons, spelled_again

HERE = Path(__file__).parent
HALVES = ("pairs_tuning", "pairs_held_out")
SAME = {
    "uk_ru", "uk_passport", "ru_passport", "passport_older", "german", "diminutive", "patronymic", "order", "initials",
    "feminine_ending", "double_surname", "surname_changed", "typo", "case_space_apostrophe", "date_swapped",
    "date_placeholder", "date_year_only", "phone_spelling",
}  # fmt: skip
DIFFERENT = {
    "siblings", "twins", "junior", "same_name_other_date", "similar_surname", "same_given_similar_surname", "spouses",
    "brothers_near_dates", "cousins", "parent_child", "shared_phone", "same_date", "random",
}  # fmt: skip
Row = dict[str, Any]


@cache
def rows(half: str) -> list[Row]:
    return [json.loads(line) for line in (HERE / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def population() -> list[Synthetic]:
    return list(persons(20_000, 7))


def digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-9:]


def records(half: str) -> list[Row]:
    return [row[side] for row in rows(half) for side in "ab"]


def words(record: Row) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"[\w'’]+", record["name"].casefold())))


@pytest.mark.parametrize("half", HALVES)
def test_every_line_is_a_pair_in_the_agreed_form(half: str) -> None:
    for row in rows(half):
        assert set(row) == {"a", "b", "same", "kind"}
        assert row["kind"] in (SAME if row["same"] is True else DIFFERENT)
        for side in "ab":
            assert set(row[side]) == {"name", "birth_date", "phone"}
            assert len(row[side]["name"].split()) >= 2
            assert row[side]["birth_date"] is None or re.fullmatch(r"\d{4}(-\d\d-\d\d)?", row[side]["birth_date"])
            assert row[side]["phone"] is None or len(digits(row[side]["phone"])) == 9


def test_there_are_enough_pairs_and_each_kind_has_equal_halves() -> None:
    tuning, held_out = (Counter(row["kind"] for row in rows(half)) for half in HALVES)
    assert tuning == held_out
    assert set(tuning) == SAME | DIFFERENT
    assert sum(2 * tuning[kind] for kind in SAME) >= 340
    assert sum(2 * tuning[kind] for kind in DIFFERENT) >= 2_200


def test_the_readme_counts_what_is_there() -> None:
    told = dict(re.findall(r"`(\w+)` (\d+)", (HERE / "README.md").read_text(encoding="utf-8")))
    counted = Counter(row["kind"] for row in chain(*map(rows, HALVES)))
    assert {kind: int(count) for kind, count in told.items()} == counted


def test_same_persons_have_dates_and_phones_as_often_as_intended() -> None:
    same = [row for row in chain(*map(rows, HALVES)) if row["same"]]
    dates = Counter(sum(row[side]["birth_date"] is not None for side in "ab") for row in same)
    phones = Counter(sum(row[side]["phone"] is not None for side in "ab") for row in same)
    assert 0.45 < dates[2] / len(same) < 0.55
    assert 0.2 < dates[1] / len(same) < 0.3
    assert 0.2 < dates[0] / len(same) < 0.3
    assert 0.3 < phones[2] / len(same) < 0.45


def test_no_pair_is_there_twice_nor_the_other_way_round() -> None:
    pairs = [frozenset(json.dumps(row[side], sort_keys=True) for side in "ab") for row in chain(*map(rows, HALVES))]
    assert len(set(pairs)) == len(pairs)


def test_the_halves_share_nobody() -> None:
    tuning, held_out = map(records, HALVES)
    for of in (
        lambda one: digits(one["phone"]) if one["phone"] else None,
        lambda one: (words(one), one["birth_date"]) if one["birth_date"] else None,
        lambda one: words(one) if not one["birth_date"] and not one["phone"] else None,
    ):
        assert not ({of(one) for one in tuning} & {of(one) for one in held_out}) - {None}


def test_different_persons_never_have_both_the_name_and_the_date() -> None:
    for row in chain(*map(rows, HALVES)):
        if not row["same"] and words(row["a"]) == words(row["b"]):
            assert row["a"]["birth_date"]
            assert row["b"]["birth_date"]
            assert row["a"]["birth_date"][:4] != row["b"]["birth_date"][:4]


def test_the_population_is_as_mixed_as_promised() -> None:
    made = population()
    dates = Counter(0 if one.birth_date is None else len(one.birth_date) for one in made)
    placeholders = sum((one.birth_date or "").endswith("-01-01") for one in made)
    styles = Counter(one.known.style for one in made)
    assert 0.69 < (dates[10] - placeholders) / len(made) < 0.73
    assert 0.07 < dates[4] / len(made) < 0.09
    assert 0.03 < placeholders / len(made) < 0.05
    assert 0.63 < sum(one.phone is not None for one in made) / len(made) < 0.67
    for style, share in (("ukrainian", 0.5), ("russian", 0.2), ("passport", 0.25), ("german", 0.05)):
        assert styles[style] / len(made) == pytest.approx(share, abs=0.02)
    assert len({one.known.given for one in made}) >= 120
    assert len({one.known.surname for one in made}) >= 3_000


def test_the_population_holds_nobody_twice_and_is_the_same_for_a_seed() -> None:
    made = population()
    exact: list[Synthetic] = []
    inexact: list[Synthetic] = []
    for one in made:
        is_exact = one.birth_date and len(one.birth_date) == 10 and not one.birth_date.endswith("-01-01")
        (exact if is_exact else inexact).append(one)
    called = [(one.known.given.ru, one.known.surname) for one in inexact]
    dated = {(one.known.given.ru, one.known.surname, one.birth_date) for one in exact}
    assert len(dated) == len(exact)
    assert len(set(called)) == len(called)
    assert list(persons(50, 7)) == made[:50]
    assert list(persons(50, 8)) != made[:50]


def test_spelled_again_is_the_same_person_in_other_words() -> None:
    for one in population()[:2_000]:
        again = spelled_again(one, 3)
        assert again == spelled_again(one, 3)
        assert (again.known.given, again.known.surname) == (one.known.given, one.known.surname)
        assert again.known.style != one.known.style
        if one.phone and again.phone:
            assert digits(one.phone) == digits(again.phone)
        if one.birth_date and again.birth_date:
            assert one.birth_date[:4] == again.birth_date[:4]
