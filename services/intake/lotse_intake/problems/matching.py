"""Refusals about: what finds a person again, and which records are one person's."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
