"""Who may see what of a case, and who may decide about it: one place, pure, for every question and every order."""

from dataclasses import dataclass

COORDINATOR = "coordinator"


@dataclass(frozen=True)
class Viewer:
    """Who asks: a verified actor with her role, her teams, and whom she stands in for today."""

    actor: str
    role: str
    teams: frozenset[str] = frozenset()
    stands_in_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Carried:
    """Who carries a case: owner, team, whoever has an open task in it, and for whom a conflict is marked."""

    owner: str | None = None
    team: str | None = None
    assignees: frozenset[str] = frozenset()
    conflicted: frozenset[str] = frozenset()


def sees(viewer: Viewer, carried: Carried) -> bool:
    """Whether a case's file is open to somebody; everybody else sees its outline.

    Its owner, who stands in for her, its team, whoever has a task in it, and coordinators. A case without a team is the
    whole association's. A marked conflict closes it, unless that very person owns it, which a second one approved.
    """
    if viewer.actor in carried.conflicted and viewer.actor != carried.owner:
        return False
    return (
        viewer.role == COORDINATOR
        or _owns(viewer, carried)
        or carried.team is None
        or carried.team in viewer.teams
        or viewer.actor in carried.assignees
    )


def decides(viewer: Viewer, carried: Carried) -> bool:
    """Whether somebody may assign, close, reopen and move a case: its owner, who stands in for her, a coordinator;
    and whoever sees it as long as nobody owns it."""
    if not sees(viewer, carried):
        return False
    return viewer.role == COORDINATOR or carried.owner is None or _owns(viewer, carried)


def reads_note(viewer: Viewer, carried: Carried, *, author: str, visibility: str) -> bool:
    """Whether somebody may read a note. One of visibility `self` is her author's alone, no coordinator reads it."""
    if visibility == "self":
        return viewer.actor == author and sees(viewer, carried)
    return sees(viewer, carried)


def needs_second_person(carried: Carried, owner: str | None) -> bool:
    """Whether making somebody the owner needs four eyes: only where a conflict is marked for her."""
    return owner is not None and owner in carried.conflicted and owner != carried.owner


def may_approve(viewer: Viewer, *, proposed_by: str, proposed_owner: str) -> bool:
    """The second pair of eyes is a coordinator's, and neither the proposer's nor the owner's to be."""
    return viewer.role == COORDINATOR and viewer.actor not in {proposed_by, proposed_owner}


def may_mark(viewer: Viewer, carried: Carried, actor: str) -> bool:
    """Everybody may say of herself that she must not carry a case; of others, whoever decides about it."""
    return viewer.actor == actor or decides(viewer, carried)


def may_lift(viewer: Viewer, *, actor: str, marked_by: str) -> bool:
    """A mark is taken back by a coordinator or by whoever made it, and never by whom it concerns."""
    return viewer.actor != actor and (viewer.role == COORDINATOR or viewer.actor == marked_by)


def _owns(viewer: Viewer, carried: Carried) -> bool:
    return carried.owner is not None and (viewer.actor == carried.owner or carried.owner in viewer.stands_in_for)
