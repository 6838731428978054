"""Why this part says no: what the ways of delivery keep."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
