"""`python -m lotse_verifier` is the command."""

import gc
import sys

from lotse_verifier import cli


def main() -> None:
    """Ends the process with the exit code."""
    gc.disable()  # what is read is kept to the end, and looking for garbage in it takes a fifth of the time
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
