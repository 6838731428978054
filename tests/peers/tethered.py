"""Processes that end when who started them does, however that was: nothing of a test that was killed stays behind."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

STOP_SECONDS = 10.0
# Each gets a session of its own, since Postfix signals its process group; the shell waits until its input is closed.
_TETHER = 'signal=$1; shift; setsid "$@" </dev/null & read -r _; kill -s "$signal" $!; wait $!'


def start(
    command: Sequence[str],
    *,
    ends_by: str = "TERM",
    out: IO[bytes] | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Started, with its output in a file; `ends_by` is the signal that ends it."""
    return subprocess.Popen(
        ["sh", "-c", _TETHER, "tether", ends_by, *command],
        stdin=subprocess.PIPE,
        stdout=out,
        stderr=out,
        cwd=folder,
        env=environment,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ended, and gone when this returns."""
    assert process.stdin is not None
    process.stdin.close()
    process.wait(STOP_SECONDS)
