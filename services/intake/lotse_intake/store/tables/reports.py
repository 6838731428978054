"""Reports that were handed in."""
