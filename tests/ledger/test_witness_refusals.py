"""A partner who rewrites, cuts, forks or forges her log is refused with the specification's code: an alarm."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from lotse_contracts.ledger import CheckpointCosigned, CheckpointOffered, CheckpointRefused
from lotse_ledger.domain.checkpoints import Head, origin_of, text_of
from lotse_ledger.domain.merkle import EMPTY_ROOT, root_of
from lotse_ledger.domain.notes import SignedNote, parse_note, signed
from lotse_ledger.domain.proofs import Node, consistency_proof
from lotse_ledger.domain.rotation import draft_of, rotated
from lotse_ledger.store import alarms, heads, log, tree, witness
from lotse_ledger.store.alarms import Raised
from tests.kit import ASSOCIATION, ServiceDatabase
from tests.ledger import given
from tests.ledger.pair import Pair, pair

Database = Callable[[str], ServiceDatabase]
ORIGIN = origin_of(ASSOCIATION)


async def seen_up_to_four(both: Pair) -> CheckpointOffered:
    """An honest past; returns the last offer of it."""
    await both.ours.book(2)
    await both.exchange()
    await both.ours.book(2)
    (offer,) = both.ours.said
    await both.exchange()
    assert isinstance(offer, CheckpointOffered)
    return offer


def offer_of(both: Pair, size: int, leaves: list[bytes], *, old: int = 4, **changed: object) -> CheckpointOffered:
    """Signed by our own log's key, whatever it says: the partner is dishonest."""
    key = both.ours.house.evidence.log
    assert key is not None
    root = root_of(leaves[:size])
    note = signed(text_of(Head(ORIGIN, size, root)), key)
    proof = tuple(base64.b64encode(one).decode() for one in proofs_of(old, size, leaves))
    fields = {"to": given.PARTNER, "log": "grant-ledger", "note": note.raw.decode(), "old_size": old, "proof": proof}
    return CheckpointOffered.model_validate({**fields, **changed})


def proofs_of(old: int, new: int, leaves: list[bytes]) -> tuple[bytes, ...]:
    def read(node: Node) -> bytes:
        first = node.number << node.height
        return root_of(leaves[first : first + (1 << node.height)])

    return consistency_proof(old, new, read) if old <= new else ()


async def refused(both: Pair, offer: CheckpointOffered, code: str, status: int, *, alarm: str = "") -> Raised:
    """The partner says why, keeps what she saw, and raises the alarm."""
    before = await heads.last_seen(both.theirs.tx, ORIGIN)
    (answer,) = await both.theirs.hear(offer)
    both.theirs.said.clear()
    assert isinstance(answer, CheckpointRefused)
    assert (answer.code, answer.status) == (code, status)
    assert await heads.last_seen(both.theirs.tx, ORIGIN) == before
    raised = await alarms.alarms(both.theirs.tx)
    assert raised, "an alarm is kept"
    assert raised[0].alarm.code == (alarm or code)
    assert raised[0].alarm.reporter == ASSOCIATION
    assert raised[0].alarm.note == offer.note
    return raised[0]


