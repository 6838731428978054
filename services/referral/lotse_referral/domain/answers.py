"""What a receiver's answer means for the sender's copy: they come in any order, doubled, or years late."""

from collections import deque

from lotse_contracts.values import ReferralAnswerName
from lotse_referral.domain.machine import TABLE, State

ANSWER_STATES: dict[ReferralAnswerName, State] = {
    "delivered": "delivered",
    "info_requested": "info_requested",
    "accepted": "accepted",
    "waitlisted": "waitlisted",
    "scheduled": "scheduled",
    "service_started": "in_service",
    "completed": "completed",
    "declined": "declined",
    "failed": "failed",
}
ANSWER_OF: dict[State, ReferralAnswerName] = {state: name for name, state in ANSWER_STATES.items()}
_RANK: dict[State, int] = {
    "sent": 0,
    "delivered": 1,
    "info_requested": 2,
    "waitlisted": 3,
    "accepted": 4,
    "scheduled": 5,
    "in_service": 6,
    "completed": 7,
    "declined": 7,
    "failed": 7,
}
"""How far it has come; without a version an answer that tells of less is old news."""


def _receivers_steps() -> dict[State, tuple[State, ...]]:
    """Where a receiver can have gone from each state, by the one table."""
    found: dict[State, list[State]] = {"sent": ["delivered"]}
    for (state, _, role), rule in TABLE.items():
        if role == "receiver" and rule.to != state and rule.to not in found.setdefault(state, []):
            found[state].append(rule.to)
    return {state: tuple(steps) for state, steps in found.items()}


STEPS = _receivers_steps()


def states_passed(
    state: State, answer: ReferralAnswerName, *, version: int = 0, heard_version: int = 0
) -> tuple[State, ...]:
    """What the other side went through since we last heard of it; empty for old news.

    It follows the same table, so "completed" tells that it was delivered and accepted. `version` is the answer's own,
    0 if whoever says it has none; `heard_version` is the newest that was heard.
    """
    wanted = ANSWER_STATES[answer]
    if state not in _RANK:
        return ()  # nothing has left yet, or it has ended here
    if version and version <= heard_version:
        return ()
    if not version and _RANK[wanted] <= _RANK[state]:
        return ()
    return _way(state, wanted)


def _way(start: State, wanted: State) -> tuple[State, ...]:
    """The shortest way by the receiver's own steps; empty if there is none."""
    ways: deque[tuple[State, ...]] = deque([(start,)])
    seen = {start}
    while ways:
        way = ways.popleft()
        for following in STEPS.get(way[-1], ()):
            if following == wanted:
                return (*way[1:], following)
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()
