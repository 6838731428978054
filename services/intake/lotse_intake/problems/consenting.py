"""Refusals about: whom a consent binds to what, and its proof."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
