"""Of all supervisors of one data folder there is one: the lock is held as long as its process lives."""

import fcntl
import os
from typing import IO

from lotse_local.layout import OPEN_FOLDER, DataFolder


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
