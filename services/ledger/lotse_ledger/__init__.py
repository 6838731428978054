"""Ledger: appropriations, grants, plans, vouchers and postings."""
