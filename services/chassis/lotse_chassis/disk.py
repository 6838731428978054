"""What must be on the disk before somebody relies on it, and what must be gone from it."""

import os
import secrets
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """A file's name is on the disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_synced(path: Path, content: bytes) -> None:
    """A new file that only its owner reads, on the disk when this returns. Raises FileExistsError."""
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)


def destroy_file(path: Path) -> None:
    """Overwrite first: an unlinked file can be found on the disk. A file that is not there is no fault."""
    try:
        file = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.write(file, secrets.token_bytes(os.fstat(file).st_size))
        os.fsync(file)
    finally:
        os.close(file)
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
