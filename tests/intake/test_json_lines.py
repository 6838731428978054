"""The two commands that others check us with: JSON lines in and out, with no settings and nothing that runs."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_intake.cli import lines

ROOT = Path(__file__).parents[2]
RUN_SECONDS = 60


def answered(answer: Any, *given_lines: bytes | str | dict[str, Any]) -> list[dict[str, Any]]:
    """What is said to these lines."""
    raw = b""
    for one in given_lines:
        text = json.dumps(one) if isinstance(one, dict) else one
        raw += (text if isinstance(text, bytes) else text.encode()) + b"\n"
    said = io.StringIO()
    lines.answer_lines(answer, io.BytesIO(raw), said)
    return [json.loads(line) for line in said.getvalue().splitlines()]


def error(answer: Any, line: Any) -> tuple[str, str]:
    (said,) = answered(answer, line)
    assert set(said) == {"error"}
    assert set(said["error"]) == {"code", "field", "allowed"}
    assert said["error"]["allowed"]
    return said["error"]["code"], said["error"]["field"]


def pair(name: Any = "Олена Коваль", **other: Any) -> dict[str, Any]:
    return {"a": {"name": "Олена Коваль", "birth_date": "1980-05-04", "phone": None}, "b": {"name": name, **other}}


def test_a_name_is_transliterated() -> None:
    assert answered(lines.transliterate, {"text": "Згурський"}) == [{"latin": "Zghurskyi"}]


def test_two_records_are_compared_with_all_reasons() -> None:
    (said,) = answered(lines.same_person, pair("Koval Olena", birth_date="04.05.1980"))
    assert (said["band"], set(said)) == ("merge", {"score", "band", "reasons"})
    assert 0.95 <= said["score"] <= 1
    assert {"code": "birth_date_same", "points": 6.0} in said["reasons"]


def test_the_labelled_pairs_go_in_as_they_are() -> None:
    labelled = (ROOT / "tests/intake/names/pairs_tuning.jsonl").read_text(encoding="utf-8").splitlines()[:200]
    said = answered(lines.same_person, *labelled)
    assert len(said) == 200
    assert all({"score", "band", "reasons"} == set(one) for one in said)


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ("", "not_json", "line"),
        ("[1]", "not_json", "line"),
        ("{", "not_json", "line"),
        (b'{"text": "\xff"}', "not_json", "line"),
        ("[" * 50_000, "not_json", "line"),
        ({}, "missing", "text"),
        ({"text": None}, "missing", "text"),
        ({"text": 7}, "not_text", "text"),
        ({"text": "О\0лена"}, "control_characters", "text"),
        ('{"text": "\\ud800"}', "control_characters", "text"),
        ({"text": "Ж" * 10_000}, "too_long", "text"),
        ({"text": "x" * 70_000}, "too_long", "line"),
    ],
)
def test_a_bad_line_of_text_is_answered_as_one(line: Any, code: str, field: str) -> None:
    assert error(lines.transliterate, line) == (code, field)


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"a": {"name": "Олена"}}, "missing", "b"),
        ({"a": [], "b": {}}, "missing", "a"),
        (pair(None), "missing", "b.name"),
        (pair(5), "not_text", "b.name"),
        (pair("😀"), "not_a_name", "b.name"),
        (pair(""), "not_a_name", "b.name"),
        (pair("Ж" * 10_000), "too_long", "b.name"),
        (pair("О\0лена"), "control_characters", "b.name"),
        (pair(birth_date="30.02.1980"), "not_a_birth_date", "b.birth_date"),
        (pair(birth_date="1980-13-01"), "not_a_birth_date", "b.birth_date"),
        (pair(birth_date=1980), "not_text", "b.birth_date"),
        (pair(birth_date="3000"), "not_a_birth_date", "b.birth_date"),
        (pair(phone="keine"), "not_a_phone", "b.phone"),
        (pair(phone="110"), "not_a_phone", "b.phone"),
    ],
)
def test_a_bad_pair_is_answered_as_one(line: Any, code: str, field: str) -> None:
    assert error(lines.same_person, line) == (code, field)


def test_after_a_bad_line_the_next_is_read() -> None:
    said = answered(lines.transliterate, "x", "x" * 200_000, {"text": "Юрій"})
    assert ["error" in one for one in said] == [True, True, False]
    assert said[2] == {"latin": "Yurii"}


def test_what_nobody_sees_is_left_out_and_said() -> None:
    (said,) = answered(lines.transliterate, {"text": "\u202eЮ\u200bрій"})
    assert said == {"latin": "Yurii", "notes": ["invisible_removed"]}
    (said,) = answered(lines.same_person, pair("Олена 😀 Коваль"))
    assert said["notes"] == [{"field": "b.name", "code": "symbols_removed"}]
    assert said["band"] == "look"


@given(st.binary(max_size=300))
def test_whatever_comes_each_line_has_one_answer(raw: bytes) -> None:
    for answer in (lines.transliterate, lines.same_person):
        said = io.StringIO()
        lines.answer_lines(answer, io.BytesIO(raw), said)
        assert len(said.getvalue().splitlines()) == len(io.BytesIO(raw).readlines())


@given(st.recursive(st.none() | st.text() | st.integers(), lambda part: st.dictionaries(st.text(), part), max_leaves=6))
def test_whatever_is_compared_nothing_of_it_stands_in_an_error(part: Any) -> None:
    (said,) = answered(lines.same_person, {"a": part, "b": {"name": part, "birth_date": part}})
    assert set(said["error"]) == {"code", "field", "allowed"}
    assert said["error"]["field"] in {"a", "b", "a.name", "b.name", "a.birth_date", "b.birth_date"}


@pytest.mark.parametrize(
    ("command", "line", "expected"),
    [
        ("transliterate", {"text": "Згурський"}, {"latin": "Zghurskyi"}),
        ("same-person", pair("Taras Melnyk"), {"band": "different"}),
    ],
)
def test_the_commands_run_with_an_empty_environment(command: str, line: Any, expected: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lotse_intake", command],
        input=json.dumps(line).encode() + b"\nnonsense\n",
        capture_output=True,
        env={},
        timeout=RUN_SECONDS,
        check=True,
    )
    first, second = (json.loads(text) for text in done.stdout.splitlines())
    assert expected.items() <= first.items()
    assert second["error"]["code"] == "not_json"
    assert done.stderr == b""
