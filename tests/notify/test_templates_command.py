"""`lotse-notify templates`: checked, looked at, proposed, signed and published by people at a keyboard."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from lotse_notify.domain.templates import NOTICES
from tests.notify.given import House

CANARY = "Canary"


def templates(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    command = [sys.executable, "-m", "lotse_notify", "templates", *arguments]
    return subprocess.run(
        command, env=known | dict(env or {}), capture_output=True, text=True, timeout=120, check=False
    )


def exported(name: str = "receipt") -> str:
    done = templates("export", name)
    assert done.returncode == 0, done.stderr
    return done.stdout


def written(folder: Path, source: str) -> str:
    path = folder / "text.json"
    path.write_text(source, "utf-8")
    return str(path)


def test_what_comes_with_notify_is_checked_without_a_system() -> None:
    done = templates("check", "--lang", "en")
    assert (done.returncode, done.stdout) == (0, f"{1 + len(NOTICES)} texts, no faults\n")


def test_a_text_that_is_written_out_may_be_edited_and_checked(tmp_path: Path) -> None:
    source = exported()
    assert set(json.loads(source)["languages"]) == {"uk", "ru", "de", "en"}
    assert templates("check", written(tmp_path, source)).returncode == 0
    done = templates("check", written(tmp_path, source.replace("Ми отримали", "Мы отримали")))
    assert done.returncode == 1
    assert done.stdout == "receipt, uk: letters of another language in 'Мы'\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "no JSON"),
        (f'{{"name": "{CANARY}",', "no JSON"),
        ("[]", "not of the form of a text: no object"),
        ('{"name": "nothing"}', "not of the form of a text: languages, name"),
        ('{"name": "frame", "languages": {}, "more": 1}', "not of the form of a text: more"),
        (f'{{"name": "receipt", "languages": {{"uk": "{CANARY}"}}}}', "not of the form of a text: languages.uk"),
    ],
    ids=range(6),
)
def test_what_is_no_text_is_said_without_repeating_it(tmp_path: Path, source: str, said: str) -> None:
    done = templates("check", written(tmp_path, source))
    assert (done.returncode, done.stdout, done.stderr) == (1, f"{said}\n", "")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for arguments in (("check", str(tmp_path / "none.json")), ("preview", "--file", str(tmp_path / "none.json"))):
        done = templates(*arguments)
        assert done.returncode == 1
        assert "none.json" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_preview_says_the_parts_and_what_they_cost(tmp_path: Path) -> None:
    source = exported("checkback").replace("На вас чекає коротке запитання", "У нас є до вас запитання")
    done = templates(
        "preview", "checkback", "--language", "uk", "--detail", "neutral",
        "--file", written(tmp_path, source), "--prices", "seven=750", "--lang", "en",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    head, text = done.stdout.splitlines()[:2]
    assert "UCS-2" in head
    assert "seven 0.1500 EUR" in head
    assert head.endswith("draft: uk")
    assert text.startswith("У нас є до вас запитання")


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    done = templates("preview", "nothing")
    assert done.returncode == 2
    assert "checkback" in done.stderr


async def test_the_whole_way_of_a_text_from_an_editor_to_the_people(house: House, tmp_path: Path) -> None:
    env = {"LOTSE_DATABASE_URL": house.database.url, "LOTSE_ASSOCIATION": "auslaenderrat"}

    def told(*arguments: str) -> str:
        done = templates(*arguments, "--lang", "en", env=env)
        assert "Traceback" not in done.stderr
        return f"{done.returncode} {done.stdout}{done.stderr}"

    path = written(tmp_path, exported().replace("Your message has reached us", "We have your message"))
    assert told("propose", path, "--actor", "anna").startswith("0 receipt version 2: kept")
    assert "[text_needs_four_eyes]" in told("publish", "receipt", "--actor", "anna")
    assert "[text_is_a_draft]" in told("publish", "receipt", "--actor", "boris")
    for language, speaker in (("uk", "Oksana"), ("ru", "Vera")):
        assert told("sign", "receipt", "--language", language, "--speaker", speaker).startswith("0 receipt version 2")
    assert "signed: uk, ru" in told("list")
    assert told("publish", "receipt", "--actor", "boris") == "0 receipt version 2: counts from now on\n"
    assert "[text_counts_already]" in told("publish", "receipt", "--actor", "boris")
    assert "We have your message" in told("export", "receipt")
    assert "Your message has reached us" in told("export", "receipt", "--shipped")
    faulty = written(tmp_path, exported().replace("Your message", "The Jobcenter"))
    answer = told("propose", faulty, "--actor", "anna")
    assert answer.startswith("1 receipt, en: telling word 'jobcent'\n")
    assert "[text_is_faulty]" in answer
    assert told("sign", "all", "--language", "uk", "--speaker", "Oksana").count("signed") == 1 + len(NOTICES)
    rows = house.rows("template_publication", "publication_id")
    assert (rows[-1]["proposed_by"], rows[-1]["published_by"]) == ("anna", "boris")
