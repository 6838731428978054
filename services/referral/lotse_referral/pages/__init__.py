"""What referral's pages look like; none needs a script."""
