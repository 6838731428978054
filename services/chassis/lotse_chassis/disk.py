"""What must be on the disk before somebody relies on it."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """A file's name is on the disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
