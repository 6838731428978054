"""Who belongs to whom: family, household and guardians, personal data of both."""

from typing import ClassVar, Literal
from uuid import UUID

from lotse_contracts.envelope import Fact, Order, Version
from lotse_contracts.values import COUNSELLORS

LinkKind = Literal["spouse", "parent_of", "child_of", "guardian_of", "ward_of", "sibling", "household"]
"""Seen from `person_id`: `parent_of` says that she is the other's parent. Names are data."""


class LinkPersons(Order):
    """Two persons belong together; the other's side follows by itself."""

    NAME: ClassVar[str] = "link-persons"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    link_id: UUID
    person_id: UUID
    other_id: UUID
    kind: LinkKind


class UnlinkPersons(Order):
    """They do not, or no longer."""

    NAME: ClassVar[str] = "unlink-persons"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    link_id: UUID
    person_id: UUID


class PersonLinked(Fact):
    """She has a link of this kind. Each of the two has a fact of her own, and none names the other."""

    NAME: ClassVar[str] = "person-linked"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    link_id: UUID
    person_id: UUID
    version: Version
    kind: LinkKind


class PersonUnlinked(Fact):
    """She has this link no longer."""

    NAME: ClassVar[str] = "person-unlinked"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    link_id: UUID
    person_id: UUID
    version: Version
