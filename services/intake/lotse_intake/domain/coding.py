"""Lists of codes: checked when they are loaded, only ever growing, and which concerns an enquiry raises by them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from lotse_contracts.values import CodeListName

ORIENTATION = "orientation"
NAMED_IN = ("uk", "ru", "de", "en", "de_plain")
"""Every code has a name in each; `de_plain` is German in plain words."""
LISTS: tuple[CodeListName, ...] = get_args(CodeListName)
CODES_MAX = 400  # of one list, sub-codes included; a message must hold them
NAME_CHARACTERS_MAX = 120

_CODE = re.compile(r"[a-z][a-z0-9_]{0,40}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class ListInvalid(ValueError):
    """A list breaks a rule; the text names the rule and the code, in German and in English."""

    def __init__(self, german: str, english: str) -> None:
        super().__init__(english)
        self.texts = {"de": german, "en": english}


@dataclass(frozen=True)
class Item:
    """One code. `more` is what this list alone says of its codes, such as the length of a period."""

    code: str
    names: Mapping[str, str]
    parent: str | None = None
    retired_at: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeList:
    """A list as it was loaded, each code followed by its sub-codes."""

    name: CodeListName
    version: int
    items: tuple[Item, ...]

    def item(self, code: str, parent: str | None = None) -> Item | None:
        """The code, or the sub-code of a parent, also a retired one; None if there never was one."""
        return next((one for one in self.items if (one.code, one.parent) == (code, parent)), None)

    def takes(self, code: str, parent: str | None = None) -> bool:
        """Whether the code may be given to something new."""
        found = self.item(code, parent)
        return found is not None and found.retired_at is None

    @property
    def codes(self) -> frozenset[str]:
        """What may be given to something new, sub-codes apart."""
        return frozenset(one.code for one in self.items if one.parent is None and one.retired_at is None)


@dataclass(frozen=True)
class Coded:
    """One concern; `unknown` says that somebody named a code which we do not know."""

    code: str
    unknown: bool = False


def concerns_of(codes: tuple[str, ...], known: CodeList) -> tuple[Coded, ...]:
    """At least one concern, each code once, in the order they were named; an unknown code is marked, never lost."""
    taken = known.codes | {ORIENTATION}
    found = [Coded(code) for code in dict.fromkeys(codes) if code in taken]
    if any(code not in taken for code in codes):
        others = [coded for coded in found if coded.code != ORIENTATION]
        return (*others, Coded(ORIENTATION, unknown=True))
    return tuple(found) or (Coded(ORIENTATION),)


def read_list(given: Any) -> CodeList:
    """A list from its JSON. Raises ListInvalid naming the first rule that it breaks."""
    if not isinstance(given, dict) or given.get("list") not in LISTS:
        raise ListInvalid("Die Datei nennt keine Liste, die es gibt.", "The file names no list that there is.")
    version, codes = given.get("version"), given.get("codes")
    if type(version) is not int or not 1 <= version < 2**31 or not isinstance(codes, list) or not codes:
        raise ListInvalid(
            "Die Liste braucht eine Version ab 1 und mindestens einen Code.",
            "A list needs a version from 1 and a code.",
        )
    items = tuple(_items(codes))
    seen: set[tuple[str | None, str]] = set()
    for one in items:
        if (one.parent, one.code) in seen:
            raise _broken(one.code, "kommt zweimal vor", "is there twice")
        seen.add((one.parent, one.code))
    if len(items) > CODES_MAX:
        raise ListInvalid(f"Mehr als {CODES_MAX} Codes.", f"More than {CODES_MAX} codes.")
    return CodeList(given["list"], version, items)


def require_successor(old: CodeList, new: CodeList) -> None:
    """Raises ListInvalid unless the version rises and every code is still there, under the same parent."""
    if new.version <= old.version:
        raise ListInvalid(
            f"Version {new.version} ist nicht neuer als {old.version}.",
            f"Version {new.version} is not newer than {old.version}.",
        )
    kept = {(one.parent, one.code) for one in new.items}
    for one in old.items:
        if (one.parent, one.code) not in kept:
            raise _broken(one.code, "fehlt; ein Code wird stillgelegt, nie gelöscht", "is missing; retire it instead")


def _items(codes: list[Any]) -> Iterator[Item]:
    for given in codes:
        one = _item(given, None)
        yield one
        sub_codes = one.more.get("sub_codes", [])
        if not isinstance(sub_codes, list):
            raise _broken(one.code, "hat keine Liste von Untercodes", "has no list of sub-codes")
        for below in sub_codes:
            found = _item(below, one.code)
            if "sub_codes" in found.more:
                raise _broken(found.code, "ist schon ein Untercode", "is a sub-code already")
            yield found


def _item(given: Any, parent: str | None) -> Item:
    code = given.get("code") if isinstance(given, dict) else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ListInvalid("Ein Code fehlt oder ist falsch geschrieben.", "A code is missing or spelled wrongly.")
    names = given.get("names")
    if not isinstance(names, dict) or set(names) != set(NAMED_IN) or not all(map(_is_name, names.values())):
        raise _broken(code, f"braucht Namen in {', '.join(NAMED_IN)}", f"needs names in {', '.join(NAMED_IN)}")
    retired = given.get("retired_at")
    if retired is not None and not (isinstance(retired, str) and _DAY.fullmatch(retired)):
        raise _broken(code, "hat kein Datum in retired_at", "has no date in retired_at")
    more = {name: value for name, value in given.items() if name not in {"code", "names", "retired_at"}}
    return Item(code, names, parent, retired, more)


def _is_name(name: Any) -> bool:
    return (
        isinstance(name, str) and name == name.strip() and 0 < len(name) <= NAME_CHARACTERS_MAX and name.isprintable()
    )


def _broken(code: str, german: str, english: str) -> ListInvalid:
    return ListInvalid(f"{code} {german}.", f"{code} {english}.")
