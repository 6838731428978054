"""Refusals about: staff, teams, and the way of a concern."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
