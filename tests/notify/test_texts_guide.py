"""Every command of the guide to texts does what the guide says, typed as it stands there."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from lotse_notify.domain.arguments import ARGUMENTS
from lotse_notify.domain.lint import SENTENCE_WORDS_MAX
from lotse_notify.domain.templates import NOTICES
from tests.notify.given import House

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "texts.md"
SECONDS = 60


def lines() -> Iterator[str]:
    """Every command of the guide, from its first to its last."""
    for token in MarkdownIt("commonmark").parse(GUIDE.read_text("utf-8")):
        if token.type == "fence":
            yield from token.content.splitlines()


def program(folder: Path) -> Path:
    """The console script, as an installation would put it there."""
    path = folder / "lotse-notify"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -m lotse_notify "$@"\n')
    path.chmod(0o755)
    return path


async def test_every_command_works_from_top_to_bottom(house: House, tmp_path: Path) -> None:
    program(tmp_path)
    known = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    env = known | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "LOTSE_DATABASE_URL": house.database.url,
        "LOTSE_DRAFTS_ALLOWED": "true",
        "LOTSE_PROVIDER_PRICES": "seven=750",
    }
    said = {}
    for line in lines():
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        said[line] = done.stdout
        if ">" in line:  # an editor at work
            path = tmp_path / line.rpartition("> ")[2]
            path.write_text(path.read_text("utf-8").replace("Your message has reached us", "We have your message"))
    assert "We have your message" in said["lotse-notify templates preview receipt --file receipt.json"]
    assert house.rows("template_publication", "publication_id")[-1]["published_by"] == "boris"
    assert json.loads(list(said.values())[-1]) == {"encoding": "UCS-2", "units": 23, "segments": 1}


def test_the_figures_of_the_guide_are_those_of_the_code() -> None:
    guide = GUIDE.read_text("utf-8")
    assert len(NOTICES) == 19
    assert "Nineteen notices" in guide
    assert SENTENCE_WORDS_MAX["de"] == 12
    assert "twelve words" in guide
    assert {name for wanted in ARGUMENTS.values() for name in wanted} == {"starts_at", "change", "round"}
