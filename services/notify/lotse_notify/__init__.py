"""Notify: the contact book and everything that people are told."""
