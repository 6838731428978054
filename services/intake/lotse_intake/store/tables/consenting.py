"""Whom a consent binds to what, and its proof."""
