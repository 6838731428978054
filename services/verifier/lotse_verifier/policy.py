"""The auditor's policy: which logs and witnesses count, and how many of them. Source: C2SP tlog-policy, 2026-07-22."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lotse_verifier import limits
from lotse_verifier.faults import PolicyRefused
from lotse_verifier.notes import COSIGNER_KEY, LOG_KEY, Checkpoint, Cosigned, NotAKey, Vkey, cosigned, parse_vkey

NONE = b"none"
BLANK = b" \t"


@dataclass(frozen=True)
class Group:
    """So many of these members, each the name of a witness or of a group."""

    least: int
    members: tuple[bytes, ...]


@dataclass
class Policy:
    """Names are bytes, as the specification wants it."""

    logs: list[Vkey] = field(default_factory=list)
    witnesses: dict[bytes, Vkey] = field(default_factory=dict)
    groups: dict[bytes, Group] = field(default_factory=dict)
    quorum: bytes = b""

    def cosignatures(self, checkpoint: Checkpoint) -> dict[bytes, Cosigned]:
        """The witnesses of the policy that countersigned, by name."""
        found = {name: cosigned(checkpoint, key) for name, key in self.witnesses.items()}
        return {name: one for name, one in found.items() if one is not None}

    def is_met(self, seen: Iterable[bytes]) -> bool:
        """Whether these witnesses are enough."""
        return self.quorum == NONE or self._has(self.quorum, frozenset(seen))

    def _has(self, name: bytes, seen: frozenset[bytes]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in seen
        return sum(self._has(one, seen) for one in group.members) >= group.least


def parse_policy(raw: bytes) -> Policy:
    """Raises PolicyRefused."""
    if len(raw) > limits.POLICY_BYTES_MAX:
        raise PolicyRefused("policy_too_large")
    lines = raw.split(b"\n")
    policy, used = Policy(), set[bytes]()
    for number, line in enumerate(lines, 1):
        if any((one < 0x20 and one != 0x09) or one == 0x7F for one in line) or number > limits.POLICY_LINES_MAX:
            raise PolicyRefused("policy_line", number)
        items = line.replace(b"\t", b" ").split(b" ")
        items = [one for one in items if one]
        if items and not items[0].startswith(b"#"):
            try:
                _take(policy, used, items)
            except (ValueError, NotAKey):
                raise PolicyRefused("policy_line", number) from None
    if not policy.quorum:
        raise PolicyRefused("policy_without_quorum")
    if not policy.logs:
        raise PolicyRefused("policy_without_log")
    return policy


def _take(policy: Policy, used: set[bytes], items: list[bytes]) -> None:
    """One line. Raises ValueError or NotAKey."""
    word, *rest = items
    if word == b"log" and len(rest) in (1, 2):
        policy.logs.append(_key(rest[0], LOG_KEY, policy.logs))
    elif word == b"witness" and len(rest) in (2, 3):
        policy.witnesses[_new(policy, rest[0])] = _key(rest[1], COSIGNER_KEY, policy.witnesses.values())
    elif word == b"group" and len(rest) >= 3:
        policy.groups[_new(policy, rest[0])] = _group(policy, used, rest[1], rest[2:])
    elif word == b"quorum" and len(rest) == 1 and not policy.quorum:
        policy.quorum = rest[0] if rest[0] == NONE else _known(policy, rest[0])
    else:
        raise ValueError("no line of a policy")


def _key(text: bytes, kind: int, others: Iterable[Vkey]) -> Vkey:
    key = parse_vkey(text.decode())
    if key.kind != kind or key.public in {one.public for one in others}:
        raise ValueError("a key of another kind, or twice")
    return key


def _new(policy: Policy, name: bytes) -> bytes:
    if name == NONE or name in policy.witnesses or name in policy.groups:
        raise ValueError("a name twice")
    return name


def _known(policy: Policy, name: bytes) -> bytes:
    if name not in policy.witnesses and name not in policy.groups:
        raise ValueError("a name not defined before")
    return name


def _group(policy: Policy, used: set[bytes], how: bytes, names: list[bytes]) -> Group:
    members = tuple(_known(policy, name) for name in names)
    if len(set(members)) < len(members) or used.intersection(members):
        raise ValueError("a member of two groups")
    used.update(members)
    least = {b"any": 1, b"all": len(members)}.get(how)
    if least is None:
        if not how.isdigit() or how.startswith(b"0") or not 1 <= int(how) <= len(members):
            raise ValueError("no number of members")
        least = int(how)
    return Group(least, members)
