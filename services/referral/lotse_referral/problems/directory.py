"""Why this part says no: the directory beyond its first shape: HSDS 3.1 with our extension."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
