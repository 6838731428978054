"""The files of a bundle that was unpacked into a folder; links and devices are refused."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from lotse_verifier import limits
from lotse_verifier.faults import Unreadable
from lotse_verifier.names import check_names

FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
DEPTH_MAX = 16  # folders in folders; the deepest tile has six


class Folder:
    """A folder. Raises Unreadable for anything unusual."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sizes = dict(_walked(path, "", DEPTH_MAX))
        check_names(tuple(self._sizes), sum(self._sizes.values()))
        self.names = tuple(sorted(self._sizes))

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._sizes

    def size(self, name: str) -> int:
        """In bytes."""
        return self._sizes[name]

    def read(self, name: str) -> bytes:
        """The whole file."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The file in pieces; it may not grow meanwhile."""
        left = self._sizes[name]
        with os.fdopen(os.open(self._path / name, FLAGS), "rb") as file:
            while piece := file.read(limits.CHUNK_BYTES):
                left -= len(piece)
                if left < 0:
                    raise Unreadable("file_longer_than_said", name)
                yield piece
        if left:
            raise Unreadable("file_damaged", name)


def _walked(folder: Path, prefix: str, depth: int) -> Iterator[tuple[str, int]]:
    if not depth:
        raise Unreadable("name_refused", prefix)
    count = 0
    with os.scandir(folder) as found:
        for one in found:
            count += 1
            if count > limits.FILES_MAX:
                raise Unreadable("too_many_files")
            yield from _one(one, prefix, depth)


def _one(found: "os.DirEntry[str]", prefix: str, depth: int) -> Iterator[tuple[str, int]]:
    name = prefix + found.name
    what = found.stat(follow_symlinks=False)
    if stat.S_ISDIR(what.st_mode):
        yield from _walked(Path(found.path), f"{name}/", depth - 1)
    elif not stat.S_ISREG(what.st_mode):
        raise Unreadable("not_a_file", name)
    elif what.st_size > limits.FILE_BYTES_MAX:
        raise Unreadable("file_too_large", name)
    else:
        yield name, what.st_size
