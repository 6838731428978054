"""Which names a bundle may have in it: nothing that leaves the folder, means two things or fills the disk."""

import re
from collections.abc import Sequence

from lotse_verifier import limits
from lotse_verifier.faults import Unreadable

NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", re.ASCII)


def check_names(names: Sequence[str], bytes_altogether: int) -> None:
    """Raises Unreadable."""
    if len(names) > limits.FILES_MAX:
        raise Unreadable("too_many_files")
    if bytes_altogether > limits.UNPACKED_BYTES_MAX:
        raise Unreadable("unpacks_too_much")
    seen: set[str] = set()
    for name in names:
        if len(name) > limits.NAME_BYTES_MAX or not NAME.fullmatch(name) or not {".", ".."}.isdisjoint(name.split("/")):
            raise Unreadable("name_refused", name)
        if name.lower() in seen:
            raise Unreadable("name_twice", name)
        seen.add(name.lower())
