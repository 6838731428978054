"""Why this part says no: group offers and who comes."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
