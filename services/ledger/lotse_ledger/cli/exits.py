"""Exit codes of the ledger's commands; 0 is success, 2 and 3 are the chassis's (settings or usage, migrations)."""

EXIT_TOO_LATE = 4
"""`load-facts`: entries of the present stand in the log."""
EXIT_OTHER_FACTS = 5
"""`load-facts`: other facts were loaded before."""
EXIT_BAD_LINES = 1
"""Some lines were refused and named; with `--atomic` nothing was written."""
EXIT_FILE = 7
"""A file cannot be read."""
EXIT_LEDGER = 8
"""No ledger of this name, or none that this may be done to."""
EXIT_DATES = 9
"""No such day or instant, or one beyond the last entry."""
EXIT_DIFFERS = 10
"""`rebuild --compare`: what is stored is not what the leaves say."""
