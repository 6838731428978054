"""Private parts: the leaf commits to them, they lie sealed beside it, and an erasure leaves nothing that opens."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.personkeys import KeyDestroyed, PersonKeys
from lotse_ledger.domain.entries import ACTOR, Draft, Opening, Place, Posting, canonical, digest_of, entered, opens
from lotse_ledger.store import books, log, openings, tables
from lotse_ledger.store.log import Appended, BodyDiffers
from tests.kit import ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]
MOVED = (Posting(f"expense:{given.GRANT}:material", 500, "EUR"), Posting("assets:bank", -500, "EUR"))


def draft(key: str = "one", **changed: Any) -> Draft:
    plain: dict[str, Any] = {
        "key": key,
        "kind": "voucher",
        "standing": "own",
        "valid_on": date(2026, 2, 3),
        "data": {"key": key},
        "request_sha256": digest_of(key),
        "postings": MOVED,
    }
    return Draft(**plain | changed)


async def append(tx: AsyncConnection, one: Draft, **changed: Any) -> Appended:
    return await log.append(tx, one, journal=replace(given.JOURNAL, **changed), now=given.NOW)


@pytest.fixture
def keys(tmp_path: Path) -> PersonKeys:
    return PersonKeys(tmp_path / "keys", b"k" * 32)


PAYEE = {"name": "Erika Mustermann"}


async def test_what_is_private_is_committed_to_sealed_and_erasable(database: Database, keys: PersonKeys) -> None:
    private = {ACTOR: "treasurer-1", "payee": PAYEE, "note": None}
    async with given.transaction(database("ledger")) as tx:
        await append(tx, draft(private=private), keys=keys)
        body = await books.body_of(tx, 0)
        stored = (await tx.execute(text("SELECT string_agg(encode(sealed, 'escape'), '') FROM opening"))).scalar_one()
        assert body is not None
        leaf = json.loads(body)
        assert leaf["commitments"].keys() == {ACTOR, "payee"}
        assert all(word not in body + stored for word in ("Erika", "treasurer-1"))
        found = await openings.opened(tx, 0, keys=keys)
        assert await openings.contents(tx, 0, keys=keys) == {ACTOR: "treasurer-1", "payee": PAYEE}
        assert all(opens(leaf, one) for one in found.values())
        assert not opens(leaf, replace(found["payee"], content=canonical({"name": "Max"}).decode()))
        assert await openings.opened(tx, 0, keys=None) == {}
        assert await openings.erase(tx, 0, "payee", keys=keys)
        assert not await openings.erase(tx, 0, "payee", keys=keys)
        assert (await openings.opened(tx, 0, keys=keys)).keys() == {ACTOR}
        assert await books.body_of(tx, 0) == body
    assert len(list(keys.tombstones())) == 1


async def test_after_an_erasure_a_copy_of_the_row_opens_nothing(database: Database, keys: PersonKeys) -> None:
    """As it would lie in a backup: neither content nor salt, by which a name could be guessed from its commitment."""
    person = uuid4()
    one = draft(private={"payee": PAYEE}, persons={"payee": person})
    async with given.transaction(database("ledger")) as tx:
        await append(tx, one, keys=keys)
        copy = (await tx.execute(text("SELECT * FROM opening"))).one()
        salt = (await openings.opened(tx, 0, keys=keys))["payee"].salt
        assert salt not in bytes(copy.sealed)
        assert await openings.of_person(tx, person) == [(0, "payee")]
        assert await openings.erase_person(tx, person, keys=keys) == 1
        await tx.execute(insert(tables.opening).values(copy._mapping))
        assert await openings.opened(tx, 0, keys=keys) == {}
        with pytest.raises(KeyDestroyed):
            await append(tx, replace(one, key="two"), keys=keys)


async def test_a_repetition_is_compared_with_what_is_private_as_long_as_it_can_be(
    database: Database, keys: PersonKeys
) -> None:
    one = draft(private={ACTOR: "treasurer-1", "payee": PAYEE})
    async with given.transaction(database("ledger")) as tx:
        await append(tx, one, keys=keys)
        assert (await append(tx, replace(one, private={ACTOR: "treasurer-2", "payee": PAYEE}), keys=keys)).repeated
        other = replace(one, private={"payee": {"name": "Max Mustermann"}})
        with pytest.raises(BodyDiffers):
            await append(tx, other, keys=keys)
        await openings.erase(tx, 0, "payee", keys=keys)
        assert (await append(tx, other, keys=keys)).repeated


def test_a_commitment_of_a_leaf_of_version_1_opens_as_well() -> None:
    opening = Opening(ACTOR, b"s" * 32, canonical({"actor": "treasurer-1"}).decode())
    private = draft(private={ACTOR: "x"})
    leaf = json.loads(entered(private, Place(given.ORIGIN, 0, given.NOW), [opening]).body)
    old = {"v": 1, "actor_commitment": leaf["commitments"][ACTOR]}
    assert opens(leaf, opening)
    assert opens(old, opening)
    assert not opens(old, replace(opening, salt=b"t" * 32))
