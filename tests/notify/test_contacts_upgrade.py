"""A contact book of the release before: each contact becomes one way, its address under the same key as before."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row

from lotse_notify.migrations import MIGRATIONS, contacts, first
from tests.notify.given import NOW, Databases

Owner = psycopg.Connection[dict[str, Any]]


def test_every_contact_is_one_way_with_the_same_address_and_version(database: Databases) -> None:
    with psycopg.connect(database("chassis").owner_url, autocommit=True, row_factory=dict_row) as owner:
        _apply(owner, first.MIGRATIONS)
        mailed = _old(owner, kind="email", usable=True, address=b"cipher", detail="time_and_place", version=7)
        broken = _old(owner, kind="sms", usable=False, address=None)
        silent = _old(owner, kind="none", usable=False, address=None)
        _apply(owner, [step for step in MIGRATIONS if step not in first.MIGRATIONS])
        points = {row["person_id"]: row for row in owner.execute("SELECT * FROM contact_point")}
        wholes = {row["person_id"]: row for row in owner.execute("SELECT * FROM contact")}
    assert points.keys() == {mailed, broken}
    assert wholes.keys() == {mailed, broken, silent}
    one = points[mailed]
    assert (one["channel"], one["address"], one["hindrance"], one["detail"]) == (
        "email",
        b"cipher",
        None,
        "time_and_place",
    )
    assert (one["by_person"], one["shared"], one["hours"], one["said_at"]) == (False, False, [], NOW)
    assert (points[broken]["channel"], points[broken]["hindrance"]) == ("sms", "invalid_address")
    assert (wholes[mailed]["version"], wholes[mailed]["revision"]) == (7, 7), "what is under way stays what it was"


def test_the_steps_come_after_those_of_the_release() -> None:
    names = [step.name for step in MIGRATIONS]
    assert names[: len(first.MIGRATIONS)] == [step.name for step in first.MIGRATIONS]
    assert all(step.name.startswith("notify-004") for step in contacts.MIGRATIONS)


def _old(owner: Owner, **how: Any) -> UUID:
    person_id = uuid4()
    owner.execute("INSERT INTO person (person_id) VALUES (%s)", (person_id,))
    row = {"version": 1, "detail": "neutral", "languages": ["uk"], "said_at": NOW, "consented": True, "safe": True}
    row |= {"person_id": person_id, "unreachable_said": False} | how
    columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
    owner.execute(f"INSERT INTO contact ({columns}) VALUES ({places})".encode(), tuple(row.values()))
    return person_id


def _apply(owner: Owner, steps: Any) -> None:
    for step in steps:
        with owner.transaction():
            for statement in step.statements:
                owner.execute(statement.encode())
