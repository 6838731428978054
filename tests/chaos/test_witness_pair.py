"""Two ledgers as two processes, each with its broker and its database, a hub between them: honest, cut off, killed,
wiped, and at last dishonest."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from lotse_chassis.identity import Auditor, issue_auditor_token
from lotse_ledger.domain.checkpoints import head_of
from lotse_ledger.domain.notes import parse_vkey, signers
from lotse_ledger.domain.proofs import inclusion_holds
from lotse_ledger.domain.tlogproof import parse_proof
from lotse_local import cards, keyring
from tests import kit
from tests.chaos.pairs import WAIT_SECONDS, Pair, Side, provision, running_pair


@pytest.fixture(scope="module")
async def pair(postgres: kit.Postgres) -> AsyncIterator[Pair]:
    """One pair for the whole file: first the honest story, then the crimes."""
    async with running_pair(postgres) as both:
        yield both


async def test_a_pair_of_witnesses_comes_through_cut_links_kills_and_a_wiped_broker(pair: Pair) -> None:
    here, there = pair.here, pair.there
    await here.book(3)
    await there.book(4)
    await pair.all_countersigned()

    # The link is cut for long, both ledgers die meanwhile, and more is booked than was ever offered.
    pair.stop_hub()
    await here.book(10)
    here.ledger.kill()
    await here.restart()
    there.ledger.kill()
    await here.book(5)
    assert here.cosigned < here.size
    await pair.join()
    await there.restart()
    await pair.all_countersigned()

    # The witness dies between looking and remembering, the other one between signing and acknowledging.
    for doomed, step in ((there, "before_commit"), (here, "after_commit")):
        doomed.ledger.kill()
        doomed.ledger.start(step, "1")
        wanted = await here.order(1)
        await kit.eventually(doomed.ledger.died, WAIT_SECONDS)
        await doomed.restart()
        await kit.eventually(lambda: here.size == wanted, WAIT_SECONDS)  # noqa: B023 - awaited at once
        await pair.all_countersigned()

    # Our broker loses everything while an offer waits in it.
    pair.stop_hub()
    await here.book(2)
    await kit.eventually(lambda: here.number("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0, WAIT_SECONDS)
    here.broker.kill()
    here.broker.wipe()
    here.broker.start()
    await provision(here.broker)
    here.ledger.kill()
    await pair.join()
    await here.restart()
    await pair.all_countersigned()

    assert here.alarms() == there.alarms() == [], "nobody was dishonest"
    await proven_to_a_third_person(pair)


async def proven_to_a_third_person(pair: Pair) -> None:
    """With nothing but our HTTP and the partner's key, as an auditor has them."""
    key = parse_vkey(cards.own_card(pair.there.broker.place).ledger_witness)
    own = parse_vkey(cards.own_card(pair.here.broker.place).ledger_logs[0])
    index = pair.here.size - 1
    proof = parse_proof((await pair.here.get(f"/proof/{index}")).content)
    head = head_of(proof.checkpoint.text)
    assert set(signers(proof.checkpoint, [key, own])) == {key, own}
    assert head.size == pair.here.size
    leaf = bytes(pair.here.rows(f"SELECT leaf_sha256 FROM entry WHERE log_id = 0 AND log_index = {index}")[0][0])
    assert inclusion_holds(proof.hashes, leaf=leaf, index=index, size=head.size, root=head.root)
    assert str(key) in (await pair.here.get("/policy")).text


GUARDED = ("entry", "posting", "opening", "checkpoint", "cosignature", "tile")
UNLOCK = tuple(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in GUARDED)
FORGET = tuple(f"DELETE FROM {table}" for table in ("cosignature", "checkpoint", "tile", "offer"))
"""Whoever rewrites the past also takes away what witnesses it at home."""
REWRITE = (
    "ALTER TABLE entry DROP CONSTRAINT leaf_is_of_the_body",
    """UPDATE entry SET body = replace(body, 'Saal', 'Aal'),
       leaf_sha256 = sha256('\\x00'::bytea || convert_to(replace(body, 'Saal', 'Aal'), 'UTF8')) WHERE log_index = 1""",
)


CUT = tuple(f"DELETE FROM {table} WHERE log_index >= 3" for table in ("posting", "opening", "entry"))


async def test_a_partner_who_rewrites_an_old_entry_is_caught_at_once_and_again_when_she_goes_on(pair: Pair) -> None:
    """After the honest story above: the witness forgets nothing of it."""
    criminal, guard = pair.here, pair.there
    honest = await after(criminal, guard, REWRITE)
    await caught(criminal, guard, honest, at_guard={"checkpoint_forked"}, at_criminal="checkpoint_forked")
    await criminal.book(1)
    bent = "checkpoint_not_consistent"
    await caught(criminal, guard, honest, at_guard={bent}, at_criminal=bent)


async def test_a_partner_who_cuts_off_the_end_of_her_log_is_caught(pair: Pair) -> None:
    """What is left looks like an old checkpoint or like none that was ever seen; either way it is shorter."""
    criminal, guard = pair.there, pair.here
    honest = await after(criminal, guard, CUT)
    shorter = {"checkpoint_rolled_back", "checkpoint_replayed"}
    await caught(criminal, guard, honest, at_guard=shorter, at_criminal="checkpoint_behind_witness")


async def after(criminal: Side, guard: Side, crime: tuple[str, ...]) -> int:
    """The crime is done while the ledger stands still; returns how much the other one had seen."""
    assert criminal.size >= 4, "the honest story was told first"
    honest = guard.seen_of(criminal.name)
    criminal.ledger.kill()
    criminal.as_owner(*UNLOCK, *FORGET, *crime)
    await criminal.restart()
    return honest


async def caught(criminal: Side, guard: Side, honest: int, *, at_guard: set[str], at_criminal: str) -> None:
    """Both sides know it, auditors and the monitoring see it, and nothing was countersigned."""
    await kit.eventually(lambda: at_criminal in criminal.alarms(), WAIT_SECONDS)
    (code,) = at_guard.intersection(guard.alarms())
    assert criminal.cosigned == 0
    assert guard.seen_of(criminal.name) == honest
    shown = await guard.get("/v1/alarms", authorization=f"Bearer {auditor_of(guard)}")
    assert (code, criminal.name) in [(one["code"], one["reporter"]) for one in shown.json()["alarms"]]
    assert f'lotse_ledger_alarms_total{{code="{code}"}} 1.0' in (await guard.get("/metrics")).text


def auditor_of(side: Side) -> str:
    """A token as `lotse token` issues it to whoever audits that association."""
    key, now = keyring.signing_key(side.broker.place, keyring.AUDITOR_KEY), datetime.now(UTC)
    auditor = Auditor("sozialamt-1", frozenset({"ledger:read"}), now + timedelta(days=1))
    return issue_auditor_token(auditor, key, association=side.name, at=now)
