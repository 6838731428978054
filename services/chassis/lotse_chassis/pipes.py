"""A command whose reader has read enough, such as `head`, ends without a word, as every other command does."""

import os
import select
import sys
from collections.abc import Callable

EXIT_PIPE = 141  # what a shell says of a command that SIGPIPE ended


def ended(run: Callable[[], int]) -> int:
    """The exit code of what is run, once all that it wrote is written."""
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        if _is_read():
            raise
        # What is still in the buffer would fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE
    return code


def _is_read() -> bool:
    """Whether our own output still goes somewhere: then it was another pipe or line that broke."""
    output = select.poll()
    try:
        output.register(sys.stdout.fileno(), 0)
    except OSError:  # kept in memory
        return True
    return not output.poll(0)
