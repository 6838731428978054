"""Which keys may sign for the log: those of the policy, and those that they handed over to in the log itself."""

import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field

from lotse_verifier.books import text_of
from lotse_verifier.entries import Entry
from lotse_verifier.notes import LOG_KEY, NotAKey, Vkey, base64_bytes, parse_vkey, verified

HEADER = "lotse.key-rotation.v1"
KIND = "key_rotated"


@dataclass
class Keys:
    """Who may sign for a log.

    `current` may sign its state: keys of the policy, and what they handed over to. `former` handed over to one of
    those: they may have signed an older state. `steps` are the entries that led to a key beyond the policy; `false`
    those that say a key was replaced and are not signed by both.
    """

    current: list[Vkey]
    former: list[Vkey] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    false: list[int] = field(default_factory=list)


def log_keys(trusted: Iterable[Vkey], entries: Iterable[Entry], origin: str) -> Keys:
    """The keys for this origin."""
    keys = Keys([key for key in trusted if key.name == origin])
    pairs = []
    for entry in entries:
        if entry.kind == KIND:
            step = _step(entry, origin)
            if step is None:
                keys.false.append(entry.index)
                continue
            pairs.append(step)
            if step[0] in keys.current and step[1] not in keys.current:
                keys.current.append(step[1])
                keys.steps.append(entry.index)
    for old, new in reversed(pairs):
        if new in (*keys.current, *keys.former) and old not in (*keys.current, *keys.former):
            keys.former.append(old)
    return keys


def rotation_bytes(old: Vkey, new: Vkey) -> bytes:
    """What both keys sign."""
    return f"{HEADER}\n{old.name}\n{old}\n{new}\n".encode()


def _step(entry: Entry, origin: str) -> tuple[Vkey, Vkey] | None:
    data = entry.data
    try:
        old, new = parse_vkey(text_of(data, "old_vkey")), parse_vkey(text_of(data, "new_vkey"))
        signatures = base64_bytes(text_of(data, "old_signature")), base64_bytes(text_of(data, "new_signature"))
    except (NotAKey, ValueError, binascii.Error):
        return None
    if {old.name, new.name} != {origin} or {old.kind, new.kind} != {LOG_KEY} or old.public == new.public:
        return None
    text = rotation_bytes(old, new)
    both = verified(old.public, signatures[0], text) and verified(new.public, signatures[1], text)
    return (old, new) if both else None
