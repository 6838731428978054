"""A made-up population of an advice centre, and the same person written down a second time.

Nobody in it exists. Given names and surnames come from `names.json`; how a name is spelled in each script is
decided here by tables of its own, so that a search is never measured with its own rules.
"""

import json
import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

UKRAINIAN, RUSSIAN, PASSPORT, OLDER, GERMAN = "ukrainian", "russian", "passport", "older", "german"

_LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'"


def _table(latin: str) -> dict[str, str]:
    return dict(zip(_LETTERS, latin.split("|"), strict=True))


# The passport's table is that of Resolution 55 of 27 January 2010; `_FIRST` holds where a word begins otherwise.
_LATIN = {
    PASSPORT: _table("a|b|v|h|g|d|e|ie|zh|z|y|i|i|i|k|l|m|n|o|p|r|s|t|u|f|kh|ts|ch|sh|shch||iu|ia|"),
    OLDER: _table("a|b|v|g|g|d|e|ye|zh|z|y|i|yi|y|k|l|m|n|o|p|r|s|t|u|f|kh|ts|ch|sh|shch||yu|ya|"),
    GERMAN: _table("a|b|w|h|g|d|e|je|sch|s|y|i|ji|j|k|l|m|n|o|p|r|s|t|u|f|ch|z|tsch|sch|schtsch||ju|ja|"),
}
_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_RUSSIAN = str.maketrans({"і": "и", "ї": "и", "є": "е", "ґ": "г", "'": "ь", "І": "И", "Ї": "И", "Є": "Е", "Ґ": "Г"})
_ADJECTIVES = (("ський", "ский"), ("цький", "цкий"), ("зький", "зкий"), ("ий", "ый"))
_POSSESSIVES = ("ов", "ев", "єв", "ін", "їн", "ёв")
_GERMAN_CODES = ("151", "152", "157", "159", "160", "171", "176", "178")
_UKRAINIAN_CODES = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")


@dataclass(frozen=True)
class Given:
    """A given name in both languages, its older Latin spellings and its short forms."""

    uk: str
    ru: str
    sex: str
    latin: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What a record is about, however it is spelled; the surname is kept in its masculine form."""

    given: Given
    surname: str
    patronymic: tuple[str, str] | None
    style: str
    born: date | None
    number: str | None


@dataclass(frozen=True)
class Synthetic:
    name: str
    birth_date: str | None
    phone: str | None
    known: Known = field(repr=False, compare=False)


@cache
def _lists() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
    return read


@cache
def givens() -> tuple[Given, ...]:
    return tuple(
        Given(one["uk"], one["ru"], one["sex"], tuple(one["latin"]), tuple(one["short"])) for one in _lists()["given"]
    )


@cache
def surnames() -> tuple[str, ...]:
    """Frequent ones first, then every root with every ending in a fixed disorder."""
    common = list(_lists()["common_surnames"])
    made = {(root + ending).replace("чю", "чу") for root in _lists()["roots"] for ending in _lists()["endings"]}
    rest = sorted(made - set(common))
    random.Random(55).shuffle(rest)  # noqa: S311
    return (*common, *rest)


def latin(word: str, style: str) -> str:
    """One Ukrainian word in Latin letters."""
    table, out = _LATIN[style], ""
    low = word.lower().replace("зг", "з\0") if style == PASSPORT else word.lower()
    for place, letter in enumerate(low):
        begins = place == 0 or low[place - 1] in "- "
        if letter == "\0":
            out += "gh"
        else:
            out += _FIRST[letter] if begins and style == PASSPORT and letter in _FIRST else table.get(letter, letter)
    return "-".join(part[:1].upper() + part[1:] for part in out.split("-"))


def feminine(surname: str) -> str:
    """A woman's form of a surname in Ukrainian or Russian letters; most stay as they are."""
    if surname.endswith(("ський", "цький", "зький", "ний", "лий", "рий", "тий")):
        return surname[:-2] + "а"
    if surname.endswith(("ский", "цкий", "зкий", "ый")):
        return surname[:-2] + "ая"
    return surname + "а" if surname.endswith(_POSSESSIVES) else surname


