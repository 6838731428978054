"""What referral decides, without a clock, a database or a wire."""
