"""Figures of referrals, gaps and groups."""
