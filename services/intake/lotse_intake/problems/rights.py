"""Refusals about: restriction, requests, and what retention did."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