async def test_a_rewritten_entry_is_refused_as_not_consistent(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        leaves = [b"x" * 32, *await tree.leaves(both.ours.tx, 1), b"y" * 32, b"z" * 32]
        await refused(both, offer_of(both, 6, leaves), "checkpoint_not_consistent", 422)


async def test_an_entry_slipped_in_between_is_refused_as_not_consistent(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        own = await tree.leaves(both.ours.tx, 0)
        await refused(both, offer_of(both, 5, [*own[:2], b"x" * 32, *own[2:]]), "checkpoint_not_consistent", 422)


async def test_two_heads_of_one_size_are_refused_as_a_fork(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        leaves = [*await tree.leaves(both.ours.tx, 0, 3), b"x" * 32]
        await refused(both, offer_of(both, 4, leaves), "checkpoint_forked", 422)
        # The same fork with the old size that its author believes in.
        await refused(
            both, offer_of(both, 4, leaves, old=2), "checkpoint_old_size_differs", 409, alarm="checkpoint_forked"
        )


async def test_a_log_that_was_cut_is_refused_with_the_size_that_was_seen(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        leaves = await tree.leaves(both.ours.tx, 0)
        cut = offer_of(both, 3, leaves, old=2)
        raised = await refused(both, cut, "checkpoint_old_size_differs", 409, alarm="checkpoint_rolled_back")
        assert raised.alarm.latest_size == 4
        await refused(both, offer_of(both, 3, leaves, old=4), "checkpoint_old_size_larger", 400)


async def test_a_replay_of_an_old_checkpoint_is_refused_and_changes_nothing(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        (first,) = both.ours.said
        await both.exchange()
        await both.ours.book(2)
        await both.exchange()
        assert isinstance(first, CheckpointOffered)
        await refused(both, first, "checkpoint_old_size_differs", 409, alarm="checkpoint_replayed")


async def test_what_was_offered_before_the_last_was_seen_is_late_and_no_alarm(database: Database) -> None:
    """A transfer that a broker lost comes again, and others have come meanwhile."""
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        leaves, before = await tree.leaves(both.ours.tx, 0), given.NOW - timedelta(seconds=1)
        for late in (offer_of(both, 3, leaves, old=2), offer_of(both, 2, leaves, old=0)):
            (answer,) = await both.theirs.hear(late, time=before)
            assert isinstance(answer, CheckpointRefused)
            assert (answer.code, answer.latest_size) == ("checkpoint_old_size_differs", 4)
        assert await alarms.alarms(both.theirs.tx) == []
        forged = offer_of(both, 4, [*leaves[:3], b"x" * 32], old=2)
        await both.theirs.hear(forged, time=before)
        assert [one.alarm.code for one in await alarms.alarms(both.theirs.tx)] == ["checkpoint_forked"]


async def test_a_bad_proof_and_one_where_none_belongs_are_refused(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        offer = await seen_up_to_four(both)
        leaves = [*await tree.leaves(both.ours.tx, 0), b"y" * 32]
        good = offer_of(both, 5, leaves)
        bad = good.model_copy(update={"proof": (*good.proof, offer.proof[0])})
        await refused(both, bad, "checkpoint_not_consistent", 422)
        await refused(both, good.model_copy(update={"proof": ()}), "checkpoint_not_consistent", 422)
        (answer,) = await both.theirs.hear(good)
        assert isinstance(answer, CheckpointCosigned)


async def test_the_first_checkpoint_needs_no_proof_and_may_have_none(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await both.ours.book(2)
        (offer,) = both.ours.said
        assert isinstance(offer, CheckpointOffered)
        spare = base64.b64encode(b"a" * 32).decode()
        await refused(both, offer.model_copy(update={"proof": (spare,)}), "checkpoint_not_consistent", 422)


async def test_an_empty_log_with_another_root_than_the_empty_one_is_refused(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        key = both.ours.house.evidence.log
        assert key is not None
        wrong = signed(text_of(Head(ORIGIN, 0, b"a" * 32)), key).raw.decode()
        empty = offer_of(both, 0, [], old=0)
        await refused(both, empty.model_copy(update={"note": wrong}), "checkpoint_root_wrong", 422)
        (answer,) = await both.theirs.hear(empty)
        assert isinstance(answer, CheckpointCosigned)
        seen = await heads.last_seen(both.theirs.tx, ORIGIN)
        assert seen is not None
        assert seen.head == Head(ORIGIN, 0, EMPTY_ROOT)


async def test_a_foreign_key_the_same_name_with_another_key_and_a_foreign_log_are_refused(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        leaves = [*await tree.leaves(both.ours.tx, 0), b"y" * 32]
        good = offer_of(both, 5, leaves)
        text = parse_note(good.note.encode()).text
        stranger = signed(text, given.log_key("stranger/log"))
        await refused(both, good.model_copy(update={"note": stranger.raw.decode()}), "checkpoint_not_signed", 403)
        namesake = signed(text, given.log_key(ORIGIN))  # another key has another id, so its line is an unknown one
        await refused(both, good.model_copy(update={"note": namesake.raw.decode()}), "checkpoint_not_signed", 403)
        line = parse_note(good.note.encode()).signatures[0]
        forged = SignedNote(text, (replace(line, blob=namesake.signatures[0].blob),))
        await refused(both, good.model_copy(update={"note": forged.raw.decode()}), "checkpoint_signature_false", 403)
        own = both.theirs.house.evidence.log
        assert own is not None
        foreign = signed(text.replace(ORIGIN.encode(), own.vkey.name.encode()), own)
        await refused(both, good.model_copy(update={"note": foreign.raw.decode()}), "checkpoint_of_unknown_log", 404)
        await refused(both, good.model_copy(update={"note": "nonsense"}), "checkpoint_malformed", 400)


async def test_a_partner_speaks_for_her_own_logs_alone(database: Database) -> None:
    """What a third association really signed is not hers to hand in: it could be old, or half of a fork."""
    third = given.log_key("third/grant-ledger")
    async with pair(database("ledger"), database("ledger")) as both:
        known = both.theirs.house.evidence
        both.theirs.house = replace(
            both.theirs.house,
            evidence=replace(known, logs={**known.logs, "third": (third.vkey,)}, others=(third.vkey,)),
        )
        note = signed(text_of(Head("third/grant-ledger", 1, b"a" * 32)), third)
        offer = offer_of(both, 0, [], old=0).model_copy(update={"note": note.raw.decode()})
        await refused(both, offer, "checkpoint_of_unknown_log", 404)


async def test_an_alarm_is_counted_once_and_kept_with_its_evidence(database: Database) -> None:
    counted: list[str] = []
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        both.theirs.house = replace(
            both.theirs.house, evidence=replace(both.theirs.house.evidence, alarmed=counted.append)
        )
        leaves = [*await tree.leaves(both.ours.tx, 0, 3), b"x" * 32]
        fork = offer_of(both, 4, leaves)
        for _ in range(3):
            await refused(both, fork, "checkpoint_forked", 422)
        assert counted == ["checkpoint_forked"]
        assert await alarms.counts(both.theirs.tx) == {"checkpoint_forked": 1}


async def test_a_log_that_signs_rubbish_without_end_does_not_fill_our_disk(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "ALARMS_KEPT_MAX", 3)
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        for number in range(6):
            offer = offer_of(both, 4, [*await tree.leaves(both.ours.tx, 0, 3), b"%032d" % number])
            (answer,) = await both.theirs.hear(offer)
            assert isinstance(answer, CheckpointRefused)
        assert await alarms.counts(both.theirs.tx) == {"checkpoint_forked": 3}


async def test_a_refusal_is_an_alarm_at_the_one_who_offered_as_well(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        await both.ours.book(2)
        both.ours.said.clear()
        size = (await alarms.offer_to(both.ours.tx, given.PARTNER)).size  # type: ignore[union-attr]
        answer = CheckpointRefused(
            to=ASSOCIATION, log="grant-ledger", size=size, code="checkpoint_not_consistent", status=422, latest_size=4
        )
        assert await both.ours.hear(answer) == []
        (raised,) = await alarms.alarms(both.ours.tx)
        assert (raised.alarm.code, raised.alarm.reporter) == ("checkpoint_not_consistent", given.PARTNER)
        assert await alarms.offer_to(both.ours.tx, given.PARTNER) is None


async def test_a_new_key_is_followed_once_the_old_one_vouches_for_it(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        old = both.ours.house.evidence.log
        assert old is not None
        new = given.log_key(ORIGIN)
        step = rotated(old, new)
        await log.append(both.ours.tx, draft_of(step, given.NOW.date()), journal=given.JOURNAL, now=given.NOW)
        # The old key is still in its file: nothing is signed.
        await both.ours.book(2)
        assert both.ours.said == []
        both.ours.house = replace(both.ours.house, evidence=replace(both.ours.house.evidence, log=new))
        await both.ours.book(2)
        await both.exchange()
        assert await witness.cosigned_size(both.ours.tx, given.PARTNER) == 8
        assert await alarms.alarms(both.theirs.tx) == []
        # What the old key signs from now on is no longer taken.
        own = await tree.leaves(both.ours.tx, 0)
        await refused(both, offer_of_key(both, old, own), "checkpoint_not_signed", 403)


def offer_of_key(both: Pair, key: object, leaves: list[bytes]) -> CheckpointOffered:
    evidence = replace(both.ours.house.evidence, log=key)  # type: ignore[arg-type]
    borrowed = Pair(replace(both.ours, house=replace(both.ours.house, evidence=evidence)), both.theirs)
    return offer_of(borrowed, len(leaves), leaves, old=8)


async def test_a_false_rotation_teaches_the_witness_nothing(database: Database) -> None:
    async with pair(database("ledger"), database("ledger")) as both:
        await seen_up_to_four(both)
        thief = given.log_key(ORIGIN)
        step = vars(rotated(thief, given.log_key(ORIGIN)))
        old = both.ours.house.evidence.log
        assert old is not None
        step = {**step, "old_vkey": str(old.vkey)}
        leaves = [*await tree.leaves(both.ours.tx, 0), b"y" * 32]
        offer = offer_of_key(both, thief, leaves).model_copy(update={"old_size": 4})
        offer = CheckpointOffered.model_validate({**offer.model_dump(), "rotations": (step,)})
        await refused(both, offer, "checkpoint_not_signed", 403)
        assert await heads.rotations(both.theirs.tx, ORIGIN) == []
