"""What the ways of delivery keep."""
