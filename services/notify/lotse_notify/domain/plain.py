"""German that most people can read: the rules for Leichte Sprache, as far as a program can see that one is broken.

Source: BITV 2.0 (of 2011, as of 2019-05-25), Anlage 2, Teil 2, numbers 1, 4, 5 and 6. What needs a reader is left to
one: negations are avoided only where they can be, and that words are always the same and the important comes first.
"""

import re
from collections.abc import Iterator

WORD_LETTERS_MAX = 15
"""Of a part between hyphens; longer ones are mostly compounds, which number 4 parts by a hyphen."""
COMMAS_MAX = 1
"""In a sentence, so that it says one thing, and at most one more about it."""

_HABITS = {
    "an abbreviation": r"\b(?:z\. ?b|d\. ?h|u\. ?a|o\. ?ä|bzw|usw|evtl|ggf|inkl|zzgl|vgl|max|ca|nr|tel|str|std|min)\.",
    "not said who does it": r"\b(?:werden?|wirst|wird|werdet|wurden?|wurdest|wurdet|worden)\b",
    "only a wish or a maybe": r"\b(?:würde|könnte|müsste|sollte|dürfte|hätte|wäre|gäbe|käme|bräuchte)(?:n|st|t|et)?\b",
    "a genitive": r"\b(?:des|eines|ihres|unseres|deren|dessen|wegen|aufgrund|bezüglich|hinsichtlich|mittels)\b",
    "a special sign": r"[()\[\]&%§;*+=#<>|~^_]",
}
_COMPOUND = re.compile(rf"[^\W\d_]{{{WORD_LETTERS_MAX + 1},}}")
_SENTENCE = re.compile(r"[.!?:]\s")


def hard_to_read(text: str) -> Iterator[str]:
    """What makes it hard, and by which word."""
    for habit, pattern in _HABITS.items():
        for found in dict.fromkeys(re.findall(pattern, text.lower())):
            yield f"hard to read, {habit}: {found!r}"
    for word in dict.fromkeys(_COMPOUND.findall(text)):
        yield f"hard to read, a word of {len(word)} letters: {word!r}"
    if any(sentence.count(",") > COMMAS_MAX for sentence in _SENTENCE.split(text)):
        yield "hard to read, a sentence that says several things"
