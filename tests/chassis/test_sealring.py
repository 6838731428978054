"""What was sealed before an erasure opens until its grace is over, and never again after."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.sealring import SealRing
from lotse_chassis.sealturn import DESTROY_TIMER, REPLACE_TIMER, SealTurn, ask
from lotse_contracts.envelope import Sealed
from lotse_contracts.sealed import CannotOpen, key_id, public_bytes, seal
from tests import kit

STANDING = X25519PrivateKey.generate()
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
GRACE = 60.0
NAMES = {"type_name": "intake.submit-enquiry.v1", "key": "k"}


@pytest.fixture
def ring(tmp_path: Path) -> SealRing:
    return SealRing(tmp_path / "ring", STANDING)


def sealed(ring: SealRing, now: datetime = NOW) -> Sealed:
    return seal(b"said", ring.public(now), **NAMES)


def test_what_is_sealed_to_the_newest_key_opens(ring: SealRing) -> None:
    assert ring.open(sealed(ring), **NAMES) == b"said"
    assert sealed(ring).kid != key_id(public_bytes(STANDING))


def test_another_process_opens_it_as_well(ring: SealRing, tmp_path: Path) -> None:
    message = sealed(ring)
    other = SealRing(tmp_path / "ring", STANDING)
    assert other.open(message, **NAMES) == b"said"
    other.replace_older(NOW, NOW + timedelta(seconds=1))
    assert ring.public(NOW) == other.public(NOW)
    other.destroy_older(NOW)
    with pytest.raises(CannotOpen):
        ring.open(message, **NAMES)


def test_a_replaced_key_opens_until_it_is_destroyed(ring: SealRing, tmp_path: Path) -> None:
    old = sealed(ring)
    assert ring.replace_older(NOW, NOW + timedelta(seconds=1))
    new = sealed(ring)
    assert new.kid != old.kid
    assert ring.open(old, **NAMES) == ring.open(new, **NAMES) == b"said"
    files = set((tmp_path / "ring").iterdir())
    assert ring.destroy_older(NOW) == 1
    with pytest.raises(CannotOpen):
        ring.open(old, **NAMES)
    assert ring.open(new, **NAMES) == b"said"
    assert len(files - set((tmp_path / "ring").iterdir())) == 1


def test_the_newest_key_is_never_destroyed(ring: SealRing) -> None:
    message = sealed(ring)
    assert ring.destroy_older(NOW + timedelta(days=9)) == 0
    assert ring.open(message, **NAMES) == b"said"


def test_many_erasures_ask_for_one_new_key(ring: SealRing) -> None:
    ring.public(NOW)
    asked = [NOW + timedelta(seconds=second) for second in range(5)]
    made = [ring.replace_older(moment, NOW + timedelta(seconds=10)) for moment in asked]
    assert made == [True, False, False, False, False]


def test_of_keys_made_in_one_moment_or_by_a_clock_set_back_the_last_one_is_told(ring: SealRing) -> None:
    messages = [sealed(ring)]
    for number in range(20):
        assert ring.replace_older(NOW + timedelta(seconds=1), NOW - timedelta(seconds=number % 2))
        messages.append(sealed(ring))
    assert len({one.kid for one in messages}) == 21
    assert ring.destroy_older(NOW + timedelta(seconds=1)) == 20
    assert ring.open(messages.pop(), **NAMES) == b"said"
    for one in messages:
        with pytest.raises(CannotOpen):
            ring.open(one, **NAMES)


def test_what_a_partner_seals_to_the_standing_key_opens(ring: SealRing) -> None:
    ring.public(NOW)
    assert ring.open(seal(b"said", public_bytes(STANDING), **NAMES), **NAMES) == b"said"


def test_without_a_folder_the_standing_key_is_told_for_good() -> None:
    alone = SealRing(None, STANDING)
    assert alone.public(NOW) == public_bytes(STANDING)
    assert not alone.replace_older(NOW, NOW)
    assert alone.destroy_older(NOW) == 0
    assert not alone.replaces


@given(st.lists(st.sampled_from(["replace", "destroy"]), max_size=12))
def test_whatever_happens_the_key_that_is_told_opens(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        ring, now = SealRing(Path(folder), STANDING), NOW
        for step in steps:
            message = sealed(ring, now)
            now += timedelta(seconds=1)
            if step == "replace":
                ring.replace_older(now, now + timedelta(milliseconds=1))
                assert ring.open(message, **NAMES) == b"said"
            else:
                ring.destroy_older(now)
            now += timedelta(seconds=1)
            assert ring.open(sealed(ring, now), **NAMES) == b"said"


async def test_an_erasure_ends_the_key_after_its_grace(ring: SealRing, engine: AsyncEngine) -> None:
    turn, old = SealTurn(ring, GRACE), sealed(ring)
    async with engine.begin() as tx:
        await ask(tx, NOW)

    async def fired(kind: str, at: datetime) -> int:
        async with engine.begin() as tx:
            found = await timers.due(tx, now=at, limit=9, kinds=[kind])
            for one in found:
                await timers.cancel_timer(tx, kind=one.kind, key=one.key)
                await {REPLACE_TIMER: turn.replace_due, DESTROY_TIMER: turn.destroy_due}[kind](one, context(at), tx)
            return len(found)

    assert await fired(REPLACE_TIMER, NOW) == 1
    assert await fired(DESTROY_TIMER, NOW + timedelta(seconds=GRACE - 1)) == 0
    assert ring.open(old, **NAMES) == b"said"
    assert await fired(DESTROY_TIMER, NOW + timedelta(seconds=GRACE)) == 1
    with pytest.raises(CannotOpen):
        ring.open(old, **NAMES)


def context(at: datetime) -> Context:
    own = uuid4()
    return Context(own, at, at, kit.ASSOCIATION, "intake", kit.ASSOCIATION, own)
