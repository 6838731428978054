"""What can be done with texts without a running system: check, preview, list, write out."""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED
from lotse_chassis.settings import variable
from lotse_notify.cli.templates_printing import SAID, previewed, standing
from lotse_notify.domain.prices import TableInvalid, prices_of
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import FRAME, NOTICES
from lotse_notify.domain.texts import Document, Published, Texts, TextsInvalid, document_of, source_of
from lotse_notify.handlers.publishing import faults

FILE_BYTES_MAX = 1_000_000


def check(args: argparse.Namespace) -> int:
    """Every fault a line; 1 where there is any."""
    texts = shipped_texts(drafts_allowed=True)
    try:
        documents = [read(path) for path in args.paths] or [texts.document(name) for name in (FRAME, *NOTICES)]
    except TextsInvalid as fault:
        print(fault)
        return EXIT_REFUSED
    except OSError as fault:
        return _unread(fault)
    found = faults(documents, with_files(texts, documents))
    for line in found:
        print(line)
    if not found:
        print(SAID[args.lang]["faultless"].format(count=len(documents)))
    return EXIT_REFUSED if found else EXIT_DONE


def preview(args: argparse.Namespace) -> int:
    """Of what comes with notify."""
    return show(shipped_texts(drafts_allowed=True), args)


def export(args: argparse.Namespace) -> int:
    """To standard output."""
    print(source_of(shipped_texts(drafts_allowed=True).document(args.name)), end="")
    return EXIT_DONE


def listed(args: argparse.Namespace) -> int:
    """Which of the languages are drafts."""
    texts = shipped_texts(drafts_allowed=False)
    for name in (FRAME, *NOTICES):
        print(standing(name, texts.standing[name].number, texts.standing[name].sendable, args.lang))
    return EXIT_DONE


def show(texts: Texts, args: argparse.Namespace) -> int:
    """The previews that are wished for; 1 where the file is none or the prices are none."""
    try:
        prices = prices_of(args.prices or os.environ.get(variable("provider_prices"), ""))
        if args.file is not None:
            texts = with_files(texts, [read(args.file)])
    except (TableInvalid, TextsInvalid) as fault:
        print(fault, file=sys.stderr)
        return EXIT_REFUSED
    except OSError as fault:
        return _unread(fault)
    for line in previewed(texts, args, prices):
        print(line)
    return EXIT_DONE


def read(path: Path) -> Document:
    """A text from a file. Raises TextsInvalid if it is none, OSError if there is none."""
    with path.open("rb") as file:
        source = file.read(FILE_BYTES_MAX + 1)
    if len(source) > FILE_BYTES_MAX:
        raise TextsInvalid("the file is too large")
    return document_of(source)


def with_files(texts: Texts, documents: Iterable[Document]) -> Texts:
    """The texts with these in place of those that count: a new frame stands around them already."""
    return texts.with_published([Published(one, 0, frozenset()) for one in documents])


def _unread(fault: OSError) -> int:
    print(f"{fault.filename or ''}: {fault.strerror or type(fault).__name__}", file=sys.stderr)
    return EXIT_REFUSED
