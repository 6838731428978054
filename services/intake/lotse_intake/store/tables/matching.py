"""What finds a person again, and which records are one person's."""
