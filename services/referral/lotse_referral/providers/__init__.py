"""What referral stands on beside its database: knowledge kept as data, and keys."""
