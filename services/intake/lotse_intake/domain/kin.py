"""Who belongs to whom: each link is kept once, in one direction, and seen from both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from lotse_contracts.intake.kin import LinkKind

HOUSEHOLD: LinkKind = "household"
GUARDIAN: LinkKind = "guardian_of"


@dataclass(frozen=True)
class Kind:
    """One kind of link: how it is seen from the other side, and which of the two is kept."""

    code: LinkKind
    inverse: LinkKind
    kept: bool
    names: Mapping[str, str]

    @property
    def is_symmetric(self) -> bool:
        """Whether both sides see the same."""
        return self.code == self.inverse


Kinds = Mapping[str, Kind]


@dataclass(frozen=True)
class Link:
    """A link as it is kept; `person_id` is the smaller id where both sides see the same."""

    person_id: UUID
    kind: LinkKind
    other_id: UUID


def kept_link(kinds: Kinds, person_id: UUID, kind: LinkKind, other_id: UUID) -> Link:
    """The one form of a link, whichever side it was told from."""
    told = kinds[kind]
    turn = other_id < person_id if told.is_symmetric else not told.kept
    return Link(other_id, told.inverse, person_id) if turn else Link(person_id, told.code, other_id)


def seen_from(kinds: Kinds, link: Link, person_id: UUID) -> LinkKind:
    """The kind of a link from the side of one of its two persons."""
    return link.kind if person_id == link.person_id else kinds[link.kind].inverse


def contradicts(kinds: Kinds, link: Link, held: Iterable[Link]) -> bool:
    """Whether what is known already cannot be true beside this: nobody is the parent or guardian of her own parent or
    guardian, and no child is a spouse or sibling of its parent."""
    between = {known for known in held if {known.person_id, known.other_id} == {link.person_id, link.other_id}}
    return any(_excludes(kinds, known, link) for known in between)


def _excludes(kinds: Kinds, known: Link, link: Link) -> bool:
    if known.kind == link.kind:
        return known.person_id != link.person_id and not kinds[link.kind].is_symmetric
    directed = {known.kind, link.kind} == {"parent_of", GUARDIAN}
    if directed:
        return known.person_id != link.person_id  # a parent may be the guardian, never the ward
    pair = frozenset({known.kind, link.kind})
    return pair in ({"parent_of", "spouse"}, {"parent_of", "sibling"}, {"spouse", "sibling"})


def household_of(links: Iterable[Link], person_id: UUID) -> frozenset[UUID]:
    """Everybody who lives with her, through whomever the links go, herself among them."""
    pairs = [(link.person_id, link.other_id) for link in links if link.kind == HOUSEHOLD]
    found, waiting = {person_id}, [person_id]
    while waiting:
        one = waiting.pop()
        near = {other for pair in pairs if one in pair for other in pair} - found
        found |= near
        waiting += near
    return frozenset(found)
