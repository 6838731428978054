"""What a text must not hold: letters of another alphabet, and words that give away who helps whom with what."""

import re
import unicodedata

FOREIGN_LETTERS = {"uk": "ыэёъЫЭЁЪ", "ru": "іїєґІЇЄҐ"}
CYRILLIC = frozenset({"uk", "ru"})
TELLING_WORDS = (
    "jobcenter",
    "sozialamt",
    "ausländer",
    "bamf",
    "behörde",
    "asyl",
    "flüchtling",
    "beratung",
    "verein",
    "refugee",
    "asylum",
    "counsel",
    "authority",
    "welfare",
    "центр зайнятості",
    "джобцентр",
    "біжен",
    "консультац",
    "відомств",
    "джобцентер",
    "бежен",
    "консультац",
    "ведомств",
    "соцамт",
)
"""Stems, lower case; that somebody is counselled is itself the secret (§ 203 StGB)."""
INVISIBLE = frozenset(
    "\u00ad\u200b\u200c\u200d\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u2066\u2067\u2068\u2069"
)

_WORD = re.compile(r"[^\W\d_]+")


def faults_of(language: str, text: str) -> list[str]:
    """Names of what is wrong with a text, none of them a quotation of more than the word at fault."""
    faults = []
    if used := sorted(set(FOREIGN_LETTERS.get(language, "")) & set(text)):
        faults.append(f"letters of another language {''.join(used)}")
    faults += [f"mixed alphabets in {word!r}" for word in _WORD.findall(text) if len(_alphabets(word)) > 1]
    faults += [f"telling word {word!r}" for word in dict.fromkeys(TELLING_WORDS) if word in text.lower()]
    if INVISIBLE & set(text):
        faults.append("invisible characters")
    return faults


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").split()[0] for letter in word}
