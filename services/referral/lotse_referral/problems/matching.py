"""Why this part says no: what matching keeps."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
