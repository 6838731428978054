"""Every way that a message of several ways can go: both machines and what joins them, without a database."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.consequences import Consequence, Other, Standing, is_closed, of_event, of_outcome
from lotse_notify.domain.machine import ENDS, UNSENT, AttemptEvent, AttemptState, Forbidden, State
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.receipts import Says, Word, applied, events
from lotse_notify.store.attempts import WAITED_FOR
from tests.notify.given import NOW

SAYS: tuple[Says, ...] = ("accepted", "buffered", "lapsed", "delivered", "refused")
OUTCOMES = (
    Outcome("accepted", "taken", receipt_follows=True),
    Outcome("rejected", "content_refused"),
    Outcome("deferred", "busy"),
    Outcome("unknown", "no_answer"),
)
BY_HAND: tuple[AttemptEvent, ...] = ("deliver", "find_absent", "give_up")
SAID_NO: frozenset[AttemptState] = frozenset({"rejected", "undelivered"})
TRIES_MAX, WORDS_MAX = 3, 2

Path = tuple[str, ...]


@dataclass(frozen=True)
class Try:
    channel: NoticeChannel
    state: AttemptState = "submitting"
    words: tuple[Says, ...] = ()


@dataclass(frozen=True)
class Message:
    """A notification as far as the machines need it."""

    appointment: bool
    state: State = "scheduled"
    plan: tuple[NoticeChannel, ...] = ()
    withdrawn: bool = False
    replayed: bool = False
    tries: tuple[Try, ...] = ()

    def others(self, of: int) -> list[Try]:
        return [one for place, one in enumerate(self.tries) if place != of]


def walk(chain: Sequence[NoticeChannel], first: Message, steps_max: int) -> Iterator[tuple[Message, Path]]:
    """Everything that can be reached, each by the shortest way."""
    seen, ahead = {first}, deque([(first, Path())])
    while ahead:
        one, path = ahead.popleft()
        yield one, path
        for name, after in _steps(one, chain) if len(path) < steps_max else ():
            if after not in seen:
                seen.add(after)
                ahead.append((after, (*path, name)))


def waits_for(one: Message) -> list[int]:
    """The tries by which its wait can end, the one that fits first, as `attempts.past_deadline` takes them."""
    live = [place for place, tried in enumerate(one.tries) if tried.state in WAITED_FOR]
    return sorted(live, key=lambda at: ((one.tries[at].state == "unknown") != (one.state == "unresolved"), -at))


def _steps(one: Message, chain: Sequence[NoticeChannel]) -> Iterator[tuple[str, Message]]:
    if one.state in UNSENT and len(one.tries) < TRIES_MAX:
        yield _claimed(one, chain)
    for place, tried in enumerate(one.tries):
        if tried.state == "submitting":
            for outcome in OUTCOMES:
                yield f"{tried.channel} is {outcome.ending}", _became(one, place, _ends_by(outcome))
        else:
            yield from _heard(one, place)
    if one.state in ("awaiting_receipt", "unresolved") and (live := waits_for(one)):
        event: AttemptEvent = "settle" if one.tries[live[0]].state == "unknown" else "end_receipts"
        yield f"{one.tries[live[0]].channel} has waited", _became(one, live[0], _is_told(event))
    for place in [at for at, tried in enumerate(one.tries) if tried.state == "unknown"][:1]:
        for event in BY_HAND:
            yield f"somebody says {event}", _became(one, place, _is_told(event))
    if not one.withdrawn:
        yield "withdrawn", replace(one, withdrawn=True, state="cancelled" if one.state in UNSENT else one.state)
    if one.state == "failed" and not one.replayed and not one.withdrawn:
        yield "tried again", replace(one, state="scheduled", replayed=True)


def _claimed(one: Message, chain: Sequence[NoticeChannel]) -> tuple[str, Message]:
    spent = {
        tried.channel
        for tried in one.tries
        if is_closed(Other(tried.channel, tried.state)) or (tried.state in SAID_NO and not one.replayed)
    }
    plan = tuple(channel for channel in chain if channel not in spent)
    if not plan:
        return "no way is left", replace(one, state="failed")
    return f"{plan[0]} goes", replace(one, state="in_flight", plan=plan, tries=(*one.tries, Try(plan[0])))


def _heard(one: Message, place: int) -> Iterator[tuple[str, Message]]:
    tried = one.tries[place]
    for says in SAYS if len(tried.words) < WORDS_MAX else ():
        words = (*tried.words, says)
        after = _with(one, place, replace(tried, words=words))
        for event in events(tried.state, applied(tried.state, [Word(word) for word in words])):
            after = _became(after, place, _is_told(event))
        if after.tries[place].state != tried.state:
            yield f"{tried.channel} {place} is said to be {says}", after


Happens = Callable[[Standing], Consequence]


def _ends_by(outcome: Outcome) -> Happens:
    return lambda standing: of_outcome(standing, outcome, NOW)


def _is_told(event: AttemptEvent) -> Happens:
    return lambda standing: of_event(standing, event, "told", NOW, receipt_follows=True)


def _became(one: Message, place: int, happens: Happens) -> Message:
    tried = one.tries[place]
    standing = Standing(
        state=one.state,
        attempt_state=tried.state,
        channel=tried.channel,
        stage="data",
        plan=one.plan,
        useful_by=NOW + timedelta(days=9),
        cancelled_because="superseded" if one.withdrawn else None,
        appointment=one.appointment,
        frozen=one.state not in ENDS,
        others=[Other(other.channel, other.state) for other in one.others(place)],
    )
    try:
        found = happens(standing)
    except Forbidden:
        return one
    after = _with(one, place, replace(tried, state=found.attempt_state))
    if found.verdict is None:
        return after
    after = replace(after, state=found.verdict.state, plan=found.verdict.plan)
    return _without_doubts(after) if after.state in ENDS else after


def _without_doubts(one: Message) -> Message:
    """As `attempts.end_doubts` does."""
    ended = (_given_up(tried) if tried.state == "unknown" else tried for tried in one.tries)
    return replace(one, tries=tuple(ended))


def _given_up(tried: Try) -> Try:
    return replace(tried, state="abandoned" if tried.channel == "email" else "presumed_sent")


def _with(one: Message, place: int, tried: Try) -> Message:
    return replace(one, tries=tuple(tried if at == place else other for at, other in enumerate(one.tries)))
