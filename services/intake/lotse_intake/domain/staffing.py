"""Who works here, who acts for whom while somebody is away, and who fits a concern."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

STAND_INS_MAX = 5  # colleagues who act for each other in a row; further on nobody would expect it


@dataclass(frozen=True)
class Member:
    """One member of staff. `load` is how many open concerns she carries now."""

    actor: str
    languages: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    load: int = 0
    load_max: int = 40
    absent_from: date | None = None
    absent_to: date | None = None
    substitute: str | None = None
    active: bool = True

    def is_absent(self, day: date) -> bool:
        """Away on this day; both days of an absence are part of it."""
        return self.absent_from is not None and self.absent_to is not None and self.absent_from <= day <= self.absent_to

    def speaks(self, language: str) -> bool:
        """Whether she speaks this language; `uk-UA` is `uk`."""
        wanted = language.partition("-")[0]
        return any(spoken.partition("-")[0] == wanted for spoken in self.languages)


@dataclass(frozen=True)
class Roster:
    """All who work or have worked here, by pseudonym, as they are on one day."""

    members: Mapping[str, Member]
    day: date
    conflicted: frozenset[str] = field(default_factory=frozenset)

    def present(self, actor: str) -> Member | None:
        """Who would carry what is given to this colleague: herself, or whoever acts for her today; None if nobody."""
        seen: set[str] = set()
        while actor not in seen and len(seen) < STAND_INS_MAX:
            seen.add(actor)
            member = self.members.get(actor)
            if member is None or not member.active:
                return None
            if not member.is_absent(self.day):
                return member
            if member.substitute is None:
                return None
            actor = member.substitute
        return None

    def acting_for(self, actor: str) -> frozenset[str]:
        """Who may act on what she carries: herself, and whoever acts for her today."""
        stand_in = self.present(actor)
        return frozenset({actor} if stand_in is None else {actor, stand_in.actor})

    def carried_for(self, actor: str) -> frozenset[str]:
        """For whom she acts today: herself, and whoever is away and has her for a substitute."""
        away = {other for other in self.members if self._acts_for(actor, other)}
        return frozenset({actor, *away})

    def _acts_for(self, actor: str, other: str) -> bool:
        stand_in = self.present(other)
        return stand_in is not None and stand_in.actor == actor


def warnings_of(member: Member, language: str, *, asked_for: str | None) -> tuple[str, ...]:
    """What somebody should know who gives a concern to this colleague: none of it forbids."""
    found = []
    if not member.speaks(language):
        found.append("language_not_spoken")
    if member.load >= member.load_max:
        found.append("load_high")
    if asked_for not in (None, member.actor):
        found.append("given_to_substitute")
    return tuple(found)


def by_fit(roster: Roster, members: Iterable[Member], language: str) -> list[Member]:
    """Those who may carry it, the fitting ones first: who is here, speaks the language, and carries least."""
    able = [one for one in members if one.active and one.actor not in roster.conflicted]
    return sorted(able, key=lambda one: (one.is_absent(roster.day), not one.speaks(language), one.load, one.actor))
