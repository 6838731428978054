"""What counts as a case in a report, family by family: statements that others count from."""

# ruff: noqa: S608 - statements are put together from names of this module alone

import json
from collections.abc import Mapping
from typing import Any

from lotse_referral.domain.codes import CONCERNS, PARENT_OF, TAXONOMY
from lotse_referral.domain.reports import COUNTED, LANGUAGES, NONE, OTHER
from lotse_statistics.tables import ANY, Key

ZONE = "Europe/Berlin"
LOCK = 0x6C6F7473  # one report is counted at a time, and nobody is erased meanwhile
IN_PERIOD = "{at} >= :start AND {at} < :end"

_PARENTS = json.dumps({**{code: code for code in CONCERNS}, **PARENT_OF}, sort_keys=True)
_LANGUAGES = ", ".join(repr(one) for one in LANGUAGES)
_ENDED = "coalesce(entered_at, changed_at)"


def _month(column: str) -> str:
    return f"to_char({column} AT TIME ZONE '{ZONE}', 'YYYY-MM')"


def _parent(code: str) -> str:
    """Of the list of concerns; whatever the list does not know is `other`."""
    return f"coalesce(CAST('{_PARENTS}' AS jsonb) ->> {code}, '{OTHER}')"


_CATEGORY = _parent(
    f"""coalesce(
        (SELECT term.code FROM attribute JOIN taxonomy_term AS term ON term.id = attribute.taxonomy_term_id
         WHERE attribute.link_id = referral.service_id AND term.taxonomy = '{TAXONOMY}' AND term.code IS NOT NULL
         ORDER BY attribute.main DESC, term.code LIMIT 1), referral.codes[1])"""
)
"""The first code of the service that she was sent to; where the directory does not know it, what it was about."""


def _ended(states: str, *columns: str) -> str:
    """Referrals of ours that ended so in the period; what was entered in error counts nowhere."""
    return f"""
      SELECT {_month(_ENDED)} AS month, person_id AS who, 1 AS weight, mode, {", ".join(columns)}
      FROM referral WHERE direction = 'out' AND state IN ({states}) AND {IN_PERIOD.format(at=_ENDED)}
        /* person_id */"""


# A row is a case: its month, who stands behind it, how often it counts, and a column for each dimension.
CASES: Mapping[str, str] = {
    "sent": f"""
      SELECT {_month("step.at")} AS month, person_id AS who, 1 AS weight, {_CATEGORY} AS category, mode
      FROM referral_step AS step JOIN referral ON referral.referral_id = step.referral_id
      WHERE step.state = 'sent' AND direction = 'out' AND referral.state <> 'error'
        AND {IN_PERIOD.format(at="step.at")} /* person_id */""",
    "completed": _ended(
        "'completed'", f"coalesce(confirmed_by, '{NONE}') AS confirmer", "coalesce(outcome, 'unknown') AS outcome"
    ),
    "declined": _ended("'declined'", f"coalesce(reason, '{OTHER}') AS decline"),
    "failed": _ended("'failed'", f"coalesce(reason, '{OTHER}') AS failure"),
    "withdrawn": _ended("'withdrawn'", f"coalesce(reason, '{OTHER}') AS withdrawal"),
    "lapsed": _ended("'expired', 'rerouted', 'unconfirmed'", "state AS lapse"),
    "checkbacks": f"""
      SELECT {_month("asked_at")} AS month, checkback.person_id AS who, 1 AS weight,
        CASE series WHEN 'visit' THEN 'visit' ELSE series || '_' || round END AS round,
        CASE WHEN answer IS NULL THEN 'no' ELSE 'yes' END AS answered, way
      FROM checkback WHERE {IN_PERIOD.format(at="asked_at")} /* person_id */""",
    "group_heads": f"""
      SELECT counting.month, NULL::uuid AS who, weight, kind, coalesce(plan_line, '{NONE}') AS plan_line, age
      FROM ({{meetings}}) AS counting CROSS JOIN LATERAL (VALUES ('adult', adults), ('child', children))
        AS heads (age, weight)""",
    "gaps": f"""
      SELECT month, NULL::uuid AS who, 1 AS weight, {_parent("code")} AS code,
        CASE WHEN split_part(lower(language), '-', 1) IN ({_LANGUAGES}) THEN split_part(lower(language), '-', 1)
             ELSE '{OTHER}' END AS language
      FROM gap WHERE month >= {_month("CAST(:start AS timestamptz)")}
        AND month < {_month("CAST(:end AS timestamptz)")}""",
}
MEETINGS = f"""
  SELECT CASE WHEN closed.closed_at < recorded_at THEN {_month("recorded_at")}
              ELSE to_char(held_on, 'YYYY-MM') END AS month,
    kind, coalesce(plan_line, '{NONE}') AS plan_line, adults, children
  FROM group_record
    LEFT JOIN closed_month AS closed ON closed.part = 'referrals' AND closed.month = to_char(held_on, 'YYYY-MM')
  WHERE superseded_by IS NULL AND NOT void AND held_on < CAST(CAST(:end AS timestamptz) AT TIME ZONE '{ZONE}' AS date)
    AND (held_on >= CAST(CAST(:start AS timestamptz) AT TIME ZONE '{ZONE}' AS date) OR recorded_at >= :start)
    AND NOT (corrects IS NOT NULL AND closed.closed_at IS NOT NULL AND closed.closed_at < recorded_at)"""
"""What is recorded after its month was closed counts in the month in which it was recorded; a correction of something
that has counted in a closed month does not count again."""
OF_PERSONS = tuple(name for name in COUNTED if name not in ("group_heads", "gaps"))
"""Families whose cases are of persons who are known to us."""


def cases(family: str) -> str:
    """The cases of a period, `:start` and `:end`."""
    return CASES[family].replace("{meetings}", MEETINGS)


def of_one_person(family: str) -> str:
    """The cases of one person alone, `:person_id`."""
    return CASES[family].replace("/* person_id */", "AND person_id = :person_id")


def grouping(family: str) -> tuple[str, ...]:
    """The dimensions of all tables of a family, each once."""
    return tuple(dict.fromkeys(name for table in COUNTED[family].values() for name in table))


def place_of(family: str, row: Mapping[Any, Any]) -> tuple[str, Key]:
    """The table and the key of a row of all grouping sets: its dimensions that are not null; a sum has fewer."""
    given = {name for name in grouping(family) if row[name] is not None}
    for table, dimensions in COUNTED[family].items():
        if given and given <= set(dimensions):
            return table, tuple(str(row[name]) if name in given else ANY for name in dimensions)
    raise AssertionError(family)
