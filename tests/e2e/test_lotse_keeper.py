"""The pieces of `lotse up` that need no services: giving up, keeping ports, secrets, cards, settings."""

import asyncio
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lotse_local import cards, engines, environment, keeper, keyring, lock, ports, process
from lotse_local.keeper import Kept
from lotse_local.layout import AssociationFolder, DataFolder, NameRefused
from lotse_local.lock import AlreadyRunning, Lock
from lotse_local.process import Command, Running
from lotse_notify.settings import NotifySettings
from tests import kit


@pytest.fixture
def folder() -> Iterator[Path]:
    made = kit.new_folder()
    yield made
    kit.remove(made)


def dying(folder: Path) -> Command:
    return Command("dying", [sys.executable, "-c", "raise SystemExit(7)"], folder, {})


async def test_what_always_dies_is_given_up_visibly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "PAUSES_SECONDS", (0.01,))
    said: list[str] = []

    def launch() -> tuple[Command, Running]:
        return dying(folder), process.start(dying(folder))

    kept = Kept("a/dying", launch, said.append)
    await kept.start()
    await asyncio.wait_for(kept.watch(asyncio.Event()), 60)
    assert kept.summary()["state"] == "given up"
    assert kept.summary()["exit_code"] == 7
    assert kept.restarts == keeper.RESTARTS_MAX
    assert "given up" in said[-1]
    assert str(folder / "dying.log") in said[-1]


async def test_a_start_that_fails_counts_as_an_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "PAUSES_SECONDS", (0.01,))
    launches = iter([dying(folder)])

    def launch() -> tuple[Command, Running]:
        command = next(launches, None)
        if command is None:
            raise RuntimeError("no engine")
        return command, process.start(command)

    kept = Kept("a/dying", launch, lambda text: None)
    await kept.start()
    await asyncio.wait_for(kept.watch(asyncio.Event()), 60)
    assert kept.summary()["state"] == "given up"


def test_a_long_log_is_cut_while_it_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_BYTES_MAX", 100)
    talking = "import sys\nfor line in sys.stdin: print(line * 10, flush=True)"
    log_file = folder / "talking.log"
    with (
        log_file.open("ab") as log,
        subprocess.Popen([sys.executable, "-c", talking], stdin=subprocess.PIPE, stdout=log, text=True) as talker,
    ):
        assert talker.stdin is not None
        for _ in range(3):
            print("0123456789", file=talker.stdin, flush=True)
        talker.stdin.close()
        talker.wait()
        process.put_aside(log_file)
        log.write(b"afterwards")
        log.flush()
    assert log_file.read_bytes() == b"afterwards"
    assert log_file.with_suffix(".log.old").stat().st_size > 300


def test_one_supervisor_holds_a_folder(folder: Path) -> None:
    first, second = Lock(DataFolder(folder)), Lock(DataFolder(folder))
    first.take()
    with pytest.raises(AlreadyRunning):
        second.take()
    assert lock.holder(DataFolder(folder)) is not None
    first.release()
    assert lock.holder(DataFolder(folder)) is None
    second.take()
    second.release()


def test_ports_are_chosen_once_and_kept(folder: Path) -> None:
    data = DataFolder(folder)
    first = ports.addresses(data, "aa")
    other = ports.addresses(data, "bb")
    assert ports.addresses(data, "aa") == first
    chosen = json.loads(data.ports.read_text())
    assert len(set(chosen.values())) == len(chosen)
    assert first != other


