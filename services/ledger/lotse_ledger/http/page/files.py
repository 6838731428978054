"""What can be taken along: lists, journals, documents, the verifier, and the bundle that proves the books alone."""

import asyncio
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

from lotse_chassis.faults import Refused
from lotse_ledger.domain.evidence_files import sniffed
from lotse_ledger.domain.lists import belegliste, soll_ist
from lotse_ledger.domain.lists.spreadsheet import written
from lotse_ledger.domain.scopes import READ, VOUCHERS
from lotse_ledger.domain.twins import beancount, hledger
from lotse_ledger.domain.twins.beancount import TooManyDigits
from lotse_ledger.domain.twins.transactions import Journal
from lotse_ledger.handlers import listing
from lotse_ledger.handlers.bundle_lists import Wanted as WantedBundle
from lotse_ledger.handlers.bundle_lists import journal_of
from lotse_ledger.handlers.bundling import Shelf, make
from lotse_ledger.http import documents
from lotse_ledger.http.books import grants_at, size_at, span
from lotse_ledger.http.page.grants import grant_of
from lotse_ledger.http.page.visits import Page, Visit
from lotse_ledger.providers.shipped import verifier_page
from lotse_ledger.store import journal

CSV = "text/csv; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
DIGEST_CHARACTERS = 64
CHUNK_BYTES = 1 << 16
SPOOL_BYTES = 1 << 24  # a larger bundle goes through the disk
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def downloads(visit: Visit) -> Page:
    """Everything that can be taken along."""
    at = visit.at
    values = {
        "grants": await grants_at(at),
        "is_whole": at.reach.is_whole,
        "has_vouchers": at.reach.vouchers,
        "can_sign": visit.gate.house.evidence.log is not None,
    }
    return Page("downloads.html", "downloads", "downloads", values)


async def belegliste_csv(visit: Visit) -> Response:
    """The list of vouchers of a grant; with payees where the token may see them."""
    grant, at = await grant_of(visit), visit.at
    rows = await listing.belegliste_rows(
        at.tx,
        at.as_of,
        grants=(grant,),
        keys=visit.gate.keys,
        today=at.as_of.valid_to,
        shows_payees=at.reach.vouchers,
    )
    return _file(visit, written(belegliste.TITLES, rows), CSV, "belegliste.csv")


async def soll_ist_csv(visit: Visit) -> Response:
    """Plan against actual of a grant."""
    grant, at = await grant_of(visit), visit.at
    rows = await listing.soll_ist_rows(at.tx, at.as_of, grants=(grant,))
    return _file(visit, written(soll_ist.TITLES, rows), CSV, "soll_ist.csv")


async def journal_hledger(visit: Visit) -> Response:
    """Every posting for hledger."""
    return _file(visit, "".join(hledger.hledger(await _journal(visit))).encode(), TEXT, "journal.hledger")


async def journal_beancount(visit: Visit) -> Response:
    """Every posting for Beancount."""
    try:
        text = "".join(beancount.beancount(await _journal(visit)))
    except TooManyDigits:
        raise Refused("journal_too_precise") from None
    return _file(visit, text.encode(), TEXT, "journal.beancount")


async def document(visit: Visit) -> Response:
    """A document that an entry names, as it was given to us; never shown in the page, only handed over."""
    digest = visit.parts["sha256"]
    if not visit.at.reach.vouchers:
        raise Refused("scope_missing", allowed=VOUCHERS)
    is_digest = len(digest) == DIGEST_CHARACTERS and all(one in "0123456789abcdef" for one in digest)
    if not is_digest or not await journal.names_file(visit.at.tx, span(visit.at), visit.at.reach, digest):
        raise Refused("unknown_document", fields=("sha256",))
    content = await asyncio.to_thread(documents.read, visit.gate.files, digest)
    kind = sniffed(content) or "application/octet-stream"
    return _file(visit, content, kind, f"{digest}.{kind.rpartition('/')[2]}", dated=False)


async def verifier(visit: Visit) -> Response:
    """The page that checks a bundle offline. From us it is worth less than from somebody you trust."""
    return _file(visit, verifier_page(), "text/html; charset=utf-8", "verify.html", dated=False)


async def bundle(visit: Visit) -> Response:
    """Make the bundle as of the two dates. It is entered that it was handed out, so this is asked for by a button."""
    _everything(visit)
    at, gate = visit.at, visit.gate
    wanted = WantedBundle(at.as_of, vouchers=at.reach.vouchers)
    shelf = Shelf(gate.house, verifier_page(), visit.gate.files)
    # Closed by the stream when the last part is sent.
    out: BinaryIO = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # type: ignore[assignment]  # noqa: SIM115
    try:
        await make(gate.service, wanted, shelf, out, actor=visit.auditor.name)
    except BaseException:
        out.close()
        raise
    name = f"lotse-{gate.service.association}-{await size_at(at)}.zip"
    return StreamingResponse(_chunks(out), media_type="application/zip", headers=_headers(name))


def _everything(visit: Visit) -> None:
    """Raises Refused for a token of single grants: these files hold the whole log."""
    if not visit.at.reach.is_whole:
        raise Refused("scope_missing", allowed=READ)


async def _journal(visit: Visit) -> Journal:
    _everything(visit)
    at = visit.at
    entries = await listing.entries_at(at.tx, at.as_of)
    return journal_of(entries, at.association, await size_at(at))


def _chunks(out: BinaryIO) -> Iterator[bytes]:
    with out:
        out.seek(0)
        while part := out.read(CHUNK_BYTES):
            yield part


def _file(visit: Visit, content: bytes, media_type: str, name: str, *, dated: bool = True) -> Response:
    stem, _, ending = name.rpartition(".")
    day = visit.at.as_of.valid_to.isoformat()
    return Response(content, media_type=media_type, headers=_headers(f"{stem}-{day}.{ending}" if dated else name))


def _headers(name: str) -> dict[str, str]:
    """Names are made of digits, letters, points and dashes by us."""
    return {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
