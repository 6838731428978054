"""Puts what a file or a volunteer says on top of what is known: the later check wins, each change is kept.

What is not said stays. Nothing that somebody checked later is overwritten by an older list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lotse_referral.domain.directory.extension import without_secret_place
from lotse_referral.domain.directory.resources import (
    CONFIDENTIAL,
    EVERY_FIELD,
    Change,
    Resource,
    Source,
    history_text,
)

CREATED = Change("id", "", "created")


@dataclass(frozen=True)
class Merged:
    """`kept` are the fields that an older source said otherwise; `changed` what has to be written."""

    resource: Resource
    changes: tuple[Change, ...] = ()
    kept: tuple[str, ...] = ()
    changed: bool = False
    new: bool = False
    became_secret: bool = False


@dataclass
class _Merging:
    fields: dict[str, Any]
    sources: dict[str, Source]
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    from_file: bool = False


def merged(known: Resource | None, said: Resource, *, from_file: bool = False) -> Merged:
    """The resource as it is afterwards. Saying the same again changes nothing.

    `from_file`: whoever wrote the file may have written into it that staff said so.
    """
    if known is None:
        return Merged(_plain(said), (CREATED,), changed=True, new=True, became_secret=False)
    state = _Merging(dict(known.fields), dict(known.sources), from_file=from_file)
    for name, value in said.fields.items():
        _field(state, known, said, name, value)
    secret = state.fields.get(CONFIDENTIAL) is True
    if secret:
        _forget_address(state)
    after = _plain(Resource(known.type, known.id, state.fields, state.sources))
    return Merged(
        after,
        tuple(state.changes),
        tuple(state.kept),
        changed=bool(state.changes) or (after.fields, after.sources) != (known.fields, known.sources),
        became_secret=secret and not known.confidential,
    )


def _field(state: _Merging, known: Resource, said: Resource, name: str, value: Any) -> None:
    if name == "metadata":  # what others noted is only added to
        known_notes = {note["id"]: note for note in state.fields.get(name, ())}
        state.fields[name] = sorted({**{n["id"]: n for n in value}, **known_notes}.values(), key=lambda n: str(n["id"]))
        return
    if (_opens_secret(known, name, value) and state.from_file) or _for_staff_alone(known, said, name, value):
        state.kept.append(name)
        return
    source, held = said.source_of(name), known.source_of(name)
    same = (
        (known.fields.get(name) or None) == (value or None) if value in ([], None) else known.fields.get(name) == value
    )
    newer = source is not None and source.beats(held)
    if not same and not newer:
        state.kept.append(name)
        return
    if not same:
        state.changes.append(Change(name, history_text(known.fields.get(name)), history_text(value)))
        state.fields[name] = value
    if source is not None and newer and source != held and (value != [] or name in said.sources):
        state.sources[name] = source


def _for_staff_alone(known: Resource, said: Resource, name: str, value: Any) -> bool:
    """No list of somebody else makes a secret place known, or sends people to what staff know to have ended."""
    reopens = name == "status" and known.fields.get(name) == "defunct" != value and _by_staff(known, name)
    return (_opens_secret(known, name, value) or reopens) and not _by_staff(said, name)


def _opens_secret(known: Resource, name: str, value: Any) -> bool:
    return name == CONFIDENTIAL and known.confidential and value is not True


def _by_staff(said: Resource, name: str) -> bool:
    source = said.source_of(name)
    return source is not None and source.by_staff


def _forget_address(state: _Merging) -> None:
    """That the address went is history; what it was is not."""
    kept = without_secret_place(state.fields, "", lambda *_: None)
    for name in state.fields.keys() - kept.keys():
        state.changes = [change for change in state.changes if change.field != name]
        state.changes.append(Change(name, "", ""))
        state.sources.pop(name, None)
    state.fields = kept


def _plain(resource: Resource) -> Resource:
    """An empty list stays only where somebody has said that there is none."""
    fields = {name: value for name, value in resource.fields.items() if value != [] or name in resource.sources}
    return Resource(resource.type, resource.id, fields, resource.sources)


def united(first: Resource, second: Resource) -> tuple[Resource, tuple[str, ...]]:
    """One object that a file shows in two places, and the fields in which the two contradict each other."""
    clashes = tuple(
        name for name, value in second.fields.items() if name in first.fields and first.fields[name] != value
    )
    sources: Mapping[str, Source] = {**second.sources, **first.sources}
    return Resource(first.type, first.id, {**second.fields, **first.fields}, sources), clashes


def every_source(resource: Resource) -> dict[str, Source]:
    """The source of each field, the common one written out."""
    common = resource.sources.get(EVERY_FIELD)
    named = {name: resource.sources.get(name) or common for name in resource.fields}
    return {name: source for name, source in named.items() if source is not None}
