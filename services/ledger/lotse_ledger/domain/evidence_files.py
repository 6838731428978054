"""What may be kept as evidence of a payment, and how it is called: by the digest of its content."""

import hashlib
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

EvidenceType = Literal["application/pdf", "image/jpeg", "image/png", "image/tiff", "application/xml"]
FILE_BYTES_MAX = 15 * 1024 * 1024

ALLOWED_NAMES = "PDF, JPEG, PNG, TIFF, XML (XRechnung)"
XML_HEAD_BYTES = 4_096

_KEY_NAMESPACE = UUID("0b7c2b9e-6f0d-5a53-9f55-2f3b5d0f8e11")
_HEADS: tuple[tuple[bytes, EvidenceType], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


class EvidenceRefused(ValueError):
    """The file is none that is taken. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Evidence:
    """A file as the log knows it; its name is not among it, since a name can name a person."""

    sha256: str
    bytes: int
    media_type: EvidenceType


def examined(content: bytes) -> Evidence:
    """What the log says of this file. Raises EvidenceRefused if it is empty, too large or of another kind."""
    if not content:
        raise EvidenceRefused("evidence_empty")
    if len(content) > FILE_BYTES_MAX:
        raise EvidenceRefused("evidence_too_large")
    media_type = sniffed(content)
    if media_type is None:
        raise EvidenceRefused("evidence_type_unknown")
    return Evidence(hashlib.sha256(content).hexdigest(), len(content), media_type)


def sniffed(content: bytes) -> EvidenceType | None:
    """The kind of file that the first bytes show; names and claims are not asked."""
    for head, media_type in _HEADS:
        if content.startswith(head):
            return media_type
    text = content[:XML_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "application/xml" if text.startswith(b"<?xml") and b"<!DOCTYPE" not in text else None


def key_id(sha256: str) -> UUID:
    """The name of the file's own key: whoever destroys that key has erased the file in every copy and backup."""
    return uuid5(_KEY_NAMESPACE, sha256)
