"""`lotse-ledger policy` and `rotate-key` as a person types them, on a real database."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lotse_ledger.cli.evidence import FORMER_SUFFIX, NEXT_SUFFIX
from lotse_ledger.domain.checkpoints import head_of, origin_of
from lotse_ledger.domain.notes import LOG_KEY, SigningKey, parse_vkey, signers
from lotse_ledger.domain.rotation import check_rotation, keys_after
from lotse_ledger.handlers import checkpoints
from lotse_ledger.handlers.house import Evidence
from lotse_ledger.providers.keyfiles import signing_key
from lotse_ledger.store import keys, witness
from lotse_local import environment, keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import given

Database = Callable[[str], kit.ServiceDatabase]
ORIGIN = origin_of(kit.ASSOCIATION)


@pytest.fixture
def key_file(tmp_path: Path, place: AssociationFolder) -> Path:
    file = tmp_path / "ledger.log"
    file.write_bytes(keyring.signing_key(place, keyring.LOG_KEY).private_bytes_raw())
    file.chmod(0o600)
    return file


def key_in(file: Path) -> SigningKey:
    return signing_key(file.read_bytes(), name=ORIGIN, kind=LOG_KEY)


def typed(
    place: AssociationFolder, database: kit.ServiceDatabase, key_file: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    at = environment.Addresses(0, 0, 0, {"ledger": 0}, 0, 0)
    env = environment.service_environment(place, "ledger", at)
    env |= {"LOTSE_DATABASE_URL": database.url, "LOTSE_LOG_KEY_FILE": str(key_file), "LOTSE_FED_SEED_FILE": ""}
    env |= {"LOTSE_TRACES_FILE": "", "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(
        [sys.executable, "-m", "lotse_ledger", *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_a_rotation_is_signed_by_both_keys_and_the_next_checkpoint_by_the_new_one(
    database: Database, place: AssociationFolder, key_file: Path
) -> None:
    found, old = database("ledger"), key_in(key_file)
    house = given.house(evidence=Evidence(log=old))
    async with given.transaction(found) as tx:
        await given.fill(tx, 3)
        await checkpoints.signed_checkpoint(tx, given.context(), house)
    done = typed(place, found, key_file, "rotate-key", "--actor", "admin-1")
    assert done.returncode == 0, done.stderr
    new = key_in(key_file)
    assert done.stdout.split() == [str(old.vkey), str(new.vkey)]
    assert old.vkey != new.vkey
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert not key_file.with_name(key_file.name + NEXT_SUFFIX).exists()
    assert key_file.with_name(key_file.name + FORMER_SUFFIX).read_text() == f"{old.vkey}\n"
    async with given.transaction(found) as tx:
        (step,) = await keys.own_rotations(tx)
        before, after = await witness.latest(tx, size=3), await witness.latest(tx)
        # The old key, were it still somewhere, signs nothing more.
        await given.fill(tx, 1)
        assert await checkpoints.signed_checkpoint(tx, given.context(), house) == []
    check_rotation(step)
    assert keys_after([old.vkey], [step]) == (old.vkey, new.vkey)
    assert before is not None
    assert before.note is not None
    assert list(signers(before.note, [old.vkey, new.vkey])) == [old.vkey]
    assert after is not None
    assert after.note is not None
    assert head_of(after.note.text).size == 4
    assert list(signers(after.note, [old.vkey, new.vkey])) == [new.vkey]
    policy = typed(place, found, key_file, "policy")
    assert policy.returncode == 0, policy.stderr
    logs = [parse_vkey(line.split()[1]) for line in policy.stdout.splitlines() if line.startswith("log ")]
    assert logs == [old.vkey, new.vkey]


@pytest.mark.parametrize("interrupted", ["before", "after"])
async def test_a_rotation_that_was_interrupted_goes_on_with_the_same_key(
    database: Database, place: AssociationFolder, key_file: Path, interrupted: str
) -> None:
    found, old = database("ledger"), key_in(key_file)
    fresh = key_file.with_name(key_file.name + NEXT_SUFFIX)
    if interrupted == "after":
        seed = key_file.read_bytes()
        assert typed(place, found, key_file, "rotate-key").returncode == 0
        fresh.write_bytes(key_file.read_bytes())
        key_file.write_bytes(seed)
    else:
        fresh.write_bytes(os.urandom(32))
    wanted = key_in(fresh)
    done = typed(place, found, key_file, "rotate-key")
    assert done.returncode == 0, done.stderr
    assert key_in(key_file).vkey == wanted.vkey
    async with given.transaction(found) as tx:
        assert [step.new_vkey for step in await keys.own_rotations(tx)] == [str(wanted.vkey)]
    assert key_file.with_name(key_file.name + FORMER_SUFFIX).read_text() == f"{old.vkey}\n"


async def test_an_old_key_cannot_be_rotated_again(database: Database, place: AssociationFolder, key_file: Path) -> None:
    found, seed = database("ledger"), key_file.read_bytes()
    assert typed(place, found, key_file, "rotate-key").returncode == 0
    key_file.write_bytes(seed)
    done = typed(place, found, key_file, "rotate-key", "--lang", "en")
    assert done.returncode == 1
    assert "followed by another one" in done.stderr


def test_without_a_key_there_is_nothing_to_rotate(database: Database, place: AssociationFolder, tmp_path: Path) -> None:
    done = typed(place, database("ledger"), tmp_path / "absent", "rotate-key")
    assert done.returncode == 2
    assert "LOTSE_LOG_KEY_FILE" in done.stderr