def russian(surname: str) -> str:
    """A Ukrainian surname as it is usually written in Russian; the masculine form."""
    for ukrainian, ending in _ADJECTIVES:
        if surname.endswith(ukrainian):
            return surname.removesuffix(ukrainian).translate(_RUSSIAN) + ending
    if surname.endswith("ін"):
        return surname[:-2].translate(_RUSSIAN) + "ин"
    return (surname[:-3] + "ец" if surname.endswith("ець") else surname).translate(_RUSSIAN)


def surname_in(surname: str, sex: str, style: str) -> str:
    """A masculine Ukrainian surname as a person of this sex bears it, in a style."""
    if style == RUSSIAN:
        bare = russian(surname)
        is_possessive = bare.endswith("ин") and surname.endswith("ін")
        return (bare + "а" if is_possessive else feminine(bare)) if sex == "f" else bare
    borne = feminine(surname) if sex == "f" else surname
    if style == UKRAINIAN:
        return borne
    spelled = latin(borne, style)
    return spelled.removesuffix("yy") + "y" if style == OLDER and spelled.endswith("yy") else spelled


def given_in(given: Given, style: str, rng: random.Random) -> str:
    if style == RUSSIAN:
        return given.ru
    if style == OLDER:
        return rng.choice(given.latin)
    return given.uk if style == UKRAINIAN else latin(given.uk, style)


def spelled(known: Known, rng: random.Random, *, short: bool = False) -> str:
    """The name in the style of `known`, in one of the orders and cases people write it."""
    given = rng.choice(known.given.short) if short else given_in(known.given, known.style, rng)
    surname = surname_in(known.surname, known.given.sex, known.style)
    middle = ""
    if known.patronymic and not short and known.style not in {GERMAN, OLDER}:
        middle = known.patronymic[known.style == RUSSIAN]
        middle = " " + (latin(middle, PASSPORT) if known.style == PASSPORT else middle)
    shape = rng.choices(("{g}{m} {s}", "{s} {g}{m}", "{s}, {g}{m}"), (50, 42, 8))[0]
    name = shape.format(g=given, m=middle, s=surname)
    return name.upper() if rng.random() < 0.06 else name


def phone_in(number: str, rng: random.Random) -> str:
    """One of the ways people write a number given as `+49…` or `+380…`."""
    length = 4 if number.startswith("+380") else 3
    country, code, rest = number[:length], number[length : length + 3], number[length + 3 :]
    if length == 4:
        code, rest = number[4:6], number[6:]
        parted = f"{rest[:3]} {rest[3:5]} {rest[5:]}"
        ways = (number, f"+380 {code} {parted}", f"00380{code}{rest}", f"380{code}{rest}", f"0{code} {parted}")
        return rng.choice((*ways, f"+38 (0{code}) {parted.replace(' ', '-')}"))
    ways = (
        number,
        f"{country} {code} {rest}",
        f"0{code} {rest}",
        f"0{code}/{rest}",
        f"0049 {code} {rest[:4]} {rest[4:]}",
    )
    return rng.choice((*ways, f"0{code}{rest}", f"(0{code}) {rest[:3]} {rest[3:]}", f"+49 (0){code} {rest}"))


def new_number(rng: random.Random) -> str:
    """A number whose subscriber part begins with 0, which is given to nobody we know of."""
    if rng.random() < 0.6:
        code = rng.choice(_GERMAN_CODES)
        digits = 7 if code.startswith("15") or code == "176" else 6
        return f"+49{code}0{rng.randrange(10**digits):0{digits}}"
    return f"+380{rng.choice(_UKRAINIAN_CODES)}0{rng.randrange(10**5, 10**6)}"


def _dated(rng: random.Random, born: date) -> str | None:
    lot = rng.random()
    if lot < 0.70:
        return born.isoformat()
    if lot < 0.78:
        return str(born.year)
    return f"{born.year}-01-01" if lot < 0.82 else None


