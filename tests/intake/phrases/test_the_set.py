"""The messages for the triage are as its README says: enough of each kind, in halves, none twice."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict

HERE = Path(__file__).parent
LANGUAGES = ("uk", "ru", "de", "en")
LEVELS = ("emergency", "urgent")
About = Literal[
    "account",
    "benefits_stopped",
    "child",
    "deadline",
    "deportation",
    "dismissal",
    "energy",
    "eviction",
    "homeless",
    "illness",
    "medicine",
    "no_food",
    "no_money",
    "pregnancy",
    "school",
    "suicide",
    "summons",
    "title",
    "trafficking",
    "violence",
]


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    language: Literal["uk", "ru", "de", "en"]
    text: str


class UrgentLine(Line):
    level: Literal["emergency", "urgent"]
    about: About
    typos: bool
    held_out: bool


class NeutralLine(Line):
    trap: bool


L = TypeVar("L", bound=Line)


def read(name: str, kind: type[L]) -> list[L]:
    return [kind.model_validate_json(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def urgent() -> list[UrgentLine]:
    return read("urgent.jsonl", UrgentLine)


@pytest.fixture(scope="module")
def neutral() -> list[NeutralLine]:
    return read("neutral.jsonl", NeutralLine)


def alike(text: str) -> str:
    """Two messages are the same when only case, spaces or punctuation tell them apart."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def repeated(lines: Iterable[Line]) -> list[str]:
    return [text for text, times in Counter(alike(line.text) for line in lines).items() if times > 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_enough_of_each_level(urgent: list[UrgentLine], language: str) -> None:
    levels = Counter(line.level for line in urgent if line.language == language)
    assert levels == {"emergency": 47 if language in {"de", "en"} else 48, "urgent": 49}


@pytest.mark.parametrize("language", LANGUAGES)
def test_about_a_third_has_typos(urgent: list[UrgentLine], language: str) -> None:
    own = [line for line in urgent if line.language == language]
    assert 0.3 <= sum(line.typos for line in own) / len(own) <= 0.4


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_halves_are_even(urgent: list[UrgentLine], language: str, level: str) -> None:
    own = [line for line in urgent if (line.language, line.level) == (language, level)]
    for lines in (own, [line for line in own if line.typos]):
        held_out = sum(line.held_out for line in lines)
        assert abs(2 * held_out - len(lines)) <= 1


def test_each_matter_is_met_in_every_language_and_in_both_halves(urgent: list[UrgentLine]) -> None:
    matters = {line.about for line in urgent}
    assert {(line.about, line.language) for line in urgent} == {(about, own) for about in matters for own in LANGUAGES}
    assert {(line.about, line.held_out) for line in urgent} == {(about, half) for about in matters for half in (0, 1)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_neutral_ones_and_their_traps(neutral: list[NeutralLine], language: str) -> None:
    own = [line for line in neutral if line.language == language]
    assert len(own) == 200
    assert sum(line.trap for line in own) >= 40


def test_urgent_ones_are_whole_messages(urgent: list[UrgentLine]) -> None:
    assert [line.text for line in urgent if not 4 <= len(line.text.split()) <= 40] == []


def test_texts_are_tidy(urgent: list[UrgentLine], neutral: list[NeutralLine]) -> None:
    assert [
        line.text for line in [*urgent, *neutral] if not line.text or line.text != " ".join(line.text.split())
    ] == []


def test_nothing_twice_in_one_file_or_in_both(urgent: list[UrgentLine], neutral: list[NeutralLine]) -> None:
    assert repeated([*urgent, *neutral]) == []
