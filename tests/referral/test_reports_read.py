"""Reports as people read them: the page, the spreadsheet, the screen, and the command that makes them."""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from lotse_chassis.administration import Told
from lotse_chassis.faults import Refused
from lotse_contracts.values import (
    CheckbackWay,
    ConfirmedBy,
    DeclineReason,
    DeliveryMode,
    EndReason,
    FailureReason,
    GroupKind,
    OutcomeCode,
    ReferralReportPart,
)
from lotse_referral.cli.report import GAPS, REPORT, asked
from lotse_referral.domain.checkbacks import ROUND_DAYS
from lotse_referral.domain.codes import CONCERNS
from lotse_referral.domain.reports import COUNTED, FAMILIES, LANGUAGES, MEDIANS, PARTS, Counted, Wanted, report_of
from lotse_referral.pages.report import names, page, table, text
from lotse_referral.providers.report_rules import report_rules
from lotse_referral.settings import ReferralSettings
from lotse_statistics.reports import canonical, sha256_of
from lotse_statistics.spans import span_of
from lotse_statistics.spreadsheet import NOT_SAID
from tests.kit import ServiceDatabase
from tests.referral.desk import Desk
from tests.referral.reported import ended, lack, lay


def report(part: Any = "referrals", period: str = "2026-Q3") -> dict[str, Any]:
    """A quarter in which most families have something, one of them too little to be said."""
    span = span_of(period)
    counts: dict[str, dict[str, dict[tuple[str, ...], int]]] = {
        family: {name: {} for name in tables} for family, tables in COUNTED.items()
    }
    counts["sent"] = {"category_mode": {("work", "self"): 12_345, ("health", "self"): 4, ("legal", "self"): 9}}
    counts["completed"] = {
        "mode_confirmer": {("self", "person"): 20, ("link", "receiver"): 7},
        "outcome": {("need_met",): 27},
    }
    counts["declined"] = {"decline": {("no_capacity",): 2}, "mode": {("link",): 2}}
    counts["gaps"] = {"code": {("childcare",): 5, ("housing",): 1, ("work",): 6}, "language": {("uk",): 12}}
    empty = {family: {name: dict[tuple[str, ...], int]() for name in tables} for family, tables in COUNTED.items()}
    months = {month: counts if month == span.months[0] else empty for month in span.months}
    held: dict[tuple[str, ...], int] = {("club", "none"): 3, ("course", "=2+3"): 8}
    meetings = {span.months[0]: held}
    counted = Counted(months, {}, meetings, {"sent_delivered_hours": (31, 12), "sent_completed_days": (4, 9)}, (2, 90))
    return report_of(Wanted("auslaenderrat", part, span), counted, [], report_rules())


GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "reports.md"
COMMANDS_OF_REPORTS: dict[str, tuple[Any, ReferralReportPart]] = {
    "report": (REPORT, "referrals"),
    "gaps": (GAPS, "gaps"),
}


