"""Digests over all of the books, signed, and countersigned by the other association."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from lotse_contracts.envelope import Code, Digest, Fact, SaidPart, Token, Transfer

LogOrigin = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""The name of a log, such as `auslaenderrat/grant-ledger`."""
LogSize = Annotated[int, Field(ge=0, le=2**53, description="entries")]
SignedNote = Annotated[str, StringConstraints(min_length=1, max_length=8_192)]
"""A C2SP signed note: the text, a blank line, signature lines."""
ProofHash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""SHA-256, base64 with padding."""


class CheckpointSigned(Fact):
    """The books up to this entry are fixed by a digest over all of them, signed."""

    NAME: ClassVar[str] = "checkpoint-signed"
    VERSION: ClassVar[int] = 2
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token = Field(description="the last part of the log's name")
    origin: LogOrigin
    size: LogSize
    root_sha256: Digest
    note: SignedNote


class KeyRotation(SaidPart):
    """A log's new key, signed by the old one and by itself; see the guide for auditors."""

    old_vkey: str = Field(max_length=400)
    new_vkey: str = Field(max_length=400)
    old_signature: str = Field(max_length=100)
    new_signature: str = Field(max_length=100)


class CheckpointOffered(Transfer):
    """Our latest checkpoint, for you to countersign, with the proof that it grew out of the last one you saw."""

    NAME: ClassVar[str] = "checkpoint-offered"
    VERSION: ClassVar[int] = 2
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token
    note: SignedNote
    old_size: LogSize = Field(description="the size that you countersigned last, as far as we know")
    proof: tuple[ProofHash, ...] = Field(default=(), max_length=63, description="RFC 6962 consistency proof")
    rotations: tuple[KeyRotation, ...] = Field(default=(), max_length=16, description="every key that followed")


class CheckpointCosigned(Transfer):
    """We have seen your checkpoint, and the last one we saw has grown into it."""

    NAME: ClassVar[str] = "checkpoint-cosigned"
    VERSION: ClassVar[int] = 2
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token
    size: LogSize
    cosignature: str = Field(max_length=1_000, description="the line of the signed note, with its newline")


class CheckpointRefused(Transfer):
    """We do not countersign this: why, as C2SP tlog-witness says it, and what we saw last."""

    NAME: ClassVar[str] = "checkpoint-refused"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token
    size: LogSize
    code: Code
    status: int = Field(ge=400, le=499, description="what the specification answers over HTTP")
    latest_size: LogSize
