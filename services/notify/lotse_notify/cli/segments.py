"""`lotse-notify segments`: how many parts each SMS takes; a JSON string a line in, a JSON object a line out."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping

from lotse_chassis.command import Standalone
from lotse_notify.domain.segments import size_of

EXIT_DONE = 0
EXIT_NOT_ALL = 1
NO_STRING: Mapping[str, object] = {"error": "not a JSON string"}


def answers(lines: Iterable[str]) -> Iterator[Mapping[str, object]]:
    """One for each line, whatever is in it; empty lines are left out."""
    for line in lines:
        if not line.strip():
            continue
        try:
            text = json.loads(line)
        except (ValueError, RecursionError):
            text = None
        yield vars(size_of(text)) if isinstance(text, str) else NO_STRING


def _arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # it reads from standard input


def _run(args: argparse.Namespace) -> int:
    del args
    every = True
    with open(sys.stdin.fileno(), encoding="utf-8", errors="replace", newline="\n", closefd=False) as lines:
        for answer in answers(lines):
            every = every and answer is not NO_STRING
            print(json.dumps(dict(answer)))
    return EXIT_DONE if every else EXIT_NOT_ALL


SEGMENTS = Standalone(_run, _arguments, "how many parts an SMS takes: a JSON string a line")
