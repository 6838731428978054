"""The documents of vouchers, decrypted for tokens with the scope `vouchers`, as far as they reach."""

import asyncio
from typing import Annotated

from fastapi import Path, Request, Response

from lotse_chassis.faults import Refused
from lotse_ledger.domain.evidence_files import sniffed
from lotse_ledger.domain.scopes import VOUCHERS
from lotse_ledger.http.access import gate_of
from lotse_ledger.http.books import span
from lotse_ledger.http.dates import Books
from lotse_ledger.http.exchange import router, shows_openings
from lotse_ledger.providers.evidence_files import EvidenceAltered, EvidenceErased, EvidenceFiles, EvidenceMissing
from lotse_ledger.store import journal

DIGEST_PATTERN = r"^[0-9a-f]{64}$"
SUFFIXES = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "application/xml": "xml",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # A document comes from outside: it is taken along, and opens nothing in the browser.
    "Content-Security-Policy": "sandbox; default-src 'none'",
}

routes = router()


@routes.get("/evidence/{sha256}", response_class=Response)
async def evidence(request: Request, at: Books, sha256: Annotated[str, Path(pattern=DIGEST_PATTERN)]) -> Response:
    """A document by its digest, if an entry that the token reaches names it."""
    if not at.reach.vouchers:
        raise Refused("scope_missing", allowed=VOUCHERS)
    if not await journal.names_file(at.tx, span(at), at.reach, sha256):
        raise Refused("unknown_document", fields=("sha256",))
    content = await asyncio.to_thread(read, gate_of(request).files, sha256)
    shows_openings(request)
    media_type = sniffed(content) or "application/octet-stream"
    name = f"{sha256}.{SUFFIXES.get(media_type, 'bin')}"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def read(files: EvidenceFiles | None, sha256: str) -> bytes:
    """The document. Raises Refused, each code for another state of the file."""
    try:
        if files is None:
            raise EvidenceMissing
        return files.read(sha256)
    except EvidenceMissing:
        raise Refused("unknown_document", fields=("sha256",)) from None
    except EvidenceErased:
        raise Refused("document_erased", fields=("sha256",)) from None
    except EvidenceAltered:
        raise Refused("evidence_altered", fields=("sha256",)) from None
