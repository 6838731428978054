"""A log's new key: the old one says that it follows, and the new one that it agrees.

Both sign the same text, which is no checkpoint, since its second line is no size:

    lotse.key-rotation.v1
    <origin>
    <old vkey>
    <new vkey>

Each line ends in a newline; the signatures are plain Ed25519, 64 bytes, in base64 with padding.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lotse_contracts.sealed import encode, signature_holds
from lotse_ledger.domain.entries import Draft, digest_of
from lotse_ledger.domain.notes import LOG_KEY, NotAKey, SigningKey, Vkey, parse_vkey, standard

HEADER = "lotse.key-rotation.v1"
KIND = "key_rotated"


class NotARotation(ValueError):
    """The two keys did not both sign this."""


@dataclass(frozen=True)
class Rotation:
    """One step from key to key; all of it is text, as it stands in the entry."""

    old_vkey: str
    new_vkey: str
    old_signature: str
    new_signature: str

    @property
    def old(self) -> Vkey:
        """The key that goes."""
        return parse_vkey(self.old_vkey)

    @property
    def new(self) -> Vkey:
        """The key that comes."""
        return parse_vkey(self.new_vkey)


def rotated(old: SigningKey, new: SigningKey) -> Rotation:
    """A step that both keys sign."""
    text = rotation_bytes(old.vkey, new.vkey)
    signatures = (base64.b64encode(key.sign(text)).decode() for key in (old, new))
    return Rotation(str(old.vkey), str(new.vkey), *signatures)


def draft_of(step: Rotation, valid_on: date) -> Draft:
    """The entry that says so."""
    data = dict(vars(step))
    return Draft(
        key=f"key-rotated:{step.new.key_id.hex()}",
        kind=KIND,
        standing="own",
        valid_on=valid_on,
        data=data,
        request_sha256=digest_of(data),
    )


def rotation_bytes(old: Vkey, new: Vkey) -> bytes:
    """What both keys sign."""
    return f"{HEADER}\n{old.name}\n{old}\n{new}\n".encode()


def check_rotation(step: Rotation) -> None:
    """Raises NotARotation unless it is one of a single log, signed by both keys."""
    try:
        old, new = step.old, step.new
        signatures = [(old, standard(step.old_signature)), (new, standard(step.new_signature))]
    except (NotAKey, ValueError):
        raise NotARotation("not what a rotation is") from None
    if old.name != new.name or old.public == new.public or {old.kind, new.kind} != {LOG_KEY}:
        raise NotARotation("not from one key of a log to another")
    text = rotation_bytes(old, new)
    if not all(signature_holds(text, encode(raw), key.public) for key, raw in signatures):
        raise NotARotation("a signature is false")


def keys_after(trusted: Iterable[Vkey], steps: Iterable[Rotation]) -> tuple[Vkey, ...]:
    """The trusted keys and all that follow from them, oldest first; a false or foreign step adds nothing."""
    found = list(trusted)
    for step in steps:
        try:
            check_rotation(step)
        except NotARotation:
            continue
        if step.old in found and step.new not in found:
            found.append(step.new)
    return tuple(found)


def current_keys(trusted: Iterable[Vkey], steps: Iterable[Rotation]) -> tuple[Vkey, ...]:
    """The keys that nothing followed yet: what a witness takes a new checkpoint from."""
    known = list(steps)
    found = keys_after(trusted, known)
    gone = {step.old_vkey for step in known if step.old_vkey in map(str, found) and step.new_vkey in map(str, found)}
    return tuple(key for key in found if str(key) not in gone)
