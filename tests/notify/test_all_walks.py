"""Whatever happens to a message in whatever order: no second SMS, no wait without an end, no doubt after the end."""

from collections.abc import Sequence

import pytest

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.consequences import PERHAPS
from lotse_notify.domain.machine import ENDS, LIVE, UNSENT
from tests.notify.walks import Message, Path, waits_for, walk

CHAINS: Sequence[tuple[NoticeChannel, ...]] = (
    ("sms",),
    ("email",),
    ("sms", "email"),
    ("email", "sms"),
    ("sms", "telegram", "email"),
)
STEPS_MAX = 8
COPIES_MAX = {"email": 2, "sms": 1, "telegram": 1}


@pytest.mark.parametrize("appointment", [True, False], ids=["appointment", "other"])
@pytest.mark.parametrize("chain", CHAINS, ids="-".join)
def test_every_walk_keeps_what_is_promised(chain: tuple[NoticeChannel, ...], *, appointment: bool) -> None:
    walked = 0
    for one, path in walk(chain, Message(appointment), STEPS_MAX):
        _goes_once(one, path)
        _waits_for_something(one, path)
        _ends_as_it_went(one, path)
        walked += 1
    assert walked > 1_000


def _goes_once(one: Message, path: Path) -> None:
    """Of each channel as many as may have arrived, and none beside one that the database knows as live."""
    for channel, most in COPIES_MAX.items():
        tries = [tried.state for tried in one.tries if tried.channel == channel]
        assert sum(state in LIVE for state in tries) <= 1, path
        if "submitting" in tries:
            assert sum(state in PERHAPS for state in tries) <= most, path
            assert "delivered" not in [tried.state for tried in one.tries[:-1]] or not path[-1].endswith("goes"), path
    assert not (one.withdrawn and path[-1].endswith("goes")), path


def _waits_for_something(one: Message, path: Path) -> None:
    """Under way is what is under way, and a wait has an end."""
    assert (one.state == "in_flight") == any(tried.state == "submitting" for tried in one.tries), path
    if one.state in ("awaiting_receipt", "unresolved"):
        assert waits_for(one), path


def _ends_as_it_went(one: Message, path: Path) -> None:
    states = [tried.state for tried in one.tries]
    if one.state in ENDS:
        assert "unknown" not in states, path
    if "delivered" in states and "submitting" not in states:
        assert one.state == "delivered", path
    if one.state in UNSENT:
        assert "unknown" not in states, path
