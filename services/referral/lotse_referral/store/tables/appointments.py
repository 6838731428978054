"""Appointments, calendars and interpreters."""
