"""`lotse down`: stop what runs on a data folder, also what a killed supervisor left behind."""

import argparse
import os
import signal
import time
from contextlib import suppress

from lotse_local import lock, supervisor
from lotse_local.commands import arguments, exits

STOP_SECONDS = 60.0
POLL_SECONDS = 0.1


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 stopped, also when nothing ran; 1 it did not stop in time."""
    folder = arguments.folder_of(args)
    pid = lock.holder(folder)
    if pid is None:
        supervisor.end_orphans(folder)
        print("nothing runs")
        return exits.OK
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while lock.holder(folder) is not None:
        if time.monotonic() > deadline:
            print(f"process {pid} did not stop within {STOP_SECONDS:.0f} s")
            return exits.FAILED
        time.sleep(POLL_SECONDS)
    print("stopped")
    return exits.OK
