"""A hundred thousand lives of a referral at random: one terminal state each, and no timer lost."""

import os
from concurrent.futures import ProcessPoolExecutor

from lotse_contracts.values import DeliveryMode
from tests.referral.simulated import lives

LIVES = 100_000
WORKERS = 2
MODES: tuple[DeliveryMode, ...] = ("connected", "connected", "link", "letter", "self", "accompanied", "call")


def test_every_life_ends_in_one_state_and_no_timer_is_lost() -> None:
    """With doubles, any order, crashes before and after a commit, clocks that jump. The seed is printed."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    with ProcessPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lives, (seed, seed + 1), (LIVES // WORKERS,) * WORKERS, (MODES,) * WORKERS))
    total = {name: sum(one.get(name, 0) for one in found) for name in set().union(*found)}
    print({name: total[name] for name in sorted(total)})
    ends = {name: number for name, number in total.items() if name not in ("crashes", "commits")}
    assert sum(ends.values()) == LIVES
    assert set(ends) == {
        "completed",
        "declined",
        "failed",
        "withdrawn",
        "expired",
        "rerouted",
        "unconfirmed",
        "error",
    }, "every end was come to"
    assert total["crashes"] > LIVES // 10
