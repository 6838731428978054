"""Why this part says no: what her page and the check-backs keep."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
