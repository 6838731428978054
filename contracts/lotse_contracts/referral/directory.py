"""Changes of the directory of services."""
