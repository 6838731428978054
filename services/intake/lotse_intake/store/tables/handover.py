"""The handover of cases to whoever comes next."""
