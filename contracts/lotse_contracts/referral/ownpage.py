"""What she can do and see on her own page."""
