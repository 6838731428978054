"""Referral: the directory of services, matching, referrals and appointments."""