def test_secrets_are_made_once_for_their_owner_alone(folder: Path) -> None:
    place = kit.new_association(folder, "aa")
    files = [path for path in place.secrets.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    keyring.create(place)
    assert {path: path.read_bytes() for path in place.secrets.rglob("*") if path.is_file()} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(place.secrets.stat().st_mode) == 0o700


def test_a_card_holds_public_keys_alone(folder: Path) -> None:
    place = kit.new_association(folder, "aa")
    card = cards.own_card(place).model_dump_json()
    secrets = [path.read_text() for path in (place.secrets / "users").iterdir()]
    secrets += [keyring.encoded(path.read_bytes()) for path in (place.secrets / "keys").iterdir()]
    assert not any(secret in card for secret in secrets)


def test_changed_keys_of_a_known_partner_are_refused(folder: Path) -> None:
    here, there = kit.new_association(folder, "aa"), kit.new_association(folder, "bb")
    card = cards.own_card(there)
    assert cards.add_partner(here, card)
    assert not cards.add_partner(here, card)
    with pytest.raises(cards.CardRefused, match="other keys"):
        cards.add_partner(here, card.model_copy(update={"verify": cards.own_card(here).verify}))
    assert json.loads(here.partners.read_text()) == {
        "bb": card.model_dump(mode="json", exclude={"association", "leaf"})
    }


def test_a_card_from_before_the_ledgers_keys_grows_into_one_that_has_them(folder: Path) -> None:
    here, there = kit.new_association(folder, "aa"), kit.new_association(folder, "bb")
    newer = cards.own_card(there)
    older = newer.model_copy(update={"ledger_logs": (), "ledger_witness": ""})
    assert cards.add_partner(here, older)
    assert set(json.loads(here.partners.read_text())["bb"]) == {"verify", "intake_seal", "referral_seal", "ledger_seal"}
    assert older.fingerprint != newer.fingerprint
    assert cards.add_partner(here, newer)
    with pytest.raises(cards.CardRefused, match="other keys"):
        cards.add_partner(here, older)


def test_a_log_key_may_follow_another_in_a_card_and_never_take_its_place(folder: Path) -> None:
    here, there = kit.new_association(folder, "aa"), kit.new_association(folder, "bb")
    card = cards.own_card(there)
    cards.add_partner(here, card)
    there.key(keyring.LOG_KEY + cards.FORMER_SUFFIX).write_text(card.ledger_logs[0] + "\n")
    there.key(keyring.LOG_KEY).write_bytes(there.key(keyring.AUDITOR_KEY).read_bytes())
    rotated = cards.own_card(there)
    assert rotated.ledger_logs[0] == card.ledger_logs[0]
    assert len(rotated.ledger_logs) == 2
    replaced = rotated.model_copy(update={"ledger_logs": rotated.ledger_logs[1:]})
    with pytest.raises(cards.CardRefused, match="other keys"):
        cards.add_partner(here, replaced)
    assert cards.add_partner(here, rotated)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"association": "aa"}', b"\xff\xfe", b"x" * 5000])
def test_what_is_no_card_is_refused_without_its_values(folder: Path, content: bytes) -> None:
    file = folder / "card.json"
    file.write_bytes(content)
    with pytest.raises(cards.CardRefused):
        cards.read_card(file)


@pytest.mark.parametrize("name", ["A", "a", "aa-bb", "../aa", "hub", "aa.bb", "1aa", "a" * 32])
def test_a_name_that_is_no_domain_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(NameRefused):
        DataFolder(folder).association(name)


def test_an_administrators_settings_come_before_ours(folder: Path) -> None:
    place = kit.new_association(folder, "aa")
    at = ports.addresses(DataFolder(folder), "aa")
    environment.write_settings(place, {"all": {"log_level": "debug"}, "intake": {"public_url": "https://a.example"}})
    intake = environment.service_environment(place, "intake", at)
    assert (intake["LOTSE_PUBLIC_URL"], intake["LOTSE_LOG_LEVEL"]) == ("https://a.example", "debug")
    assert (
        environment.service_environment(place, "ledger", at)["LOTSE_PUBLIC_URL"]
        == f"http://127.0.0.1:{at.http['ledger']}"
    )


def test_drafts_are_sent_to_the_mail_catcher_unless_an_administrator_says_otherwise(folder: Path) -> None:
    place = kit.new_association(folder, "aa")
    at = ports.addresses(DataFolder(folder), "aa")
    told = environment.service_environment(place, "notify", at)
    assert NotifySettings.from_env(told).drafts_allowed
    environment.write_settings(place, {"notify": {"drafts_allowed": False}})
    told = environment.service_environment(place, "notify", at)
    assert not NotifySettings.from_env(told).drafts_allowed


def test_unreadable_settings_are_named(folder: Path) -> None:
    place: AssociationFolder = kit.new_association(folder, "aa")
    place.settings.write_text("not toml")
    with pytest.raises(environment.SettingsUnreadable, match=r"settings\.toml"):
        environment.service_environment(place, "intake", ports.addresses(DataFolder(folder), "aa"))


def test_an_account_that_cannot_enter_is_named(folder: Path) -> None:
    """As root PostgreSQL runs as somebody else; an ordinary user's own folder is always its own."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    account = engines.unprivileged_account()
    if account.user is None:
        engines.require_reachable(account, closed)
        return
    with pytest.raises(engines.EngineUnusable, match="cannot reach"):
        engines.require_reachable(account, closed / "data")
    closed.chmod(0o711)
    engines.require_reachable(account, closed)


def test_binaries_out_of_reach_are_copied_into_the_data_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(engines.postgres_binaries().parent, closed / "pginstall", symlinks=True)
    monkeypatch.setattr(engines, "postgres_binaries", lambda: closed / "pginstall" / "bin")
    account = engines.unprivileged_account()
    found = engines.reachable_binaries(account, folder / "engines")
    expected = closed / "pginstall" if account.user is None else folder / "engines" / "postgresql"
    assert found == expected / "bin"
