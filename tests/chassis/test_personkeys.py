"""A person's content can be read while her key lives, and never again after."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.personkeys import (
    CACHED_KEYS_MAX,
    CannotDecrypt,
    KeyDestroyed,
    KeyUnknown,
    PersonKeys,
)

KEK = bytes(range(32))
TEXT = "Мені потрібна допомога з листом від Jobcenter".encode()
RACES = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> PersonKeys:
    return PersonKeys(folder, KEK)


@pytest.fixture
def person(keys: PersonKeys) -> UUID:
    person_id = uuid4()
    keys.create(person_id)
    return person_id


@given(st.binary(max_size=2_000), st.text(max_size=60))
def test_what_is_encrypted_is_decrypted(plaintext: bytes, context: str) -> None:
    with TemporaryDirectory() as folder:
        keys, person_id = PersonKeys(Path(folder), KEK), uuid4()
        keys.create(person_id)
        sealed = keys.encrypt(person_id, context, plaintext)
        assert len(plaintext) < 8 or plaintext not in sealed
        assert PersonKeys(Path(folder), KEK).decrypt(person_id, context, sealed) == plaintext


def test_the_same_text_never_looks_the_same(keys: PersonKeys, person: UUID) -> None:
    assert keys.encrypt(person, "enquiry", TEXT) != keys.encrypt(person, "enquiry", TEXT)


def test_content_is_bound_to_its_context_and_its_person(keys: PersonKeys, person: UUID) -> None:
    sealed, other = keys.encrypt(person, "enquiry:1", TEXT), uuid4()
    keys.create(other)
    for person_id, context in ((person, "enquiry:2"), (other, "enquiry:1")):
        with pytest.raises(CannotDecrypt):
            keys.decrypt(person_id, context, sealed)


@pytest.mark.parametrize("spoil", [lambda c: c[:-1], lambda c: b"\x02" + c[1:], lambda _: b"", lambda c: c[:5]])
def test_altered_content_is_refused(keys: PersonKeys, person: UUID, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CannotDecrypt):
        keys.decrypt(person, "enquiry", spoil(keys.encrypt(person, "enquiry", TEXT)))


def test_every_single_bit_counts(keys: PersonKeys, person: UUID) -> None:
    sealed = keys.encrypt(person, "enquiry", TEXT)
    for place in range(len(sealed)):
        with pytest.raises(CannotDecrypt):
            keys.decrypt(person, "enquiry", sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])


def test_making_a_key_twice_keeps_the_first(keys: PersonKeys, person: UUID, folder: Path) -> None:
    sealed = keys.encrypt(person, "enquiry", TEXT)
    keys.create(person)
    PersonKeys(folder, KEK).create(person)
    assert PersonKeys(folder, KEK).decrypt(person, "enquiry", sealed) == TEXT


def test_many_who_make_the_same_key_at_once_get_the_same_one(folder: Path) -> None:
    for _ in range(RACES):
        person_id, crowd = uuid4(), [PersonKeys(folder, KEK) for _ in range(8)]

        def take_part(keys: PersonKeys, person_id: UUID = person_id) -> bytes:
            keys.create(person_id)
            return keys.encrypt(person_id, "race", TEXT)

        with ThreadPoolExecutor(len(crowd)) as pool:
            sealed = list(pool.map(take_part, crowd))
        assert [PersonKeys(folder, KEK).decrypt(person_id, "race", one) for one in sealed] == [TEXT] * len(crowd)
    assert not list(folder.glob("*.new"))


def test_without_a_key_nothing_is_read_or_written(keys: PersonKeys) -> None:
    with pytest.raises(KeyUnknown):
        keys.encrypt(uuid4(), "enquiry", TEXT)
    with pytest.raises(KeyUnknown):
        keys.decrypt(uuid4(), "enquiry", b"\x01" + bytes(40))


def test_files_are_for_the_service_alone(person: UUID, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{person}.key").stat().st_mode) == 0o600


def test_only_the_wrapped_key_is_in_the_file(keys: PersonKeys, person: UUID, folder: Path) -> None:
    keys.encrypt(person, "enquiry", TEXT)
    plain = keys._cache[person]
    assert len(plain) == 32
    assert plain not in (folder / f"{person}.key").read_bytes()


def test_another_key_encryption_key_opens_nothing(person: UUID, folder: Path) -> None:
    with pytest.raises(CannotDecrypt):
        PersonKeys(folder, bytes(32)).encrypt(person, "enquiry", TEXT)


def test_a_key_file_put_in_the_place_of_anothers_opens_nothing(keys: PersonKeys, person: UUID, folder: Path) -> None:
    other = uuid4()
    (folder / f"{other}.key").write_bytes((folder / f"{person}.key").read_bytes())
    with pytest.raises(CannotDecrypt):
        keys.encrypt(other, "enquiry", TEXT)


def test_a_key_encryption_key_of_the_wrong_length_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PersonKeys(folder, b"short")


def test_a_destroyed_key_reads_nothing_in_any_process(keys: PersonKeys, person: UUID, folder: Path) -> None:
    sealed, elsewhere = keys.encrypt(person, "enquiry", TEXT), PersonKeys(folder, KEK)
    assert elsewhere.decrypt(person, "enquiry", sealed) == TEXT
    keys.destroy(person)
    for process in (keys, elsewhere, PersonKeys(folder, KEK)):
        with pytest.raises(KeyDestroyed):
            process.decrypt(person, "enquiry", sealed)
        with pytest.raises(KeyDestroyed):
            process.encrypt(person, "enquiry", TEXT)
        assert not process.holds(person)
    assert person not in keys._cache
    assert person not in elsewhere._cache


def test_destroying_overwrites_before_it_unlinks(keys: PersonKeys, person: UUID, folder: Path) -> None:
    before = (folder / f"{person}.key").read_bytes()
    with (folder / f"{person}.key").open("rb") as still_open:
        keys.destroy(person)
        after = still_open.read()
    assert len(after) == len(before)
    assert all(after[place : place + 8] != before[place : place + 8] for place in range(0, len(before) - 8, 8))
    assert not (folder / f"{person}.key").exists()


def test_a_destroyed_key_is_never_made_again(keys: PersonKeys, person: UUID, folder: Path) -> None:
    keys.destroy(person)
    keys.destroy(person)
    with pytest.raises(KeyDestroyed):
        PersonKeys(folder, KEK).create(person)
    assert not (folder / f"{person}.key").exists()


def test_destroying_what_never_was_keeps_it_from_ever_being(keys: PersonKeys) -> None:
    late = uuid4()
    keys.destroy(late)
    with pytest.raises(KeyDestroyed):
        keys.create(late)
    assert list(keys.tombstones()) == [late]


def test_other_persons_are_not_touched(keys: PersonKeys, person: UUID) -> None:
    other = uuid4()
    keys.create(other)
    sealed = keys.encrypt(other, "enquiry", TEXT)
    keys.destroy(person)
    assert keys.decrypt(other, "enquiry", sealed) == TEXT


def test_a_destruction_that_a_crash_cut_short_is_finished_at_the_next_start(person: UUID, folder: Path) -> None:
    (folder / f"{person}.gone").touch()
    os.link(folder / f"{person}.key", folder / f"{person}.0123456789abcdef.new")
    PersonKeys(folder, KEK)
    assert {path.name for path in folder.iterdir()} == {f"{person}.gone"}


def test_a_restored_key_whose_tombstone_lives_reads_nothing(keys: PersonKeys, person: UUID, folder: Path) -> None:
    sealed, backup = keys.encrypt(person, "enquiry", TEXT), (folder / f"{person}.key").read_bytes()
    keys.destroy(person)
    (folder / f"{person}.key").write_bytes(backup)
    with pytest.raises(KeyDestroyed):
        keys.decrypt(person, "enquiry", sealed)
    PersonKeys(folder, KEK)
    assert not (folder / f"{person}.key").exists()


def test_a_key_that_is_made_while_it_is_destroyed_does_not_survive(folder: Path) -> None:
    for _ in range(RACES):
        person_id = uuid4()

        def create(person_id: UUID = person_id) -> None:
            try:
                PersonKeys(folder, KEK).create(person_id)
            except KeyDestroyed:
                return

        with ThreadPoolExecutor(4) as pool:
            making = [pool.submit(create) for _ in range(3)]
            pool.submit(PersonKeys(folder, KEK).destroy, person_id).result()
            for made in making:
                made.result()
        assert not PersonKeys(folder, KEK).holds(person_id)
        assert [path.name for path in folder.glob(f"{person_id}*")] == [f"{person_id}.gone"]


def test_few_keys_stay_in_memory(keys: PersonKeys) -> None:
    for _ in range(CACHED_KEYS_MAX + 5):
        person_id = uuid4()
        keys.create(person_id)
        keys.encrypt(person_id, "enquiry", b"x")
    assert len(keys._cache) == CACHED_KEYS_MAX
