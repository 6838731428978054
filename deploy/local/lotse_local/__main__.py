"""`python -m lotse_local` is the command `lotse`."""

import sys

from lotse_local import cli


def main() -> None:
    """The entry point of the distribution."""
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
