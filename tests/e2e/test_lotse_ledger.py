"""The treasurers' guide as it stands, typed on a running `lotse up`; then what it made survives a backup."""

import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from markdown_it import MarkdownIt

from lotse_contracts.ledger import PlanLine, RecordDecision, SubmitPlan
from lotse_local.commands import exits
from tests import kit
from tests.e2e.asking import frontend
from tests.e2e.house import House

NAME = "auslaenderrat"
GRANT = UUID("5d3f2c3e-7a0b-4b52-9a61-2f0c6f0d2026")
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "treasurers.md"
COMMAND_SECONDS = 120
EVIDENCE = ("rechnung-17.pdf", "auszug-02.pdf", "miete-02.pdf", "lohn-02-P07.pdf")


@dataclass(frozen=True)
class Typed:
    """What somebody typed, and what became of it."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    """One association that runs alone, with a grant of a demonstration."""
    folder = kit.new_folder()
    running = House(folder, ("--association", NAME))
    await running.start()
    async with frontend(running, NAME, "desk", "treasurer") as desk:
        for order in (_award(), _plan()):
            assert (await desk.order(order)).accepted
    yield running
    assert running.stop() == exits.OK
    shutil.rmtree(folder, ignore_errors=True)


def _award() -> RecordDecision:
    return RecordDecision(
        grant_id=GRANT,
        decision_id=uuid4(),
        type="award",
        financing_type="shortfall",
        amount=50_000_00,
        budget_year=2026,
        valid_on="2025-11-20",
        period_from="2026-01-01",
        period_to="2026-12-31",
        file_ref="DEMO-50.1",
        standing="demo",
    )


def _plan() -> SubmitPlan:
    costs = {"personnel": 40_000_00, "fees": 5_000_00, "material": 15_000_00}
    return SubmitPlan(
        grant_id=GRANT,
        plan_id=uuid4(),
        version=1,
        valid_on="2025-11-20",
        costs=tuple(PlanLine(line=line, title=line, amount=amount) for line, amount in costs.items()),
        funding=(
            PlanLine(line="city", title="Zuwendung", amount=50_000_00),
            PlanLine(line="own", title="Eigenmittel", amount=10_000_00),
        ),
        state="approved",
        standing="demo",
    )


def snippets() -> Iterator[tuple[str, str]]:
    """Language and text of every fenced block of the guide."""
    for token in MarkdownIt("commonmark").parse(GUIDE.read_text()):
        if token.type == "fence":
            yield token.info.strip(), token.content


def typed(house: House, line: str, folder: Path) -> Typed:
    """A line as somebody types it in a folder; `>` writes the output into a file."""
    words = shlex.split(line)
    target = words[words.index(">") + 1] if ">" in words else None
    words = words[: words.index(">")] if ">" in words else words
    assert words[0] == "lotse"
    done = subprocess.run(
        [sys.executable, "-m", "lotse_local", words[1], "--data", str(house.folder), *words[2:]],
        cwd=folder,
        capture_output=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if target is not None:
        (folder / target).write_bytes(done.stdout)
    return Typed(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_treasurers_guide_can_be_typed_as_it_stands(house: House, tmp_path: Path) -> None:
    (listed,) = (text for language, text in snippets() if language == "csv")
    (tmp_path / "liste.csv").write_text(listed, encoding="cp1252")
    (cash,) = (text for language, text in snippets() if language == "json")
    (tmp_path / "kasse.json").write_text(cash, encoding="utf-8")
    (tmp_path / "Belege").mkdir()
    for number, name in enumerate(EVIDENCE):
        (tmp_path / "Belege" / name).write_bytes(b"%%PDF-1.7 DEMO %d" % number)
    said: dict[str, str] = {}
    for language, text in snippets():
        for line in text.splitlines() if language == "" else ():
            shown = re.sub("TOKEN_ID", lambda _: said["lotse ledger auditor list"].splitlines()[2].split()[0], line)
            done = typed(house, shown, tmp_path)
            assert done.code == 0, (line, done.err)
            said[line] = done.out
    assert str(GRANT) in said["lotse ledger grants"]
    assert "3 neu" in said["lotse ledger vouchers import liste.csv --grant 5d3f --evidence Belege --preview"]
    assert "3 neu" in said["lotse ledger vouchers import liste.csv --grant 5d3f --evidence Belege"]
    assert "Druckerei Süd GmbH" in said["lotse ledger belegliste 5d3f"]
    assert (tmp_path / "belegliste.csv").read_bytes().startswith(b"\xef\xbb\xbfLfd. Nr.;")
    assert "Sozialamt Dresden" in said["lotse ledger auditor list"]
    with zipfile.ZipFile(tmp_path / "pruefpaket.zip") as bundle:
        assert sum(name.startswith("belege/") for name in bundle.namelist()) == len(EVIDENCE)
    token = (tmp_path / "zugang.txt").read_text().strip()
    assert token.count(".") == 2
    again = typed(
        house, "lotse ledger auslaenderrat vouchers import liste.csv --grant 5d3f --evidence Belege", tmp_path
    )
    assert (again.code, "0 neu, 3 schon gebucht" in again.out) == (0, True)


def test_what_runs_already_is_not_started_by_hand(house: House, tmp_path: Path) -> None:
    assert typed(house, "lotse ledger serve", tmp_path).code == exits.USAGE


def test_evidence_and_its_keys_are_in_different_parts_of_a_backup(house: House, tmp_path: Path) -> None:
    code, _ = house.quickly("backup", str(tmp_path / "backup"))
    assert code == exits.OK
    place = house.data.association(NAME)
    evidence = {path.name for path in place.files("ledger").glob("*.evidence")}
    fresh = kit.new_folder()
    restored = House(fresh, ("--association", NAME))
    (data,) = (tmp_path / "backup").glob("*.data")
    assert restored.quickly("restore", str(data), "--no-erasures-since")[0] == exits.OK
    there = restored.data.association(NAME)
    assert {path.name for path in there.files("ledger").glob("*.evidence")} == evidence
    assert {path.name for path in there.person_keys("ledger").iterdir()} >= {
        path.name for path in place.person_keys("ledger").glob("*.key")
    }
    shutil.rmtree(fresh, ignore_errors=True)
