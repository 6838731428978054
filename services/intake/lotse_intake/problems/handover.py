"""Refusals about: the handover of cases to whoever comes next."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
