"""Checks an auditor's bundle of the grant ledger offline; it trusts the auditor's policy file and nothing else."""
