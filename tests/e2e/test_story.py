"""`lotse demo` tells its story on real servers, and its report is true to the databases."""

import asyncio
import json
import random
import secrets
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lotse_local.commands import exits
from lotse_local.demo import money, play
from lotse_local.demo.attending import ANSWERS
from lotse_local.demo.cast import cast
from lotse_local.demo.counselling import ORIENTATION
from lotse_local.demo.photo import letter_photo
from lotse_local.demo.play import FIGURES_FILE, HOME, PARTNER
from lotse_local.layout import DataFolder
from tests import kit
from tests.e2e.canaries import leaks
from tests.e2e.house import House, alive, kill, postmasters

TOLD_SECONDS = 480
KILLED = (
    *(f"{HOME}/{part}" for part in ("intake", "nats", "referral", "ledger")),
    *(f"{PARTNER}/{part}" for part in ("intake", "nats")),
)
"""Not notify: what was just handed to a mail server is never sent again blindly."""
EXAMPLE = Path(__file__).parents[2] / "docs" / "guides" / "examples" / "enquiry.py"
EXAMPLE_SECONDS = 60
STAYS = "everything stays up"
RUNS = "both associations run already"
WENT = "state IN ('handed_over', 'awaiting_receipt', 'delivered')"  # what a provider took


@dataclass
class Told:
    """A finished `lotse demo`: how it ended, what it printed, what it kept."""

    code: int
    output: str
    figures: dict[str, Any]


