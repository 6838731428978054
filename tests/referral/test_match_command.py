"""`lotse-referral match`: one concern in, ranked services with every reason out; no running system, nothing kept."""

import argparse
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lotse_referral.cli.match import MATCH
from lotse_referral.migrations.loading import shipped
from tests.referral import labelled

CONCERN = {
    "code": "benefits",
    "sub_code": "sgb2",
    "languages": ["uk", "ru"],
    "status": "p24_title",
    "first_title": "after",
    "age": 34,
    "district": "Prohlis",
}


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: bytes
    stderr: bytes


def run(given: Any, *args: str) -> Done:
    """As the command line would, without starting another process."""
    raw = given if isinstance(given, bytes) else json.dumps(given).encode()
    parser = argparse.ArgumentParser()
    MATCH.arguments(parser)
    out, err = (io.TextIOWrapper(io.BytesIO()) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), reading(raw):
        code = MATCH.run(parser.parse_args(args))
    return Done(code, *(_written(one) for one in (out, err)))


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    return stream.buffer.getvalue()  # type: ignore[attr-defined, no-any-return]


@contextmanager
def reading(raw: bytes) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(raw))
    try:
        yield
    finally:
        sys.stdin = before


def test_it_runs_without_settings_and_without_a_running_system() -> None:
    called = [sys.executable, "-m", "lotse_referral", "match", "--on", "2026-11-25"]
    raw = json.dumps(CONCERN).encode()
    done = subprocess.run(called, input=raw, capture_output=True, check=False, env={"PATH": ""})
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == answer(CONCERN)


def answer(given: Any, *args: str) -> dict[str, Any]:
    done = run(given, "--on", "2026-11-25", *args)
    assert (done.returncode, done.stderr) == (0, b"")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_point_rule_and_exclusion_is_explained() -> None:
    found = answer(CONCERN)
    assert (found["on"], found["code"], found["gap"]) == ("2026-11-25", "sgb2", False)
    assert [one["rank"] for one in found["suggestions"]] == list(range(1, len(found["suggestions"]) + 1))
    for one in found["suggestions"]:
        assert one["name"]
        assert one["score"] == sum(factor["points"] for factor in one["factors"])
        assert all(factor["because"] and factor["source"] for factor in one["factors"])
    jobcenter = next(one for one in found["suggestions"] if one["name"] == "Jobcenter Dresden")
    (pending,) = [rule for rule in jobcenter["rules"] if rule["state"] == "pending"]
    assert (pending["rule"], pending["value"], pending["question"]) == ("p24_benefits", "unknown", "receives")
    assert "pending_law" in jobcenter["warnings"]
    assert jobcenter["eligible"] != "false"


def test_what_is_left_out_says_what_would_bring_it_in() -> None:
    found = answer(CONCERN, "--on", "2027-01-01")
    ended = {one["name"]: one for one in found["excluded"]}
    desk = next(one for name, one in ended.items() if "Koordinierungsstelle" in name)
    assert (desk["rule"], desk["change"]) == ("ended", {"what": "day", "to": "2026-12-31"})


def test_with_all_the_whole_directory_is_accounted_for() -> None:
    found = answer(CONCERN, "--all")
    told = [one["service_id"] for one in (*found["suggestions"], *found["excluded"])]
    assert len(told) == len(set(told)) == len(shipped()["services"]) - found["more"]


def test_a_day_of_the_first_title_becomes_its_bracket_and_leaves_no_trace() -> None:
    given = {name: value for name, value in CONCERN.items() if name != "first_title"}
    for day, warned in (("2025-03-31", False), ("2025-04-01", True)):
        found = answer(given | {"first_title_on": day})
        jobcenter = next(one for one in found["suggestions"] if one["name"] == "Jobcenter Dresden")
        assert ("pending_law" in jobcenter["warnings"]) == warned
        assert day not in json.dumps(found)


def test_the_shipped_form_and_its_hsds_export_give_the_same_answer(tmp_path: Path) -> None:
    flat, package = tmp_path / "flat.json", tmp_path / "package.json"
    flat.write_text(json.dumps(shipped()), encoding="utf-8")
    called = [sys.executable, "-m", "lotse_referral", "directory", "export", str(package), "--shipped"]
    subprocess.run(called, check=True, capture_output=True, env={"PATH": ""})
    once = answer(CONCERN)
    assert answer(CONCERN, "--directory", str(flat)) == once
    assert answer(CONCERN, "--directory", str(package)) == once


def test_a_labelled_concern_is_taken_as_it_is() -> None:
    concern = labelled.half("tuning")[0]["concern"]
    assert run(concern).returncode == 0


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        (b"", "not_json", ""),
        (b"{", "not_json", ""),
        (b"\xff\xfe", "not_json", ""),
        (b"[" * 20_000, "not_json", ""),
        (b" " * 70_000, "too_long", ""),
        ([], "not_an_object", ""),
        ({}, "missing", "code"),
        ({"code": "astrology"}, "unknown_code", "code"),
        ({"code": "housing", "sub_code": "sgb2"}, "unknown_code", "sub_code"),
        (CONCERN | {"religion": "Schewtschenko"}, "unknown_field", "religion"),
        (CONCERN | {"name": "Schewtschenko"}, "unknown_field", "name"),
        (CONCERN | {"age": -1}, "not_allowed", "age"),
        (CONCERN | {"age": "Schewtschenko"}, "not_allowed", "age"),
        (CONCERN | {"urgency": "Schewtschenko"}, "not_allowed", "urgency"),
        (CONCERN | {"postal_code": "Schewtschenko"}, "not_allowed", "postal_code"),
        (CONCERN | {"declined_by": [{"service": "jobcenter-dresden"}]}, "missing", "declined_by.0.reason"),
        (CONCERN | {"times_free": ["Schewtschenko"]}, "not_allowed", "times_free.0.byday"),
        (CONCERN | {"latitude": 51.05}, "missing", "longitude"),
        (CONCERN | {"on": "yesterday"}, "not_allowed", "on"),
    ],
)
def test_what_is_wrong_is_named_by_code_and_field_and_nothing_of_it_is_repeated(
    given: Any, code: str, field: str
) -> None:
    done = run(given)
    assert (done.returncode, done.stdout) == (1, b"")
    error = json.loads(done.stderr)["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert b"Schewtschenko" not in done.stderr


def test_a_file_that_is_no_directory_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    for path, code in ((broken, "not_a_directory"), (tmp_path / "none.json", "not_readable")):
        done = run(CONCERN, "--directory", str(path))
        assert done.returncode == 1
        assert json.loads(done.stderr)["error"] | {"allowed": ""} == {
            "code": code,
            "field": "--directory",
            "allowed": "",
        }
