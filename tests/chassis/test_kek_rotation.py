"""The key-encryption key is replaced while services run, and a death at any moment loses no person's key."""

import os
import secrets
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from lotse_chassis import kekrotation, keks
from lotse_chassis.kekrotation import TooManyKeks, rotate
from lotse_chassis.keks import KEKS_MAX, kek_id, keys_in
from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, PersonKeys

TEXT = b"what somebody said"
PERSONS = 40
KILLS = 12
VICTIM = """
import sys
from pathlib import Path
from lotse_chassis import kekrotation, keks
step, folder, file = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
steps = 0
real = keks.replace_file
def counted(path, content):
    global steps
    steps += 1
    if steps == step:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)
    real(path, content)
keks.replace_file = kekrotation.replace_file = counted
import lotse_chassis.personkeys as personkeys
personkeys.replace_file = counted
kekrotation.rotate(folder, file)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def kek_file(tmp_path: Path) -> Path:
    file = tmp_path / "kek"
    file.write_bytes(secrets.token_bytes(32))
    return file


def people(keys: PersonKeys, number: int = PERSONS) -> dict[UUID, bytes]:
    """Persons with something encrypted under the key of each."""
    made = [uuid4() for _ in range(number)]
    for person_id in made:
        keys.create(person_id)
    return {person_id: keys.encrypt(person_id, "x", TEXT) for person_id in made}


def readable(folder: Path, kek_file: Path, sealed: dict[UUID, bytes]) -> bool:
    """Whether a process that starts now reads all of them."""
    keys = PersonKeys(folder, kek_file)
    return all(keys.decrypt(person_id, "x", one) == TEXT for person_id, one in sealed.items())


def test_after_a_rotation_everything_is_read_with_the_new_key_and_nothing_with_the_old(
    folder: Path, kek_file: Path
) -> None:
    old = kek_file.read_bytes()
    sealed = people(PersonKeys(folder, kek_file))
    wrapped_before = {path.name: path.read_bytes() for path in folder.glob("*.key")}
    done = rotate(folder, kek_file)
    assert (done.rewrapped, done.taken_up) == (PERSONS, False)
    assert len(kek_file.read_bytes()) == 32
    assert old not in kek_file.read_bytes()
    assert readable(folder, kek_file, sealed)
    assert {path.read_bytes()[4:12] for path in folder.glob("*.key")} == {kek_id(kek_file.read_bytes())}
    outdated = PersonKeys(folder, old)
    with pytest.raises(CannotDecrypt):
        outdated.decrypt(next(iter(sealed)), "x", next(iter(sealed.values())))
    assert wrapped_before.keys() == {path.name for path in folder.glob("*.key")}
    assert not list(folder.glob("*.new"))


def test_a_running_service_reads_and_makes_keys_before_during_and_after(folder: Path, kek_file: Path) -> None:
    service = PersonKeys(folder, kek_file)
    sealed = people(service)
    kekrotation.begin(kek_file)
    sealed |= people(service, 3)
    assert {keys_in(kek_file.read_bytes())[0]} == {kek_file.read_bytes()[:32]}
    assert service.decrypt(next(iter(sealed)), "x", next(iter(sealed.values()))) == TEXT
    assert rotate(folder, kek_file).taken_up
    sealed |= people(service, 3)
    assert readable(folder, kek_file, sealed)


def test_a_death_at_any_step_loses_nothing_and_the_next_rotation_ends_it(folder: Path, kek_file: Path) -> None:
    sealed = people(PersonKeys(folder, kek_file), KILLS - 3)
    for step in range(1, KILLS):
        died = subprocess.run(
            [sys.executable, "-c", VICTIM, str(step), str(folder), str(kek_file)], check=False, timeout=60
        )
        assert died.returncode in (-signal.SIGKILL, 0)
        assert readable(folder, kek_file, sealed)
        sealed |= people(PersonKeys(folder, kek_file), 1)
    rotate(folder, kek_file)
    assert len(kek_file.read_bytes()) == 32
    assert readable(folder, kek_file, sealed)


def test_readers_and_writers_never_notice_rotations_that_go_on_all_the_time(folder: Path, kek_file: Path) -> None:
    service = PersonKeys(folder, kek_file)
    sealed = people(service, 10)
    with ThreadPoolExecutor(4) as pool:
        turning = [pool.submit(rotate, folder, kek_file) for _ in range(6)]
        reading = [pool.submit(readable, folder, kek_file, sealed) for _ in range(20)]
        making = [pool.submit(people, PersonKeys(folder, kek_file), 5) for _ in range(6)]
        for future in turning:
            future.result()
        assert all(future.result() for future in reading)
        made = [future.result() for future in making]
    rotate(folder, kek_file)
    for more in (sealed, *made):
        assert readable(folder, kek_file, more)


def test_a_destruction_wins_over_a_rotation(folder: Path, kek_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = PersonKeys(folder, kek_file)
    sealed = people(service, 1)
    (person_id,) = sealed
    real = keks.replace_file

    def destroyed_meanwhile(path: Path, content: bytes) -> None:
        if path.suffix == ".key":
            PersonKeys(folder, kek_file).destroy(person_id)
            path.write_bytes(b"")  # as if the destruction came between opening and replacing
        real(path, content)

    monkeypatch.setattr("lotse_chassis.personkeys.replace_file", destroyed_meanwhile)
    assert rotate(folder, kek_file).rewrapped == 0
    assert sorted(path.suffix for path in folder.iterdir()) == [".gone"]
    with pytest.raises(KeyDestroyed):
        service.decrypt(person_id, "x", sealed[person_id])


def test_a_late_comer_that_still_wrapped_with_the_old_key_is_not_overlooked(
    folder: Path, kek_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that was made while the first pass went on; the last pass runs while nobody makes one."""
    outdated = PersonKeys(folder, kek_file.read_bytes())
    sealed = people(outdated, 2)
    real = kekrotation.rewrap_all
    passes: list[int] = []

    def made_meanwhile(keys: PersonKeys) -> int:
        done = real(keys)
        if not passes:
            sealed.update(people(outdated, 1))
        passes.append(done)
        return done

    monkeypatch.setattr(kekrotation, "rewrap_all", made_meanwhile)
    assert rotate(folder, kek_file).rewrapped == 3
    assert passes == [2, 1]
    assert readable(folder, kek_file, sealed)


def test_the_file_before_is_overwritten_and_not_only_unlinked(kek_file: Path) -> None:
    old = kek_file.read_bytes()
    with kek_file.open("rb") as before:
        keks.replace_file(kek_file, bytes(32))
        assert os.fstat(before.fileno()).st_nlink == 0
        assert before.read() != old


def test_rotations_that_never_end_are_refused(folder: Path, kek_file: Path) -> None:
    for _ in range(KEKS_MAX - 1):
        kekrotation.begin(kek_file)
    with pytest.raises(TooManyKeks):
        kekrotation.begin(kek_file)
    sealed = people(PersonKeys(folder, kek_file), 2)
    rotate(folder, kek_file)
    assert readable(folder, kek_file, sealed)


def test_a_file_that_is_no_key_is_refused(folder: Path, tmp_path: Path) -> None:
    for content in (b"", b"short", bytes(33), bytes(32 * (KEKS_MAX + 1))):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(ValueError, match="32 bytes"):
            PersonKeys(folder, tmp_path / "bad")
