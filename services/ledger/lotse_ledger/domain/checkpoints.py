"""A checkpoint fixes the log up to an entry; a partner who countersigns it makes rewriting visible.

Source: C2SP tlog-checkpoint and tlog-cosignature; the text that is signed is theirs.
"""

import base64
from dataclasses import dataclass
from datetime import datetime

from lotse_ledger.domain.merkle import EMPTY_ROOT


class CheckpointRefused(ValueError):
    """The partner's log is not the one we saw before. `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Head:
    """A log's name, its size in entries and the root over them."""

    origin: str
    size: int
    root: bytes


def origin_of(association: str) -> str:
    """The name of an association's log; one token, since it ends a subject."""
    return f"{association}-grant-ledger"


def note(head: Head) -> bytes:
    """What the log's owner signs."""
    return f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n".encode()


def cosigned(head: Head, seen_at: datetime) -> bytes:
    """What a witness signs; the time is in whole seconds."""
    return f"cosignature/v1\ntime {int(seen_at.timestamp())}\n".encode() + note(head)


def is_news(offered: Head, *, sender: str, latest: Head | None, same_size: bytes | None) -> bool:
    """Whether the offered log may be countersigned: it can be the one seen before, and is not shorter.

    A shorter one is late, since no order is promised, or was cut; nobody can tell, so it is left alone. `same_size` is
    the root seen at the offered size, if any was. Raises CheckpointRefused if it is another's, or another one of a
    size seen before: that is a fork, whatever came in between.
    """
    if offered.origin != origin_of(sender):
        raise CheckpointRefused("checkpoint_of_another")
    if offered.size == 0 and offered.root != EMPTY_ROOT:
        raise CheckpointRefused("checkpoint_root_wrong")
    if same_size is not None and same_size != offered.root:
        raise CheckpointRefused("checkpoint_forked")
    return latest is None or offered.size >= latest.size
