"""The texts as they count now: what comes with notify, and over it what somebody has published."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.texts import (
    Document,
    Published,
    Texts,
    TextsInvalid,
    document_of,
    language_sha256,
    sha256_of,
    source_of,
)
from lotse_notify.store.tables.texts import template_publication, template_signature, template_version

log = logging.getLogger(__name__)


class Library:
    """The texts in memory, read again as soon as something was published or signed; `texts` as last read."""

    def __init__(self, shipped: Texts) -> None:
        self._shipped = shipped
        self._seen = (0, 0)
        self.texts = shipped

    async def current(self, tx: AsyncConnection) -> Texts:
        """What counts in this transaction; one small question where nothing is new."""
        seen = await _marks(tx)
        if seen != self._seen:
            self.texts = self._shipped.with_published(await published(tx))
            self._seen = seen
        return self.texts


@dataclass(frozen=True)
class Version:
    """One version of one text, and whether it counts now."""

    name: str
    number: int
    document: Document | None
    origin: str
    proposed_by: str
    proposed_at: datetime
    signed: frozenset[RecipientLanguage]
    counts: bool


async def published(tx: AsyncConnection) -> list[Published]:
    """What counts. What this release no longer understands is left out, so that what it brings counts instead."""
    return [
        Published(one.document, one.number, one.signed)
        for one in await versions(tx)
        if one.counts and one.document is not None
    ]


async def versions(tx: AsyncConnection, name: str | None = None) -> list[Version]:
    """All versions, or those of one text; oldest first."""
    signatures = {(row.name, row.language, row.sha256) for row in (await tx.execute(select(template_signature))).all()}
    latest = {row.name: row.number for row in (await tx.execute(_latest())).all()}
    query = select(template_version).order_by(template_version.c.name, template_version.c.number)
    if name is not None:
        query = query.where(template_version.c.name == name)
    return [_version(row, signatures, latest) for row in (await tx.execute(query)).all()]


async def propose(tx: AsyncConnection, document: Document, *, actor: str, now: datetime) -> int:
    """Keep it as a new version; the same words again are the version that they were. Returns its number."""
    own, digest = template_version.c, sha256_of(document)
    number = select(func.coalesce(func.max(own.number), 0) + 1).where(own.name == document.name).scalar_subquery()
    row = insert(template_version).values(
        name=document.name,
        number=number,
        source=source_of(document),
        sha256=digest,
        origin="association",
        proposed_by=actor,
        proposed_at=now,
    )
    await tx.execute(row.on_conflict_do_nothing(index_elements=[own.name, own.sha256]))
    found = select(own.number).where(own.name == document.name, own.sha256 == digest)
    return int((await tx.execute(found)).scalar_one())


async def sign(
    tx: AsyncConnection, document: Document, language: RecipientLanguage, *, speaker: str, actor: str, now: datetime
) -> bool:
    """Whether nobody had signed these words before."""
    row = insert(template_signature).values(
        name=document.name,
        language=language,
        sha256=language_sha256(document, language),
        signed_by=speaker,
        recorded_by=actor,
        signed_at=now,
    )
    done = row.on_conflict_do_nothing().returning(template_signature.c.signature_id)
    return (await tx.execute(done)).first() is not None


async def publish(tx: AsyncConnection, version: Version, *, actor: str, now: datetime) -> None:
    """From now on this version counts."""
    row = insert(template_publication).values(
        name=version.name,
        number=version.number,
        proposed_by=version.proposed_by,
        published_by=actor,
        published_at=now,
    )
    await tx.execute(row)


async def _marks(tx: AsyncConnection) -> tuple[int, int]:
    """Both tables only grow. Counted, since of two that commit at once the later may have the smaller id."""
    counted = select(
        select(func.count()).select_from(template_publication).scalar_subquery(),
        select(func.count()).select_from(template_signature).scalar_subquery(),
    )
    publications, signatures = (await tx.execute(counted)).one()
    return publications, signatures


def _latest() -> Select[tuple[str, int]]:
    own = template_publication.c
    query = select(own.name, own.number).order_by(own.name, own.publication_id.desc())
    return query.ext(distinct_on(own.name))


def _version(row: Row[Any], signatures: set[tuple[str, str, str]], latest: dict[str, int]) -> Version:
    try:
        document: Document | None = document_of(row.source)
    except TextsInvalid:
        document = None
        if latest.get(row.name) == row.number:
            log.error("a published text is not understood, the shipped one counts: %s %d", row.name, row.number)
    signed = frozenset(
        language
        for language in (document.languages if document else ())
        if document and (row.name, language, language_sha256(document, language)) in signatures
    )
    return Version(
        row.name,
        row.number,
        document,
        row.origin,
        row.proposed_by,
        row.proposed_at,
        signed,
        counts=latest.get(row.name) == row.number,
    )
