"""Two heads, old heads and forged keys; and logs that both associations sign and the books would never have taken."""

import copy
import hashlib
import random
from collections.abc import Callable

from tests.verifier.bundles import bundle, note, signed
from tests.verifier.cases import EDITED, INSERTED, RULE, SIGNATURE, TRUNCATED, WITNESS, Case, attack
from tests.verifier.changes import amount_edited, append, text_edited, truncated
from tests.verifier.histories import History
from tests.verifier.keys import FORGED_KEY, LOG_KEY, WITNESS_KEY, key_of, rotation_data

# Heads and keys.


@attack
def _fork_of_one_size(kept: History, rng: random.Random) -> Case:
    changed, _ = text_edited(kept, rng)
    old = bundle(kept)["log/checkpoint"]
    return Case(bundle(changed, key=kept.key), (EDITED,), since=old, file="--since")


@attack
def _fork_shown_to_the_auditor_alone(kept: History, rng: random.Random) -> Case:
    changed, _ = text_edited(kept, rng)
    return Case(bundle(changed, key=kept.key, witnesses=()), (WITNESS,))


@attack
def _replay_of_an_old_state(kept: History, rng: random.Random) -> Case:
    older, index = truncated(kept, rng)
    return Case(bundle(older, key=kept.key), (TRUNCATED,), index, since=bundle(kept)["log/checkpoint"])


@attack
def _replay_of_an_old_state_without_an_older_one(kept: History, rng: random.Random) -> Case:
    older, _ = truncated(kept, rng)
    older.key = LOG_KEY
    return Case(bundle(older), (WITNESS,), witnessed_since="2026-06-30")


@attack
def _old_checkpoint_over_newer_entries(kept: History, rng: random.Random) -> Case:
    older, index = truncated(kept, rng)
    checkpoint = bundle(older, key=kept.key)["log/checkpoint"]
    return Case(bundle(kept, checkpoint=checkpoint), (INSERTED,), index)


@attack
def _forged_key_of_the_same_name(kept: History, rng: random.Random) -> Case:
    changed, _ = amount_edited(kept, rng)
    return Case(bundle(changed, key=FORGED_KEY), (SIGNATURE,), file="log/checkpoint")


@attack
def _forged_witness_of_the_same_name(kept: History, rng: random.Random) -> Case:
    forged = key_of(WITNESS_KEY.name, 4, f"forged{rng.random()}")
    return Case(bundle(kept, witnesses=(forged,)), (WITNESS,))


@attack
def _a_false_line_beside_the_true_one(kept: History, rng: random.Random) -> Case:
    text = note(kept.leaves[0]["origin"], len(kept.leaves), hashlib.sha256(rng.randbytes(4)).digest())
    false = signed(text, kept.key).decode().splitlines(keepends=True)[-1].encode()
    return Case(bundle(kept, checkpoint=bundle(kept)["log/checkpoint"] + false), (SIGNATURE,))


@attack
def _log_key_in_place_of_the_witness(kept: History, _: random.Random) -> Case:
    fake = key_of(WITNESS_KEY.name, 1, "log")
    return Case(bundle(kept, witnesses=(fake,)), (WITNESS,))


@attack
def _tail_cut_off_with_the_change_of_keys(kept: History, _: random.Random) -> Case:
    changed = copy.deepcopy(kept)
    append(changed, kind="key_rotated", data=rotation_data(kept.key, FORGED_KEY))
    signed_by_the_next = bundle(changed, key=FORGED_KEY)["log/checkpoint"]
    return Case(bundle(kept, checkpoint=signed_by_the_next), (SIGNATURE,))


@attack
def _handed_over_without_the_old_key(kept: History, _: random.Random) -> Case:
    changed = copy.deepcopy(kept)
    if changed.key is not LOG_KEY:
        changed, _index = truncated(kept, random.Random(0))  # noqa: S311
    data = rotation_data(LOG_KEY, FORGED_KEY)
    data["old_signature"] = data["new_signature"]
    append(changed, kind="key_rotated", data=data)
    return Case(bundle(changed, key=FORGED_KEY), (SIGNATURE,))


# Both log and witness sign what the books would never have taken.


