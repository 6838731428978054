"""`lotse-intake words check`: what a changed list of urgent words would do to sample texts, before anybody uses it."""

import argparse
import sys
import tomllib
from collections import Counter
from pathlib import Path

from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED
from lotse_chassis.command import Standalone
from lotse_intake.cli.session import add_language
from lotse_intake.domain.wordlist import WordList, WordsInvalid, hit
from lotse_intake.providers.wordlist import SHIPPED, read_words

SAMPLES_MAX = 100_000
NONE = "normal"

_FINE = {"de": "Die Liste ist in Ordnung.", "en": "The list is fine."}
_CHANGED = {
    "de": "{changed} von {all} Texten würden anders eingestuft.",
    "en": "{changed} of {all} texts would be judged differently.",
}
_AWAY = {"de": "Die Datei lässt sich nicht lesen: {name}", "en": "The file cannot be read: {name}"}


def check(args: argparse.Namespace) -> int:
    """Whether a list of words is well formed, and which of the sample texts it judges differently from the present one.

    Each line of the samples is a text. Only line numbers, levels and phrases are said, never a text.
    """
    try:
        new = read_words(Path(args.file))
        samples = Path(args.samples).read_text(encoding="utf-8").splitlines()[:SAMPLES_MAX] if args.samples else []
    except WordsInvalid as fault:
        print(fault.texts[args.lang], file=sys.stderr)
        return EXIT_REFUSED
    except tomllib.TOMLDecodeError as fault:
        print(str(fault), file=sys.stderr)
        return EXIT_REFUSED
    except (OSError, UnicodeDecodeError) as fault:
        print(_AWAY[args.lang].format(name=getattr(fault, "filename", "") or args.samples), file=sys.stderr)
        return EXIT_REFUSED
    print(_FINE[args.lang])
    if samples:
        _compare(new, read_words(SHIPPED), samples, args.lang)
    return EXIT_DONE


def _compare(new: WordList, old: WordList, samples: list[str], language: str) -> None:
    levels: Counter[str] = Counter()
    changed = 0
    for number, text in enumerate(samples, start=1):
        (before, old_phrase), (after, new_phrase) = _judged(old, text), _judged(new, text)
        levels[after] += 1
        if before != after:
            changed += 1
            print(f"{number}: {before} -> {after}  {new_phrase or old_phrase}")
    print(_CHANGED[language].format(changed=changed, all=len(samples)))
    print(", ".join(f"{level} {count}" for level, count in sorted(levels.items())))


def _judged(words: WordList, text: str) -> tuple[str, str]:
    found = hit(words, text)
    return (found.level, found.phrase) if found else (NONE, "")


def _arguments(parser: argparse.ArgumentParser) -> None:
    checking = parser.add_subparsers(dest="action", required=True).add_parser(
        "check", help="what a changed list would do"
    )
    checking.add_argument("file", metavar="FILE", help="the list of words, TOML")
    checking.add_argument("--samples", metavar="FILE", default="", help="texts to try it on, one a line")
    add_language(checking)


WORDS = Standalone(check, _arguments, "the list of urgent words: check a changed one")
