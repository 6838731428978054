"""What counts as a case in a report, family by family: statements that others count from."""

# ruff: noqa: S608 - statements are put together from names of this module alone

from collections.abc import Mapping
from typing import Any

from lotse_intake.domain.bands import LANGUAGES, NOT_STATED
from lotse_intake.domain.reports import FAMILIES
from lotse_statistics.tables import ANY, Key

ZONE = "Europe/Berlin"

_LANGUAGE = (
    f"CASE WHEN {{0}} IN ({', '.join(repr(one) for one in LANGUAGES)}) THEN {{0}}"
    f" WHEN {{0}} IN ('', '{NOT_STATED}') THEN '{NOT_STATED}' ELSE 'other' END"
)


def _language(column: str) -> str:
    return _LANGUAGE.format(f"split_part(lower({column}), '-', 1)")


def _month(column: str) -> str:
    return f"to_char({column} AT TIME ZONE '{ZONE}', 'YYYY-MM')"


# A row is a case: its month, who stands behind it, how often it counts, and a column for each dimension.
_LATE = """
  LEFT JOIN closed_month AS closed ON closed.month = {month}
  WHERE superseded_by IS NULL AND NOT void AND (at >= :start OR recorded_at >= :start)
    AND at < :end
    AND NOT (corrects IS NOT NULL AND closed.closed_at < recorded_at)"""
"""What is recorded after its month was closed counts in the month in which it was recorded; a correction of something
that has counted in a closed month does not count again."""

CASES: Mapping[str, str] = {
    "persons": f"""
      SELECT {_month("person.registered_at")} AS month, person.person_id AS who, 1 AS weight,
        coalesce(age_band, '{NOT_STATED}') AS age_band, coalesce(gender, '{NOT_STATED}') AS gender,
        coalesce(nullif(bands.language, '{NOT_STATED}'), {_language("coalesce(person.languages[1], '')")}) AS language,
        coalesce(region, '{NOT_STATED}') AS region, coalesce(residence_bracket, '{NOT_STATED}') AS residence_bracket
      FROM person LEFT JOIN person_bands AS bands ON bands.person_id = person.person_id
      WHERE registered_at >= :start AND registered_at < :end AND NOT EXISTS (
        SELECT 1 FROM person_merge WHERE merged_id = person.person_id AND undone_at IS NULL)
        /* person.person_id */""",
    "enquiries": f"""
      SELECT {_month("received_at")} AS month, person_id AS who, 1 AS weight, channel
      FROM enquiry WHERE received_at >= :start AND received_at < :end /* person_id */""",
    "concerns": f"""
      SELECT {_month("received_at")} AS month, person_id AS who, 1 AS weight, code, urgency
      FROM concern WHERE received_at >= :start AND received_at < :end AND state NOT IN ('spam', 'duplicate')
        /* person_id */""",
    "outcomes": f"""
      SELECT {_month("ended_at")} AS month, person_id AS who, 1 AS weight, code,
        coalesce(outcome, CASE state WHEN 'resolved' THEN 'unknown' ELSE state END) AS outcome
      FROM concern WHERE ended_at >= :start AND ended_at < :end AND state NOT IN ('spam', 'duplicate')
        /* person_id */""",
    "contacts": f"""
      SELECT CASE WHEN closed.closed_at < recorded_at THEN {_month("recorded_at")} ELSE {_month("at")} END AS month,
        coalesce(person_id, contact_id) AS who, 1 AS weight, channel, depth, {_language("language")} AS language,
        CASE WHEN interpreter THEN 'yes' ELSE 'no' END AS interpreter, minutes
      FROM contact {_LATE.format(month=_month("at"))} /* person_id */""",
    "group_heads": f"""
      SELECT CASE WHEN closed.closed_at < recorded_at THEN {_month("recorded_at")} ELSE {_month("at")} END AS month,
        NULL::uuid AS who, head_count AS weight, offer, {_language("language")} AS language
      FROM group_contact {_LATE.format(month=_month("at"))}""",
}


LOCK = 0x6C6F74726570  # one report is counted at a time, and nobody is forgotten meanwhile


def grouping(family: str) -> tuple[str, ...]:
    """The dimensions of all tables of a family, each once."""
    return tuple(dict.fromkeys(name for table in FAMILIES[family].values() for name in table))


def place_of(family: str, row: Mapping[Any, Any]) -> tuple[str, Key]:
    """The table and the key of a row of all grouping sets: its dimensions that are not null; a sum has fewer."""
    given = {name for name in grouping(family) if row[name] is not None}
    for table, dimensions in FAMILIES[family].items():
        if given and given <= set(dimensions):
            return table, tuple(str(row[name]) if name in given else ANY for name in dimensions)
    raise AssertionError(family)


def of_one_person(family: str) -> str:
    """The cases of one person alone, `:person_id`."""
    column = "person.person_id" if family == "persons" else "person_id"
    return CASES[family].replace(f"/* {column} */", f"AND {column} = :person_id")
