"""Of all supervisors of one data folder there is one: the lock is held as long as its process lives."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lotse_local.layout import OPEN_FOLDER, DataFolder

POLL_SECONDS = 0.05


class AlreadyRunning(RuntimeError):
    """Another supervisor holds this data folder."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"already running (process {pid})" if pid else "already running")
        self.pid = pid


class Lock:
    """Held as long as a supervisor lives; the system lets it go with the process, however that ended."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises AlreadyRunning and changes nothing."""
        self._folder.root.mkdir(parents=True, exist_ok=True, mode=OPEN_FOLDER)
        file = self._folder.lock.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise AlreadyRunning(holder(self._folder)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(folder: DataFolder) -> int | None:
    """The process that holds the folder, if one does."""
    try:
        with folder.lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return int(file.read() or 0) or None
    except (FileNotFoundError, ValueError):
        return None
    return None


@contextmanager
def alone(path: Path, seconds: float) -> Iterator[None]:
    """One after the other, whichever process it is. Raises TimeoutError when another one takes longer than this."""
    deadline = time.monotonic() + seconds
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        while not _taken(file):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path.stem} is under way since {seconds:.0f} s")
            time.sleep(POLL_SECONDS)
        yield


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
