"""The report as people read it: the page, the spreadsheet, the command, and the sum of both associations."""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from lotse_chassis.administration import Told
from lotse_chassis.faults import Refused
from lotse_intake.cli.report import REPORT, asked
from lotse_intake.domain.adding import NotAddable, sum_of_reports
from lotse_intake.domain.reports import FAMILIES, Counted, report_of
from lotse_intake.pages.report import names_with, page, table
from lotse_intake.providers.lists import shipped
from lotse_intake.providers.report_rules import report_rules
from lotse_statistics.reports import canonical, sha256_of
from lotse_statistics.spans import span_of
from lotse_statistics.spreadsheet import NOT_SAID
from tests.intake.counted import concerns
from tests.intake.given import Intake

NAMES = names_with(shipped("concerns"))
SMALL = 7  # persons of one age; the totals below are larger


def report(association: str = "auslaenderrat", period: str = "2026-Q3", times: int = 1) -> dict[str, Any]:
    """A quarter in which every family has something."""
    span = span_of(period)
    counts: dict[str, Mapping[str, Mapping[tuple[str, ...], int]]] = {
        "persons": {
            "age_band": {("age_65",): 9 * times, ("age_0_6",): 1, ("age_27_64",): 6},
            "gender": {("female",): 9 * times + 7},
            "language": {("uk",): 9 * times + 7},
            "region": {("nord",): 9 * times + 7},
            "residence_bracket": {("after",): 9 * times + 7},
        },
        "enquiries": {"channel": {("web",): 12}},
        "concerns": {"code": {("housing",): 9, ("work",): 11}, "urgency": {("normal",): 20}},
        "outcomes": {"code_outcome": {("work", "work_started"): 4}},
        "contacts": {
            "channel_depth": {("phone", "information"): 12_345},
            "language": {("ru",): 12_345},
            "interpreter": {("no",): 12_345},
        },
        "group_heads": {"offer": {}, "language": {}},
    }
    empty: dict[str, dict[str, dict[tuple[str, ...], int]]] = {
        family: {name: {} for name in tables} for family, tables in FAMILIES.items()
    }
    months = {month: counts if month == span.months[0] else empty for month in span.months}
    counted = Counted(months, {}, {span.months[0]: {"minutes": 95}}, 17, {"outcome_days_median": (4, 9)})
    return report_of(association, span, counted, [], report_rules())


