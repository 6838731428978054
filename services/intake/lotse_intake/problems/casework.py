"""Refusals about: goals, tasks, notes, households, and what is counted."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