def tell(folder: Path, *arguments: str) -> Told:
    """Run the command to its end."""
    command = [sys.executable, "-m", "lotse_local", "demo", "--exit", "--data", str(folder), *arguments]
    kept = folder / FIGURES_FILE
    kept.unlink(missing_ok=True)  # an earlier telling's say nothing about this one
    ended = subprocess.run(command, capture_output=True, text=True, timeout=TOLD_SECONDS, check=False)
    figures = json.loads(kept.read_text()) if kept.is_file() else {}
    return Told(ended.returncode, ended.stdout + ended.stderr, figures)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder; everything on it is ended at the end, whatever a test left."""
    path = kit.new_folder()
    yield path
    House(path).lotse("down")
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def first(folder: Path) -> Told:
    """The story on a fresh folder: the command brings everything up and ends it."""
    return tell(folder)


@pytest.fixture(scope="module")
async def house(folder: Path, first: Told) -> AsyncIterator[House]:
    """The same data, running again, for a look into the databases."""
    running = House(folder)
    await running.start()
    yield running
    running.stop()


def test_every_expectation_of_the_story_comes_true(first: Told) -> None:
    assert first.figures.get("failed") == [], first.output[-5_000:]
    assert first.code == exits.OK
    assert first.figures["held"] > len(cast())


def test_nothing_is_left_running_when_it_has_ended(folder: Path, first: Told) -> None:
    assert first.code == exits.OK
    assert not postmasters(folder)
    assert not alive(House(folder).pids())
    assert not DataFolder(folder).endpoints.exists()


def test_the_report_shows_what_the_issue_asks_for(first: Told) -> None:
    for part in ("Arrived:", "Referred:", "Answered and sent", "What the auditor sees", "What could the city pay"):
        assert part in first.output
    assert "publish submit-enquiry" in first.output
    assert f"{PARTNER}/intake handle cmd.intake.receive-person" in first.output
    assert f"{PARTNER}/notify send mail" in first.output
    assert "DEMO" in first.output


def test_no_output_log_trace_or_stream_holds_a_persons_words_or_contact(folder: Path, first: Told) -> None:
    assert list(leaks(folder)) == []
    for case in cast():
        assert case.script.text not in first.output
        assert not case.script.email or case.script.email not in first.output
        assert not case.script.answer or case.script.answer not in first.output


async def test_what_arrived_is_what_intake_holds(house: House, first: Told) -> None:
    figures, ids = first.figures, first.figures["enquiry_ids"]
    assert len(ids) == len(cast()) >= 40
    in_intake = "FROM enquiry WHERE enquiry_id = ANY(%s::uuid[])"
    for column in ("channel", "language", "urgency"):
        query = f"SELECT {column}, count(*) {in_intake} GROUP BY 1"
        assert figures[f"by_{column}"] == counted(house, "intake", query, ids)
    by_code = "SELECT code, count(*) FROM concern WHERE enquiry_id = ANY(%s::uuid[]) GROUP BY 1"
    assert recoded(figures["by_code"]) == counted(house, "intake", by_code, ids)
    assert len(figures["by_code"]) == 17
    assert figures["unknown_codes"] == 1
    files = "SELECT count(*) FROM attachment WHERE enquiry_id = ANY(%s::uuid[])"
    assert figures["photos"] == one(house, "intake", files, ids) == 2
    assert figures["answers"] == one(house, "intake", f"SELECT sum(answers) {in_intake}", ids)


async def test_who_was_referred_is_what_referral_holds(house: House, first: Told) -> None:
    made = {referral["referral_id"]: referral for referral in first.figures["referrals"]}
    held = rows(
        house,
        "referral",
        "SELECT r.referral_id::text, r.mode, r.codes[1], s.name, r.state, r.outcome"
        " FROM referral r JOIN service s ON s.id = r.service_id WHERE r.direction = 'out'",
    )
    assert {row[0] for row in held} == set(made)
    for referral_id, mode, code, service, state, outcome in held:
        told = made[referral_id]
        assert (mode, code, service) == (told["mode"], told["code"], told["service"])
        assert told["score"] == sum(factor["points"] for factor in told["factors"])
        assert state == told["state"] == ("completed" if outcome else "delivered")
        assert outcome == {"connected": "need_met", "link": "enrolled"}.get(mode)  # by the receiver itself


async def test_the_partner_holds_one_referral_and_knows_one_person(house: House, first: Told) -> None:
    (connected,) = (one for one in first.figures["referrals"] if one["mode"] == "connected")
    found = rows(house, "referral", "SELECT referral_id::text, direction, state FROM referral", association=PARTNER)
    assert found == [(connected["referral_id"], "in", "completed")]
    people = rows(house, "intake", "SELECT referral_id::text, contact_kind FROM person", association=PARTNER)
    assert people == [(connected["referral_id"], "email")]
    ours = {str(row[0]) for row in rows(house, "intake", "SELECT person_id FROM person")}
    theirs = {str(row[0]) for row in rows(house, "intake", "SELECT person_id FROM person", association=PARTNER)}
    assert not ours & theirs


@pytest.mark.parametrize("association", [HOME, PARTNER])
async def test_what_was_sent_is_what_notify_and_the_mail_catcher_hold(
    house: House, first: Told, association: str
) -> None:
    by_template = f"SELECT template, count(*) FROM notification WHERE {WENT} GROUP BY 1"
    by_language = f"SELECT language, count(*) FROM notification WHERE {WENT} GROUP BY 1"
    assert first.figures["told"][association] == counted(house, "notify", by_template, association=association)
    in_language = first.figures["mails_by_language"][association]
    assert in_language == counted(house, "notify", by_language, association=association)
    caught = list(DataFolder(house.folder).association(association).mailbox.glob("*.eml"))
    assert first.figures["mails"][association] == len(caught) == sum(in_language.values())


async def test_nobody_in_danger_was_written_to(house: House, first: Told) -> None:
    assert first.code == exits.OK
    unsafe = rows(house, "intake", "SELECT person_id::text FROM person WHERE NOT contact_safe")
    assert len(unsafe) == 2
    told = rows(
        house,
        "notify",
        f"SELECT person_id::text FROM notification WHERE {WENT}",
    )
    assert not {row[0] for row in unsafe} & {row[0] for row in told}


async def test_what_the_auditor_sees_is_what_the_books_hold(house: House, first: Told) -> None:
    grant = first.figures["grant"]
    spent = (
        "SELECT sum(p.amount)::int FROM posting p JOIN entry e USING (log_index)"
        " WHERE e.grant_id = %s::uuid AND e.kind = 'voucher' AND p.amount > 0"
    )
    assert grant["spent"] == one(house, "ledger", spent, grant["grant_id"])
    standings = "SELECT standing, count(*) FROM entry WHERE grant_id = %s::uuid GROUP BY 1"
    assert counted(house, "ledger", standings, grant["grant_id"]).keys() == {"demo"}
    reconstructed = "SELECT bool_and(reconstructed) FROM entry WHERE kind LIKE '%_reported' AND standing = 'public'"
    assert one(house, "ledger", reconstructed)
    assert len(first.figures["availability"]) == 6


@pytest.mark.parametrize("association", [HOME, PARTNER])
async def test_nothing_is_dead_and_nothing_waits(house: House, association: str) -> None:
    for service in ("intake", "referral", "notify", "ledger"):
        waiting = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
        await kit.eventually(lambda: one(house, service, waiting, association=association) == 0)  # noqa: B023 - at once
        dead = "SELECT count(*) FROM outbox WHERE kind = 'dead'"
        assert one(house, service, dead, association=association) == 0


async def test_the_story_can_be_told_again_on_the_same_data(house: House, first: Told) -> None:
    again = tell(house.folder)
    assert (again.figures.get("failed"), again.code) == ([], exits.OK), again.output[-5_000:]
    assert RUNS in again.output
    assert not set(again.figures["enquiry_ids"]) & set(first.figures["enquiry_ids"])
    assert one(house, "intake", "SELECT count(*) FROM enquiry") == 2 * len(cast())


async def test_the_story_comes_true_while_services_and_the_broker_are_killed(house: House) -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    telling = asyncio.create_task(asyncio.to_thread(tell, house.folder))
    for name in random.Random(seed).sample(KILLED, len(KILLED)):  # noqa: S311 - a seed that can be printed
        pid = await kit.eventually(partial(house.pid, name))
        kill(pid)
        await kit.eventually(partial(restarted, house, name, pid))
    again = await telling
    assert (again.figures.get("failed"), again.code) == ([], exits.OK), again.output[-5_000:]


async def test_an_expectation_that_does_not_come_true_ends_the_command_with_1(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(money.ASKED_ON["2025-12-12"], "remainder", (90_000, 50_000, 39_999))
    code = await asyncio.to_thread(play.main, ["--exit", "--data", str(house.folder)])
    assert code == exits.FAILED
    failed = json.loads((house.folder / play.FIGURES_FILE).read_text())["failed"]
    assert len(failed) == 1
    assert "1 expectations did not come true" in capsys.readouterr().out


def test_where_each_has_a_folder_of_its_own_both_must_run(tmp_path: Path) -> None:
    refused = tell(tmp_path, "--partner", str(tmp_path / "other"))
    assert (refused.code, "both must run" in refused.output) == (exits.FAILED, True)


async def test_it_stays_up_and_answers_a_developers_frontend_until_ctrl_c(house: House, tmp_path: Path) -> None:
    house.stop()
    command = [sys.executable, "-m", "lotse_local", "demo", "--data", str(house.folder)]
    output = tmp_path / "demo.log"
    with output.open("w") as log:
        running = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    await kit.eventually(lambda: STAYS in output.read_text() or running.poll() is not None, TOLD_SECONDS)
    assert running.poll() is None, output.read_text()[-5_000:]
    photo = tmp_path / "letter.jpg"
    photo.write_bytes(letter_photo("Bescheid"))
    example = subprocess.run(
        [sys.executable, EXAMPLE, DataFolder(house.folder).endpoints, photo],
        capture_output=True,
        text=True,
        timeout=EXAMPLE_SECONDS,
        check=True,
    )
    assert ANSWERS["uk"] in example.stdout
    running.send_signal(signal.SIGINT)
    assert running.wait(TOLD_SECONDS) == exits.OK, output.read_text()[-5_000:]
    assert not postmasters(house.folder)


def restarted(house: House, name: str, pid: int) -> bool:
    """Whether the supervisor has started it again."""
    return house.pid(name) not in (0, pid)


def rows(house: House, service: str, query: str, *parameters: object, association: str = HOME) -> list[tuple[Any, ...]]:
    """What a service's database says."""
    url = house.endpoints()["associations"][association]["database"][service]
    with psycopg.connect(url) as connection:
        return connection.execute(query, parameters or None).fetchall()


def one(house: House, service: str, query: str, *parameters: object, association: str = HOME) -> Any:
    """The single value of a query."""
    ((value,),) = rows(house, service, query, *parameters, association=association)
    return value


def counted(house: House, service: str, query: str, *parameters: object, association: str = HOME) -> dict[str, int]:
    """Counts by a name."""
    found = rows(house, service, query, *parameters, association=association)
    return {str(name): count for name, count in found}


def recoded(by_code: dict[str, int]) -> Counter[str]:
    """What becomes of the codes that arrived, when the desk has said what an unknown one is."""
    found = Counter(by_code)
    for case in cast():
        if case.script.own_code:
            found.update({ORIENTATION: -1, case.script.own_code: 1})
    return found
