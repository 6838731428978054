"""Exit codes, documented in the README: a script can tell what happened."""

OK = 0
FAILED = 1
USAGE = 2  # also argparse's own
ALREADY_RUNNING = 3
NOT_RUNNING = 4
NEEDS_ATTENTION = 5