def _signed_by_both(kept: History, change: Callable[[History], None]) -> Case:
    changed = copy.deepcopy(kept)
    change(changed)
    return Case(bundle(changed, key=kept.key), (RULE,), len(changed.leaves) - 1)


def _postings(*amounts: int) -> list[dict[str, str]]:
    return [{"account": f"equity:{at}", "amount": str(one), "currency": "EUR"} for at, one in enumerate(amounts)]


@attack
def _entry_that_does_not_balance(kept: History, _: random.Random) -> Case:
    return _signed_by_both(kept, lambda log: append(log, kind="disbursement", postings=_postings(500, -499)))


@attack
def _reversal_that_is_no_mirror(kept: History, _: random.Random) -> Case:
    def change(log: History) -> None:
        append(log, kind="disbursement", postings=_postings(500, -500))
        append(log, kind="reversal", reverses=len(log.leaves) - 1, postings=_postings(-400, 400))

    return _signed_by_both(kept, change)


@attack
def _entry_reversed_twice(kept: History, _: random.Random) -> Case:
    def change(log: History) -> None:
        append(log, kind="disbursement", postings=_postings(500, -500))
        for _time in range(2):
            append(log, kind="reversal", reverses=len(kept.leaves), postings=_postings(-500, 500))

    return _signed_by_both(kept, change)


@attack
def _entry_in_a_closed_period(kept: History, _: random.Random) -> Case:
    def change(log: History) -> None:
        append(log, kind="period_closed", data={"until": "2027-01-31"})
        append(log, kind="disbursement", valid_on="2027-01-31", postings=_postings(1, -1))

    return _signed_by_both(kept, change)


@attack
def _voucher_shared_beyond_the_whole(kept: History, _: random.Random) -> Case:
    shares = [{"grant_id": one, "line": "rent", "basis_points": 5_001} for one in kept.grants]
    data = {"voucher_id": "x", "line": "rent", "amount": "100", "shares": shares}
    given = {"kind": "voucher", "grant_id": kept.grants[0], "data": data, "postings": _postings(100, -100)}
    return _signed_by_both(kept, lambda log: append(log, **given))


@attack
def _voucher_booked_twice(kept: History, _: random.Random) -> Case:
    def change(log: History) -> None:
        for name in ("one", "two"):
            data = {"voucher_id": name, "line": "rent", "amount": "100", "document_sha256": "a" * 64}
            append(log, kind="voucher", grant_id=kept.grants[0], data=data, postings=_postings(100, -100))

    return _signed_by_both(kept, change)


@attack
def _voucher_charged_beyond_the_whole_in_parts(kept: History, _: random.Random) -> Case:
    def change(log: History) -> None:
        for name, points in (("one", 6_000), ("two", 4_001)):
            share = {"grant_id": kept.grants[0], "line": "rent", "basis_points": points}
            data = {"voucher_id": name, "line": "rent", "amount": "100", "document_sha256": "a" * 64, "shares": [share]}
            append(log, kind="voucher", grant_id=kept.grants[0], data=data, postings=_postings(100, -100))

    return _signed_by_both(kept, change)


@attack
def _clock_that_went_back(kept: History, _: random.Random) -> Case:
    early = kept.leaves[-1]["recorded_at"]
    return _signed_by_both(kept, lambda log: append(log, kind="notice", recorded_at=early))


@attack
def _one_thing_entered_twice(kept: History, _: random.Random) -> Case:
    return _signed_by_both(kept, lambda log: append(log, kind="notice", key=kept.leaves[0]["key"]))


@attack
def _entry_of_another_log(kept: History, _: random.Random) -> Case:
    return _signed_by_both(kept, lambda log: append(log, kind="notice", origin="beta.example/grant-ledger"))


@attack
def _entry_in_another_spelling(kept: History, _: random.Random) -> Case:
    bodies = kept.bodies
    bodies[-1] = bodies[-1].replace(b'"kind":', b'"kind": ')
    return Case(bundle(kept, bodies=bodies), (RULE,), len(bodies) - 1)


@attack
def _entry_with_a_float(kept: History, _: random.Random) -> Case:
    return _signed_by_both(kept, lambda log: append(log, kind="notice", data={"share": 0.5}))
