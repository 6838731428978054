"""Intake's public face: enquiries and attachments for browsers, which never speak to the broker."""
