"""Letters, deadlines, and the ways in."""