class Reader(HTMLParser):
    """Tables with their captions, and whatever would be loaded from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.captions: list[str] = []
        self.scopes = self.tables = 0
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.stack.append(tag)
        self.tables += tag == "table"
        self.scopes += tag == "th" and given.get("scope") in ("col", "row")
        if tag in ("script", "link", "img", "iframe") or {"src", "href", "onclick"} & given.keys():
            self.loads.append(tag)

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "caption" and data.strip():
            self.captions.append(data.strip())


def test_the_page_loads_nothing_and_every_table_has_a_caption() -> None:
    made = report()
    text = page(made, NAMES, sha256_of(canonical(made)), state="published")
    read = Reader(text)
    assert read.loads == []
    assert "url(" not in text
    assert read.tables == len(read.captions) == 11
    assert '<html lang="de">' in text
    assert "prefers-color-scheme: dark" in text
    assert "size: A4" in text
    assert sha256_of(canonical(made)) in text


def test_the_page_says_what_is_hidden_and_what_is_not_said() -> None:
    text = page(report(), NAMES, "0" * 64, state="draft")
    assert "Entwurf" in text
    assert text.count('aria-label="verdeckt"') == 2
    assert "Diese Zahlen stehen erst in Berichten über mindestens 6 Monate." in text
    assert "12\u202f345" in text
    assert "Ausländerrat Dresden e. V." in text
    assert "keine Angabe</b><span>Zeit bis zum Ergebnis" in text


def test_no_count_stands_in_the_page_or_the_table_that_the_report_hides() -> None:
    made = report()
    spread = page(made, NAMES, "0" * 64, state="published") + table(made, NAMES)
    assert not re.search(r">1<|;1\r\n|>6<|;6\r\n", spread)


def test_the_table_opens_in_a_german_spreadsheet() -> None:
    text = table(report(), NAMES)
    assert text.encode().startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert found[0] == ["Zeitraum", "Bereich", "Merkmal 1", "Ausprägung 1", "Merkmal 2", "Ausprägung 2", "Anzahl"]
    assert all(len(line) == 7 for line in found)
    assert ["Juli bis September 2026", "Anliegen", "Thema", "Wohnen", "", "", "9"] in found
    assert ["Juli bis September 2026", "Abgeschlossene Anliegen", "insgesamt", "", "", "", NOT_SAID] in found
    assert [line[-1] for line in found].count("•") == 2


def test_a_name_that_looks_like_a_formula_is_none() -> None:
    made = report()
    made["families"]["concerns"]["tables"]["code"][0]["key"] = ["=2+3"]
    assert ";'=2+3;" in table(made, NAMES)


# The sum of both associations


def test_the_sum_says_only_what_both_say() -> None:
    one, other = report(), report("plattform", times=2)
    whole = sum_of_reports(one, other)
    assert whole["association"] == ["auslaenderrat", "plattform"]
    assert whole["families"]["persons"]["total"] == 16 + 25
    ages = {tuple(row["key"]): row["count"] for row in whole["families"]["persons"]["tables"]["age_band"]}
    assert ages == {("age_0_6",): None, ("age_27_64",): None, ("age_65",): 27}
    assert whole["families"]["outcomes"] is None
    assert whole["figures"] == {"advice_hours": 4, "meetings": 0, "persons_continuing_at_least": 20}
    text = page(whole, NAMES, "0" * 64, state="sum")
    assert "ist zweimal gezählt" in text
    assert "Plattform Dresden e. V." in text


def test_only_two_reports_of_one_period_can_be_added() -> None:
    one = report()
    other_rules = {**report("plattform"), "rules": {**one["rules"], "count_min": 2}}
    for other in (one, report("plattform", "2026-Q4"), {}, {"schema": "x"}, other_rules, {**one, "association": None}):
        with pytest.raises(NotAddable):
            sum_of_reports(one, other)


# The command


def parsed(*arguments: str | Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    REPORT.arguments(parser)
    return parser.parse_args([str(one) for one in arguments])


def test_the_command_adds_two_files_without_a_system(tmp_path: Path) -> None:
    one, other = tmp_path / "A.json", tmp_path / "B.json"
    one.write_bytes(canonical(report()))
    other.write_bytes(canonical(report("plattform", times=2)))
    command = [sys.executable, "-m", "lotse_intake", "report", "add", str(one), str(other)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120, env={"PATH": os.environ["PATH"]})
    assert done.stdout == canonical(sum_of_reports(json.loads(one.read_bytes()), json.loads(other.read_bytes())))


def test_what_cannot_be_added_is_refused_in_words(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    one, other = tmp_path / "A.json", tmp_path / "B.json"
    one.write_bytes(canonical(report()))
    other.write_text("no json")
    for second in (one, other, tmp_path / "none.json"):
        assert REPORT.run(parsed("add", one, second)) == 1
        out, err = capfdbinary.readouterr()
        assert out == b""
        assert err


async def test_the_command_drafts_publishes_and_hands_in(
    here: Intake, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    concerns(here, "2026-07", ["work"] * 12 + ["legal"] * 2 + ["housing"] * 9)

    async def said(*arguments: str) -> bytes:
        assert await asked(here.settings, parsed(*arguments)) == 0
        return capfdbinary.readouterr().out

    quarter = ("--from", "2026-07", "--to", "2026-09")
    draft = await said(*quarter)
    assert here.rows("SELECT count(*) FROM publication") == [(0,)]
    assert "Entwurf" in (await said(*quarter, "--format", "html")).decode()
    with pytest.raises(Refused, match="report_not_published"):
        await asked(here.settings, parsed("hand-in", *quarter))
    assert await said(*quarter, "--publish") == draft
    assert here.rows("SELECT period FROM publication") == [("2026-Q3",)]
    handed = (await said("hand-in", *quarter)).decode().split()[-1]
    assert await said("show", handed) == draft
    assert f"Nummer {handed}" in (await said("show", handed, "--format", "html")).decode()
    assert (await said("show", handed, "--format", "csv")).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("wrong", ["2026-13", "x", ""])
async def test_a_month_that_is_none_is_refused_in_words(here: Intake, wrong: str) -> None:
    with pytest.raises(Told):
        await asked(here.settings, parsed("--from", wrong))
