"""Refusals about: letters, deadlines, and the ways in."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
