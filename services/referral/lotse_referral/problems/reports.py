"""Why this part says no: what reports keep."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
