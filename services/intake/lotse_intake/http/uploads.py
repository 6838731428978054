"""One uploaded file as the body of a request: bounded, and refused by its first bytes if it lies."""

import asyncio

from fastapi import Request

from lotse_chassis.faults import Refused
from lotse_intake.domain.files import FILE_BYTES_MAX, MEDIA_TYPES, MediaType, claimed_type, sniffed

UPLOAD_SECONDS_MAX = 180.0  # 15 MiB at 0.7 Mbit/s
HEAD_BYTES = 16

UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES},
    }
}
DOWNLOAD_HEADERS = {
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def claimed_by(request: Request) -> MediaType:
    """What the uploader says the file is. Raises Refused if we do not take that."""
    claimed = claimed_type(request.headers.get("content-type", ""))
    if claimed is None:
        raise Refused("file_type_not_taken", fields=("Content-Type",))
    return claimed


async def received(request: Request, claimed: MediaType) -> bytes:
    """The whole body. A file that lies is refused by its first bytes, without reading the rest."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > FILE_BYTES_MAX:
        raise Refused("too_large")
    content = bytearray()
    judged = False
    try:
        async with asyncio.timeout(UPLOAD_SECONDS_MAX):
            async for chunk in request.stream():
                content += chunk
                if len(content) > FILE_BYTES_MAX:
                    raise Refused("too_large")
                if not judged and len(content) >= HEAD_BYTES:
                    _require_honest(bytes(content[:HEAD_BYTES]), claimed)
                    judged = True
    except TimeoutError:
        raise Refused("timed_out") from None
    _require_honest(bytes(content[:HEAD_BYTES]), claimed)
    return bytes(content)


def _require_honest(head: bytes, claimed: MediaType) -> None:
    if sniffed(head) != claimed:
        raise Refused("file_lies", fields=("Content-Type",))
