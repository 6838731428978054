"""The rig itself: what a test started does not outlive it, even where the test was killed."""

import subprocess
import sys

from tests import kit
from tests.peers import needed

STARTS = "from tests.peers import tethered; print(tethered.start(['sleep', '600']).pid, flush=True); input()"


async def test_what_was_started_ends_with_who_started_it() -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS], cwd=needed.HERE.parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    tether = int(starter.stdout.readline())
    (child,) = await kit.eventually(lambda: _children(tether))
    starter.kill()
    starter.wait()
    await kit.eventually(lambda: not _lives(child))


def _children(process: int) -> list[int]:
    done = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False)
    return [int(child) for child in done.stdout.split()]


def _lives(process: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")
