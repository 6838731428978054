"""Restriction, requests, and what retention did."""