class Reader(HTMLParser):
    """Tables with their captions, and whatever would be loaded from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.captions = self.scopes = self.tables = 0
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.scopes += tag == "th" and given.get("scope") in ("col", "row")
        if tag in ("script", "link", "img", "iframe") or {"src", "href", "onclick"} & given.keys():
            self.loads.append(tag)


@pytest.mark.parametrize("part", PARTS)
def test_the_page_loads_nothing_and_every_table_has_a_caption(part: str) -> None:
    made = report(part)
    spelled = page(made, sha256_of(canonical(made)), state="published")
    read = Reader(spelled)
    assert read.loads == []
    assert "url(" not in spelled
    assert read.tables == read.captions > 1
    assert read.scopes > read.tables
    assert '<html lang="de">' in spelled
    assert "prefers-color-scheme: dark" in spelled
    assert "size: A4" in spelled
    assert "Entwurf" not in spelled
    assert sha256_of(canonical(made)) in spelled


def test_the_page_says_what_is_hidden_and_what_is_not_said() -> None:
    spelled = page(report(), "0" * 64, state="draft")
    assert "Entwurf" in spelled
    assert spelled.count('aria-label="verdeckt"') == 2  # health and the cheapest beside it
    assert "Hier waren es so wenige Fälle" in spelled
    assert "12\u202f345" in spelled
    assert "Ausländerrat Dresden e. V." in spelled
    assert "keine Angabe</b><span>Median bis zum Ergebnis" in spelled
    assert "<b>31</b><span>Median bis zur Zustellung (Stunden)" in spelled
    assert "Lücke" not in spelled
    assert "Eine Lücke ist ein Anliegen" in page(report("gaps"), "0" * 64, state="draft")


def test_no_count_stands_anywhere_that_the_report_hides() -> None:
    for part, hidden in (("referrals", "49"), ("gaps", "15")):
        made = report(part)
        spread = page(made, "0" * 64, state="published") + table(made) + text(made, state="published")
        assert not re.search(rf">[{hidden}]</|;[{hidden}]\r\n|: [{hidden}]\n", spread)


def test_the_table_opens_in_a_german_spreadsheet_and_nothing_in_it_is_a_formula() -> None:
    spelled = table(report())
    assert spelled.encode().startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(spelled[1:]), delimiter=";"))
    assert all(len(line) == 7 for line in found)
    assert ["Juli bis September 2026", "Vermittlungen", "Ziel", "Arbeit", "", "", "12345"] in found
    assert ["Juli bis September 2026", "Abgelehnte Vermittlungen", "insgesamt", "", "", "", NOT_SAID] in found
    assert ["Juli bis September 2026", "Termine der Gruppenangebote", "Art", "Kurs", "Zeile", "'=2+3", "8"] in found
    assert [line[-1] for line in found].count("•") == 2


def test_the_screen_shows_the_same() -> None:
    spelled = text(report(), state="draft")
    assert spelled.startswith(
        "Zahlen zu Vermittlungen und Gruppen, Ausländerrat Dresden e. V., Juli bis September 2026"
    )
    assert "Entwurf" in spelled
    assert "    Gesundheit: •\n" in spelled
    assert "    geht selbst: Stelle 0, Person selbst 20, insgesamt 20\n" in spelled
    assert "davon über ihr Prüfdatum hinaus: 2 (Anzahl)" in spelled


def test_everything_that_can_be_counted_has_a_german_name() -> None:
    called = names()
    known = {
        "category": CONCERNS,
        "code": CONCERNS,
        "mode": get_args(DeliveryMode),
        "confirmer": get_args(ConfirmedBy),
        "outcome": get_args(OutcomeCode),
        "decline": get_args(DeclineReason),
        "failure": get_args(FailureReason),
        "withdrawal": get_args(EndReason),
        "round": [*(f"way_{number + 1}" for number in range(len(ROUND_DAYS))), "visit"],
        "way": get_args(CheckbackWay),
        "kind": get_args(GroupKind),
        "language": LANGUAGES,
    }
    for dimension, codes in known.items():
        assert set(codes) <= set(called.values[dimension]), dimension
    assert set(called.families) == set(FAMILIES)
    assert set(called.tables) == {f"{family}.{name}" for family, tables in FAMILIES.items() for name in tables}
    dimensions = {one for tables in FAMILIES.values() for each in tables.values() for one in each}
    assert set(called.dimensions) == dimensions
    assert set(called.figures) == {*MEDIANS, "services", "services_stale"}
    assert all(word == word.strip() and word for words in called.values.values() for word in words.values())


def test_every_family_is_in_one_part() -> None:
    assert sorted(name for names in PARTS.values() for name in names) == sorted(FAMILIES)


# The command


def command(kind: Any, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    kind.arguments(parser)
    return parser.parse_args([*words, "--actor", "ada"])


def settings_of(database: ServiceDatabase) -> ReferralSettings:
    return ReferralSettings(association="auslaenderrat", database_url=database.url)


async def test_the_command_drafts_publishes_and_writes_files(
    desk: Desk,
    both_databases: tuple[ServiceDatabase, ServiceDatabase],
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    await lay(desk, ended("2026-01", "completed", 6))
    settings = settings_of(both_databases[0])
    assert await asked(settings, command(REPORT, "2026-01"), part="referrals") == 0
    assert "Entwurf" in capsysbinary.readouterr().out.decode()
    files = {form: tmp_path / f"bericht.{form}" for form in ("json", "csv", "html")}
    words = [word for form, place in files.items() for word in (f"--{form}", str(place))]
    assert await asked(settings, command(REPORT, "2026-01", "--publish", *words), part="referrals") == 0
    assert capsysbinary.readouterr().out == b""
    content = files["json"].read_bytes()
    assert json.loads(content)["families"]["completed"]["total"] == 6
    assert sha256_of(content) in files["html"].read_text()
    assert "Abgeschlossene Vermittlungen" in files["csv"].read_text()
    await lay(desk, ended("2026-01", "declined", 6))
    assert await asked(settings, command(REPORT, "2026-01", "--json"), part="referrals") == 0
    assert capsysbinary.readouterr().out == content
    assert [row["part"] for row in await desk.rows("report_publication")] == ["referrals"]


async def test_the_command_shows_the_gaps_of_a_month(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    await lack(desk, [("2026-01", "childcare", "uk")] * 5)
    settings = settings_of(both_databases[0])
    assert await asked(settings, command(GAPS, "2026-01", "--publish"), part="gaps") == 0
    out = capsysbinary.readouterr().out.decode()
    assert "Lücken im Angebot, Ausländerrat Dresden e. V., Januar 2026" in out
    assert "    Kita: 5\n" in out


async def test_a_period_that_is_none_or_not_over_is_said(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase]
) -> None:
    settings = settings_of(both_databases[0])
    with pytest.raises(Told):
        await asked(settings, command(REPORT, "2026-13"), part="referrals")
    with pytest.raises(Refused, match="period_not_over"):
        await asked(settings, command(GAPS, "2099-01", "--publish"), part="gaps")


async def test_every_command_of_the_guide_runs(
    desk: Desk,
    both_databases: tuple[ServiceDatabase, ServiceDatabase],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A year earlier, since what the guide publishes has to be over."""
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^lotse referral (report|gaps) (.+)$", GUIDE.read_text(), re.MULTILINE)
    assert len(lines) == 3
    for word, rest in lines:
        kind, part = COMMANDS_OF_REPORTS[word]
        words = rest.replace("2026", "2025").split()
        assert await asked(settings_of(both_databases[0]), command(kind, *words), part=part) == 0
    for name in ("vermittlungen.html", "vermittlungen.csv", "vermittlungen.json", "luecken.html"):
        assert (tmp_path / name).stat().st_size


@pytest.mark.parametrize(("word", "said"), [("report", "SPAN"), ("gaps", "MONTH")])
def test_the_program_knows_both_commands(word: str, said: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "lotse_referral", word, "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert said in run.stdout
    assert "--html" in run.stdout
