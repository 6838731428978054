"""`python -m lotse_verifier` is the command."""

import sys

from lotse_verifier import cli


def main() -> None:
    """Ends the process with the exit code."""
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
