"""What every command of referral's administrators needs: the service as it is built, and sentences for refusals."""

import argparse
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from lotse_chassis import administration
from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED, Told, actor_of, add_actor, add_language
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_referral.app import build
from lotse_referral.problems import PROBLEM_TEXTS
from lotse_referral.settings import ReferralSettings

__all__ = ["EXIT_DONE", "EXIT_REFUSED", "Told", "actor_of", "add_actor", "add_language", "command", "opened"]

Run = Callable[[ReferralSettings, argparse.Namespace], Coroutine[Any, Any, int]]


def command(run: Run) -> Callable[[Settings, argparse.Namespace], int]:
    """What the command line runs: whatever is refused becomes a sentence and the exit code 1."""
    return lambda settings, args: administration.ran(run, cast(ReferralSettings, settings), args, PROBLEM_TEXTS)


def opened(settings: ReferralSettings) -> AbstractAsyncContextManager[Service]:
    """Referral without its loops and its face: what is said leaves when the service runs."""
    return administration.opened(build, settings)
