"""Replaces the key-encryption key: every person key is wrapped again, and whatever dies meanwhile is taken up again."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from lotse_chassis.keks import KEK_BYTES, KEKS_MAX, keys_in, locked, replace_file
from lotse_chassis.personkeys import PersonKeys


class TooManyKeks(Exception):
    """Rotations were begun and not finished too often; finish one first."""


@dataclass(frozen=True)
class Rotated:
    """How many keys were wrapped again; `taken_up`: an earlier rotation had died and was finished instead."""

    rewrapped: int
    taken_up: bool


def rotate(folder: Path, kek_file: Path, *, new: bytes | None = None) -> Rotated:
    """The whole rotation, or what is left of one that died; running services go on meanwhile.

    First the file holds both keys, the new one first, so that everybody reads the old and wraps with the new. Then
    every key is wrapped again. At last, while nobody makes a new one, what was overlooked, and the old key is gone.
    """
    with locked(kek_file.with_name(f"{kek_file.name}.rotation"), exclusive=True):  # one at a time
        return _rotated(folder, kek_file, new)


def _rotated(folder: Path, kek_file: Path, new: bytes | None) -> Rotated:
    taken_up = len(keys_in(kek_file.read_bytes())) > 1
    if not taken_up:
        begin(kek_file, new=new)
    keys = PersonKeys(folder, kek_file)
    rewrapped = rewrap_all(keys)
    with locked(kek_file, exclusive=True):
        rewrapped += rewrap_all(keys)
        replace_file(kek_file, keys_in(kek_file.read_bytes())[0])
    return Rotated(rewrapped, taken_up)


def begin(kek_file: Path, *, new: bytes | None = None) -> None:
    """A new key comes before those that are there."""
    with locked(kek_file, exclusive=True):
        before = keys_in(kek_file.read_bytes())
        if len(before) >= KEKS_MAX:
            raise TooManyKeks
        replace_file(kek_file, b"".join(((new or secrets.token_bytes(KEK_BYTES)), *before)))


def rewrap_all(keys: PersonKeys) -> int:
    """Wrap again whatever is not wrapped with the current key; returns how many."""
    return sum(keys.rewrap(person_id) for person_id in list(keys.persons()))
