"""The reports of two associations added up; only what both say is used."""

from collections.abc import Mapping
from typing import Any

from lotse_intake.domain.reports import FAMILIES, SCHEMA
from lotse_statistics.adding import sum_of

SUM_SCHEMA = "lotse.report-sum.v1"
NOTE = "Whoever was with both associations is counted twice."
ADDABLE = ("advice_hours", "meetings", "persons_continuing_at_least")
"""Medians have no sum."""


class NotAddable(ValueError):
    """Two reports that do not belong together, or are none."""


def sum_of_reports(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The sum of two reports of one period by two associations. Raises NotAddable."""
    try:
        same = all(one[name] == other[name] for name in ("schema", "period", "months"))
        if not same or one["schema"] != SCHEMA or one["association"] == other["association"]:
            raise NotAddable
        return {
            "schema": SUM_SCHEMA,
            "association": sorted([one["association"], other["association"]]),
            "period": one["period"],
            "months": one["months"],
            "rules": _stricter(one["rules"], other["rules"]),
            "families": {
                family: _family(family, one["families"][family], other["families"][family]) for family in FAMILIES
            },
            "figures": {name: _sum(one["figures"][name], other["figures"][name]) for name in ADDABLE},
            "note": NOTE,
        }
    except (KeyError, TypeError, AttributeError):
        raise NotAddable from None


def _stricter(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The rules of both must be the same for one method note to be true of the sum. Raises NotAddable."""
    if one != other:
        raise NotAddable
    return dict(one)


def _family(family: str, one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if one is None or other is None:
        return None
    tables = {table: _table(one["tables"][table], other["tables"][table]) for table in FAMILIES[family]}
    return {"total": one["total"] + other["total"], "tables": tables}


def _table(one: list[dict[str, Any]] | None, other: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    if one is None or other is None:
        return None
    first, second = ({tuple(row["key"]): row["count"] for row in rows} for rows in (one, other))
    return [{"key": list(key), "count": count} for key, count in sum_of(first, second).items()]


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
