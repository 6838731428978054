"""Every command of the guide for the handover does what the guide says, as it stands there, in one story."""

import re
import shutil
from pathlib import Path
from uuid import UUID

import pytest

from tests.intake.given import Intake
from tests.intake.handing import NOW, Receiver, answers, asked, days, run, takes_along, with_open_case

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "handover.md"
COMMAND = re.compile(r"^lotse intake handover (.+)$", re.MULTILINE)
SOME_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def commands() -> list[str]:
    """Everything behind `lotse intake handover`, in the order of the guide."""
    return COMMAND.findall(GUIDE.read_text())


async def test_the_commands_of_the_guide_make_a_handover_from_its_list_to_its_certificate(
    here: Intake, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.now = NOW
    monkeypatch.chdir(receiver.folder)
    shutil.copy(receiver.keys("nord", "west", "mitte", "sued"), "schluessel-msa.txt")
    shutil.copy(receiver.identity_file(), "schluessel.txt")
    for place in ("01127", "Gorbitz", "Blasewitz", "Prohlis"):
        person_id, code = await with_open_case(here)
        await asked(here, person_id)
        await takes_along(here, code, place=place)
    with_papers, code = await with_open_case(here)
    await asked(here, with_papers)
    await answers(here, code, "my_papers")
    await with_open_case(here, consent_to_contact=False)
    typed = commands()
    assert len(typed) == 11
    for line in typed:
        await _typed(here, line, with_papers)
    assert sorted(path.name for path in Path("briefe").iterdir())
    assert [path.name.rpartition("-")[2] for path in Path("papiere").iterdir() if path.suffix == ".html"] == [
        "page.html"
    ]
    assert len(list(Path("pakete").iterdir())) == 4
    assert Path("paket/manifest.json").exists()
    assert "bestätigt" in Path("bescheinigung.html").read_text()
    assert here.rows("SELECT count(*) FROM handover_case WHERE purged_at IS NOT NULL") == [(1,)]


async def _typed(here: Intake, line: str, with_papers: UUID) -> None:
    """As it stands there, with the numbers of this story in the place of those that are shown."""
    words = line.split()
    if words[0] == "papers":
        words = [SOME_ID.sub(str(with_papers), word) for word in words]
    if "--again" in words:
        ((batch_id,), *_) = here.rows("SELECT batch_id FROM handover_batch")
        words = [SOME_ID.sub(str(batch_id), word) for word in words]
    if words[0] == "open":
        shutil.copy(min(Path("pakete").glob("*.zip.age")), "paket.zip.age")
    if words[0] == "purge":
        here.now = NOW + days(31)
    assert await run(here, *words) == 0, line
