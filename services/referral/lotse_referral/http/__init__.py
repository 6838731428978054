"""The HTTP faces of referral: the directory, and the pages behind its links."""
