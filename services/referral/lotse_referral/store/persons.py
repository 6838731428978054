"""All that referral holds about one person, in whichever table: to hand it over, and to delete it.

A table is hers by its `person_id`, or because it hangs on a row that is. A test asks of every table which it is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Table, Uuid, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.accesslog import access_log
from lotse_chassis.links import link
from lotse_chassis.timers import timer
from lotse_referral.store.tables import metadata

THE_DIRECTORY = "the directory of services, which is about offices"
IMPERSONAL: dict[str, str] = {
    **dict.fromkeys(
        (
            "accessibility",
            "address",
            "attribute",
            "contact",
            "cost_option",
            "directory_version",
            "field_source",
            "funding",
            "language",
            "language_slot",
            "location",
            "metadata",
            "organization",
            "organization_identifier",
            "phone",
            "program",
            "required_document",
            "schedule",
            "service",
            "service_area",
            "service_at_location",
            "service_capacity",
            "service_extension",
            "service_rule",
            "taxonomy",
            "taxonomy_term",
            "unit",
            "url",
        ),
        THE_DIRECTORY,
    ),
    "gap": "what nobody serves, by month, without any id",
    "group_offer": "courses and clubs, without anybody in them",
    "group_session": "meetings that are not as the series says",
    "group_record": "how many heads were at a meeting",
    "group_tally": "how many signed up, by month",
    "report_publication": "figures that name nobody, as they were published",
    "closed_month": "sums by month, as they were counted",
    "departed_count": "sums by month of whoever is erased, in which nobody stands",
    "place_guess": "how often a code of somebody unknown was tried",
    "sign_up_secret": "what codes are made with",
    "tombstone": "random ids of the erased, so that late messages change nothing",
}
"""Tables without anything of a person who is advised, and why."""

HANGS_ON: tuple[tuple[str, str], ...] = (
    ("referral_id", "referral"),
    ("appointment_id", "appointment"),
    ("concern_id", "concern"),
    ("booking_id", "booking"),
    ("consent_id", "consent"),
)
"""By which column a table without a `person_id` belongs to somebody, and whose row that names."""

PLACES = "booking"
MEMBERS_OF = {"own_session": "other_ids"}
"""Tables that name more than one record of a person: hers too where she is among these."""

Step = tuple[Table, ColumnElement[bool]]
ROWS_MAX = 1_000  # of one table in one answer
UUID_CHARACTERS = 36  # the key of a timer is an id, or begins with one
SECRET_ENDINGS = ("_sha256", "_hash")
"""Columns that would let somebody else in, or from which nobody learns anything."""


def is_personal(table: Table) -> bool:
    """Whether it has rows of persons who are advised."""
    return table.name not in IMPERSONAL and _column(table) is not None


def steps_of(person_id: UUID) -> list[Step]:
    """Each table with rows of hers and which they are, in the order in which they can be deleted."""
    hers = [table for table in metadata.sorted_tables if is_personal(table)]
    first = [table for table in reversed(hers) if "person_id" not in table.c]
    then = [table for table in reversed(hers) if "person_id" in table.c]
    last = [table for table in then if table.name in {parent for _, parent in HANGS_ON}]
    order = [*first, *(table for table in then if table not in last), *last]
    return [(table, _rows(table, person_id)) for table in order]


async def object_ids(tx: AsyncConnection, person_id: UUID) -> list[str]:
    """Every id under which something of hers is kept: what timers, links, messages and looks may name beside her."""
    found: set[str] = set()
    for table, which in steps_of(person_id):
        for column in table.primary_key.columns:
            if isinstance(column.type, Uuid):
                found |= {str(one) for one in (await tx.execute(select(column).where(which))).scalars()}
    return sorted(found - {str(person_id)})


async def rows_of(tx: AsyncConnection, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Her rows by table as they are stored; what only lets somebody in is left out."""
    held: dict[str, list[dict[str, Any]]] = {}
    for table, which in reversed(steps_of(person_id)):
        shown = [column for column in table.c if not column.name.endswith(SECRET_ENDINGS)]
        rows = (await tx.execute(select(*shown).where(which).limit(ROWS_MAX))).mappings()
        held[table.name] = [{str(name): value for name, value in row.items()} for row in rows]
    return held


