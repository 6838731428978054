"""The shipped directory in a real database: loaded at migrate, twice the same, unknown stays unknown."""

from collections.abc import Callable

import psycopg

from lotse_referral.migrations import MIGRATIONS
from lotse_referral.migrations.loading import LOADING, REMEMBER, document_of, entries_of, shipped
from tests.kit import ServiceDatabase

TABLES = (
    "organization",
    "service",
    "location",
    "service_at_location",
    "address",
    "phone",
    "language",
    "schedule",
    "service_area",
    "taxonomy_term",
    "attribute",
    "service_extension",
)


def load(database: ServiceDatabase, document: str) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(REMEMBER.replace(":directory", "%s"), (document,))
        for statement in LOADING:
            connection.execute(statement.encode())


def everything(database: ServiceDatabase) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(database.url) as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}".encode()).fetchall(), key=repr)
            for table in TABLES
        }


def test_migrate_loads_the_shipped_directory_whole(database: Callable[[str], ServiceDatabase]) -> None:
    rows = everything(database("referral"))
    assert len(rows["service"]) == len(shipped()["services"]) == 39
    assert rows["schedule"] == []


def test_loading_twice_changes_nothing_as_the_services_own_role(database: Callable[[str], ServiceDatabase]) -> None:
    fresh = database("referral")
    before = everything(fresh)
    entries, faults = entries_of(shipped())
    assert not faults
    load(fresh, document_of(entries, "dresden"))
    assert everything(fresh) == before


def test_a_service_that_left_the_directory_goes_inactive_and_comes_back(
    database: Callable[[str], ServiceDatabase],
) -> None:
    fresh = database("referral")
    entries, _ = entries_of(shipped())
    gone = next(entry for entry in entries if entry.key == "jobcenter-dresden")
    load(fresh, document_of([entry for entry in entries if entry is not gone], "dresden"))
    assert inactive(fresh) == [gone.service_id]
    load(fresh, document_of(entries, "another list"))
    load(fresh, document_of(entries, "dresden"))
    assert inactive(fresh) == []


def inactive(database: ServiceDatabase) -> list[object]:
    with psycopg.connect(database.url) as connection:
        found = connection.execute("SELECT id FROM service WHERE status <> 'active'").fetchall()
    return [row[0] for row in found]


def test_unknown_stays_unknown(database: Callable[[str], ServiceDatabase]) -> None:
    with psycopg.connect(database("referral").url) as connection:
        phones = connection.execute("SELECT count(*) FROM phone").fetchone()
        whole = connection.execute("SELECT count(*) FROM address").fetchone()
        as_text = connection.execute("SELECT description FROM location WHERE description IS NOT NULL").fetchall()
        doubtful = connection.execute("SELECT DISTINCT service_id FROM language WHERE doubtful").fetchall()
        hidden = connection.execute(
            "SELECT count(*) FROM service_at_location JOIN service_extension USING (service_id)"
            " WHERE confidential_location"
        ).fetchone()
    rows = shipped()["services"]
    assert phones == (sum(1 for row in rows if row["phone"]),)
    assert whole == (sum(1 for row in rows if row["street"] and row["postal_code"]),)
    assert sorted(text for (text,) in as_text) == sorted(
        row["address"] for row in rows if row["address"] and not row["postal_code"]
    )
    assert len(doubtful) == sum(1 for row in rows if row.get("languages_doubtful"))
    assert hidden == (0,)


def test_every_row_names_its_sources_and_no_tool_of_ours(database: Callable[[str], ServiceDatabase]) -> None:
    with psycopg.connect(database("referral").url) as connection:
        sources = connection.execute("SELECT unnest(sources) FROM service_extension").fetchall()
        without = connection.execute("SELECT count(*) FROM service_extension WHERE cardinality(sources) = 0").fetchone()
    assert without == (0,)
    assert not [text for (text,) in sources if "_file" in text or "find_" in text or " id " in text]


def test_the_shipped_directory_is_a_migration_step_named_by_its_content() -> None:
    assert MIGRATIONS[-1].name.startswith("referral-directory-")
