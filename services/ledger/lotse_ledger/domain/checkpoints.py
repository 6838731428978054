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


def check_consistent(offered: Head, *, sender: str, seen: Head | None) -> None:
    """Whether the offered log can be the one seen before, as far as sizes and roots can say.

    Raises CheckpointRefused if it is another's, shorter than before, or another one of the same size.
    """
    if offered.origin != origin_of(sender):
        raise CheckpointRefused("checkpoint_of_another")
    if offered.size == 0 and offered.root != EMPTY_ROOT:
        raise CheckpointRefused("checkpoint_root_wrong")
    if seen is None:
        return
    if offered.size < seen.size:
        raise CheckpointRefused("checkpoint_rolled_back")
    if offered.size == seen.size and offered.root != seen.root:
        raise CheckpointRefused("checkpoint_forked")
