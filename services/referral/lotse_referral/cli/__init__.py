"""What an administrator or a volunteer types."""
