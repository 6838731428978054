"""Why this part says no: what the way of a referral needs beside the referral itself."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {}