def _drawn(rng: random.Random, before: Known | None, weights: tuple[list[float], list[float]]) -> Known:
    """A person; one in five belongs to the household of the one before, with the surname and often the number."""
    of_given, of_surname = weights
    given = givens()[bisect(of_given, rng.random() * of_given[-1])]
    surname = surnames()[bisect(of_surname, rng.random() * of_surname[-1])]
    number = new_number(rng)
    if before is not None and before.given.ru != given.ru and rng.random() < 0.2:
        surname = before.surname
        number = before.number if before.number and rng.random() < 0.5 else number
    row = rng.choice(_lists()["patronymics"])
    woman = given.sex == "f"
    patronymic = (row[woman], row[2 + woman]) if rng.random() < 0.3 else None
    style = rng.choices((UKRAINIAN, RUSSIAN, PASSPORT, GERMAN), (50, 20, 25, 5))[0]
    born = date(int(rng.triangular(1936, 2025, 1985)), 1, 1) + timedelta(days=rng.randrange(1, 365))
    return Known(given, surname, patronymic, style, born, number if rng.random() < 0.65 else None)


def _weights() -> tuple[list[float], list[float]]:
    """Zipf's, over the women's and the men's names each in its own order, and over the surnames."""
    ranks = {"f": 0, "m": 0}
    of_given = []
    for given in givens():
        ranks[given.sex] += 1
        of_given.append((1.2 if given.sex == "f" else 1.0) / (ranks[given.sex] + 4))
    return list(accumulate(of_given)), list(accumulate(1 / (rank + 24) ** 0.9 for rank in range(len(surnames()))))


def persons(count: int, seed: int) -> Iterator[Synthetic]:
    """`count` different persons. Of one name there is at most one without an exact date of birth."""
    rng = random.Random(seed)  # noqa: S311
    weights, seen = _weights(), set[tuple[str, str, str]]()
    before: Known | None = None
    while count > 0:
        known = _drawn(rng, before, weights)
        assert known.born is not None
        written = _dated(rng, known.born)
        is_exact = written is not None and len(written) == 10 and not written.endswith("-01-01")
        key = (known.given.ru, known.surname, written or "" if is_exact else "")
        if key in seen:
            continue
        seen.add(key)
        before, count = known, count - 1
        phone = phone_in(known.number, rng) if known.number else None
        yield Synthetic(spelled(known, rng), written, phone, known)


def _dated_again(written: str | None, rng: random.Random) -> str | None:
    if written is None or len(written) == 4:
        return written
    year, month, day = written.split("-")
    lot = rng.random()
    if lot < 0.08 and int(day) <= 12:
        return f"{year}-{day}-{month}"
    if lot < 0.20:
        return year if lot < 0.15 else f"{year}-01-01"
    return written if lot < 0.88 else None


def _slipped(name: str, rng: random.Random) -> str:
    """A letter left out, or two changed places, in the longest word."""
    word = max(name.split(), key=len)
    if len(word) < 5:
        return name
    place = rng.randrange(2, len(word) - 2)
    pair = word[place : place + 2]
    wrong = word[:place] + (pair[1] if rng.random() < 0.5 else pair[::-1]) + word[place + 2 :]
    return name.replace(word, wrong)


def spelled_again(person: Synthetic, seed: int) -> Synthetic:
    """The same person as another clerk wrote it down: in another style, and often with less."""
    rng = random.Random(f"{seed}/{person.name}/{person.birth_date}/{person.phone}")  # noqa: S311
    known = person.known
    others = [one for one in (UKRAINIAN, RUSSIAN, PASSPORT, OLDER, GERMAN) if one != known.style]
    styled = Known(
        known.given,
        known.surname,
        known.patronymic if rng.random() < 0.5 else None,
        rng.choice(others),
        known.born,
        known.number,
    )
    written = _dated_again(person.birth_date, rng)
    phone = phone_in(known.number, rng) if known.number and rng.random() < 0.75 else None
    if written is None and phone is None:
        written, phone = person.birth_date, person.phone
    has_more = phone is not None or (written is not None and len(written) == 10)
    lot = rng.random()
    is_short = has_more and lot < 0.08 and bool(known.given.short) and styled.style in {UKRAINIAN, RUSSIAN}
    name = spelled(styled, rng, short=is_short)
    if has_more and 0.08 <= lot < 0.18:
        name = _slipped(name, rng)
    return Synthetic(name, written, phone, styled)
