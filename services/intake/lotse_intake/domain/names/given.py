"""Given names: which forms, in which language and how tenderly, are one name. The list is data/given_names.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from lotse_intake.domain.names.folding import TOKENS_REMEMBERED, sounds


@dataclass(frozen=True)
class GivenNames:
    """Classes of forms: which class a spelling or a sound belongs to, and what a class may begin with."""

    spelled: Mapping[str, frozenset[str]]
    sounding: Mapping[str, frozenset[str]]
    first_letters: Mapping[str, frozenset[str]]
    genders: Mapping[str, str]


@cache
def given_names() -> GivenNames:
    """The list that comes along."""
    listed = json.loads((files("lotse_intake") / "data" / "given_names.json").read_text(encoding="utf-8"))
    spelled: dict[str, set[str]] = {}
    sounding: dict[str, set[str]] = {}
    letters: dict[str, set[str]] = {}
    for entry in listed["names"]:
        for form in entry["forms"]:
            spelled.setdefault(_plain(form), set()).add(entry["name"])
            for sound in sounds(form):
                sounding.setdefault(sound, set()).add(entry["name"])
                letters.setdefault(entry["name"], set()).add(sound[0])
    return GivenNames(
        _frozen(spelled), _frozen(sounding), _frozen(letters), {one["name"]: one["gender"] for one in listed["names"]}
    )


@lru_cache(TOKENS_REMEMBERED)
def classes_of(word: str) -> frozenset[str]:
    """The names that a form may stand for: none if it is in no list, two for Саша. Spelling outranks sound."""
    names = given_names()
    exact = names.spelled.get(_plain(word))
    if exact:
        return exact
    return frozenset().union(*(names.sounding.get(sound, frozenset()) for sound in sounds(word)))


@lru_cache(TOKENS_REMEMBERED)
def first_letters_of(word: str) -> frozenset[str]:
    """The sounds that an initial of this given name may be written with: Ганна may sign as Г. or A."""
    names = given_names()
    own = frozenset(sound[0] for sound in sounds(word) if sound)
    return own.union(*(names.first_letters[name] for name in classes_of(word)))


def _plain(form: str) -> str:
    return form.casefold().replace("ё", "е").replace("'", "").replace("’", "").replace("ʼ", "")


def _frozen(found: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in found.items()}
