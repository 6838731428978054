"""Intake: persons, enquiries, concerns, cases and consents."""
