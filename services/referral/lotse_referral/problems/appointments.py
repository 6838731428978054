"""Why this part says no: appointments, calendars and interpreters."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