async def delete_rows(tx: AsyncConnection, person_id: UUID) -> dict[str, int]:
    """Delete every row of hers but her places in groups, since somebody moves up; returns how many by table."""
    counts = {}
    for table, which in steps_of(person_id):
        if table.name == PLACES:
            continue
        gone = delete(table).where(which).returning(next(iter(table.primary_key.columns)))
        counts[table.name] = len((await tx.execute(gone)).all())
    return counts


async def timers(tx: AsyncConnection, person_id: UUID, objects: Sequence[str]) -> list[tuple[str, datetime]]:
    """What the service will do by itself about her or one of these, soonest first."""
    query = select(timer.c.kind, timer.c.due_at).where(_about(person_id, objects)).limit(ROWS_MAX)
    return [(row.kind, row.due_at) for row in await tx.execute(query.order_by(timer.c.due_at))]


async def cancel_timers(tx: AsyncConnection, person_id: UUID, objects: Sequence[str]) -> int:
    """Remove every timer about her or one of these; returns how many."""
    gone = delete(timer).where(_about(person_id, objects)).returning(timer.c.id)
    return len((await tx.execute(gone)).all())


async def close_links(tx: AsyncConnection, person_id: UUID, objects: Sequence[str]) -> int:
    """Remove every link of the chassis that opens something of hers; returns how many."""
    gone = delete(link).where(func.left(link.c.subject_id, UUID_CHARACTERS).in_([str(person_id), *objects]))
    return len((await tx.execute(gone.returning(link.c.code_sha256))).all())


async def looks(tx: AsyncConnection, person_id: UUID, objects: Sequence[str]) -> int:
    """How many entries of the access log are about her; they stay."""
    query = select(func.count()).where(access_log.c.object_id.in_([str(person_id), *objects]))
    return int((await tx.execute(query)).scalar_one())


async def seen(tx: AsyncConnection, person_id: UUID, objects: Sequence[str]) -> list[dict[str, Any]]:
    """The looks at her and her referrals by day, role, action and purpose; it knows no actor."""
    rows = await accesslog.by_day(tx, [str(person_id), *objects])
    names = ("role", "action", "purpose", "times")
    return [{"day": row.day.isoformat(), **{name: getattr(row, name) for name in names}} for row in rows]


def encrypted_columns() -> list[str]:
    """Every column of a personal table that may hold ciphertext."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        if is_personal(table)
        for column in table.c
        if isinstance(column.type, LargeBinary) and not column.name.endswith(SECRET_ENDINGS)
    ]


def _about(person_id: UUID, objects: Sequence[str]) -> ColumnElement[bool]:
    named = [str(person_id), *objects]
    return or_(func.left(timer.c.key, UUID_CHARACTERS).in_(named), timer.c.payload["person_id"].astext == named[0])


def _column(table: Table) -> str | None:
    if "person_id" in table.c:
        return "person_id"
    return next((column for column, parent in HANGS_ON if column in table.c and parent != table.name), None)


def _rows(table: Table, person_id: UUID) -> ColumnElement[bool]:
    name = _column(table)
    if name is None:
        raise LookupError(f"{table.name} belongs to nobody")
    if name == "person_id":
        others = MEMBERS_OF.get(table.name)
        hers = table.c.person_id == person_id
        return or_(hers, table.c[others].contains([person_id])) if others else and_(hers)
    parent = metadata.tables[dict(HANGS_ON)[name]]
    return table.c[name].in_(select(parent.c[name]).where(parent.c.person_id == person_id))
