"""Refusals of this part, in four languages; no text holds a value."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
