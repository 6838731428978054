"""Prints what is wrong in a directory's file and what should be asked of a service, for people or as JSON."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lotse_referral.cli.directory_texts import ASKS, SAID
from lotse_referral.domain.directory.doubts import ToDo
from lotse_referral.domain.directory.faults import RowFault, line

FAULTS_PRINTED_MAX = 200


@dataclass
class Faults:
    """Says each fault once, the first ones in words; all of them to a file, if there is one."""

    language: str
    file: IO[str] | None = None
    codes: Counter[str] = field(default_factory=Counter)
    kept: list[RowFault] = field(default_factory=list)

    def say(self, fault: RowFault) -> None:
        """Print it, or count it when there are too many."""
        self.codes[fault.code] += 1
        if self.file is not None:
            self.file.write(json.dumps(fault._asdict(), ensure_ascii=False) + "\n")
        if self.number <= FAULTS_PRINTED_MAX:
            self.kept.append(fault)

    @property
    def number(self) -> int:
        """Of all."""
        return self.codes.total()

    def print_all(self) -> None:
        """In the order of the file; what is beyond the first ones by code."""
        for fault in self.kept:
            print(line(fault))
        if self.number > FAULTS_PRINTED_MAX:
            print(f"… {self.number - FAULTS_PRINTED_MAX} {SAID['more'][self.language]}")
            for code, number in sorted(self.codes.items()):
                print(f"  {code}: {number}")


def shown(item: ToDo) -> dict[str, Any]:
    """For machines. How many were sent there is not in it: the order says enough."""
    told: dict[str, Any] = {"service_id": item.service.id, "name": item.name, "phones": list(item.phones)}
    for name in ("url", "email"):
        if name in item.service.fields:
            told[name] = item.service.fields[name]
    if item.due is not None:
        told["next_check_due"] = item.due.isoformat()
    return told | {"ask": list(item.asks)}


def print_todo(items: Iterable[ToDo], args: argparse.Namespace) -> None:
    """One service after the other, with what to ask there."""
    listed = list(items)
    if args.json:
        print(json.dumps([shown(item) for item in listed], ensure_ascii=False, indent=2))
        return
    for item in listed:
        phones = ", ".join(item.phones) or SAID["none_known"][args.lang]
        print(f"{item.name}\n  {SAID['phone'][args.lang]}: {phones}")
        for code in item.asks:
            print(f"  - {ASKS[code][args.lang]}")


def print_stale(items: Iterable[ToDo], args: argparse.Namespace) -> None:
    """One line each."""
    listed = list(items)
    if args.json:
        print(json.dumps([shown(item) for item in listed], ensure_ascii=False, indent=2))
        return
    for item in listed:
        print(f"{item.due}  {item.name}  {', '.join(item.phones)}".rstrip())
    if not listed:
        print(SAID["nothing"][args.lang])


@contextmanager
def opened_for_writing(path: Path) -> Iterator[IO[str]]:
    """A file that is there whole, or not at all; `-` is the standard output."""
    if str(path) == "-":
        yield sys.stdout
        return
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: Iterable[str]) -> None:
    """Write it piece by piece."""
    with opened_for_writing(path) as file:
        file.writelines(text)


def source_of(args: argparse.Namespace, path: Path) -> str:
    """Where a file is from, as it is kept with each field."""
    return str(getattr(args, "source", "") or path.name)
