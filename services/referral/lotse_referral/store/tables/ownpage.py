"""What her page and the check-backs keep."""
