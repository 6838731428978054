"""Refusals about: reports that were handed in."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
