"""What can be done to a log: each gives the changed history and the first index that is another one."""

import copy
import random
from collections.abc import Callable
from typing import Any

from tests.verifier.cases import EDITED, INSERTED, REMOVED, TRUNCATED
from tests.verifier.histories import History

Change = Callable[[History, random.Random], tuple[History, int]]


def _pick(kept: History, rng: random.Random, *kinds: str, first: int = 0, last: int = 0) -> int:
    """The index of an entry of one of these kinds, not one of the last ones."""
    leaves = kept.leaves[: len(kept.leaves) - last]
    return rng.choice([at for at, leaf in enumerate(leaves) if at >= first and (not kinds or leaf["kind"] in kinds)])


def amount_edited(kept: History, rng: random.Random) -> tuple[History, int]:
    changed, index = copy.deepcopy(kept), _pick(kept, rng, "voucher", "disbursement")
    postings = changed.leaves[index]["postings"]
    for posting, cents in ((postings[0], 1), (postings[-1], -1)):
        posting["amount"] = str(int(posting["amount"]) + cents) if int(posting["amount"]) + cents else "7"
    return changed, index


def text_edited(kept: History, rng: random.Random) -> tuple[History, int]:
    changed, index = copy.deepcopy(kept), _pick(kept, rng, "voucher")
    changed.leaves[index]["data"]["reason"] = "Bewirtung"
    return changed, index


def _delete(kept: History, rng: random.Random) -> tuple[History, int]:
    changed, index = copy.deepcopy(kept), _pick(kept, rng, last=1)
    del changed.leaves[index]
    return _without_openings(changed, index), index


def _insert_backdated(kept: History, rng: random.Random) -> tuple[History, int]:
    changed, index = copy.deepcopy(kept), _pick(kept, rng, last=1) + 1
    before = changed.leaves[index - 1]
    added = {**copy.deepcopy(before), "key": f"late:{rng.random()}", "recorded_at": before["recorded_at"]}
    changed.leaves.insert(index, added)
    return changed, index


def _swap(kept: History, rng: random.Random) -> tuple[History, int]:
    changed, index = copy.deepcopy(kept), _pick(kept, rng, last=1)
    leaves = changed.leaves
    leaves[index], leaves[index + 1] = leaves[index + 1], leaves[index]
    return changed, index


def _handed_over(kept: History) -> list[int]:
    """Where the key changed: without that entry nobody knows the key that signs, which is another attack."""
    return [0, *(at for at, leaf in enumerate(kept.leaves[:-1]) if leaf["kind"] == "key_rotated")]


def truncated(kept: History, rng: random.Random) -> tuple[History, int]:
    changed, index = copy.deepcopy(kept), _pick(kept, rng, first=1 + max(_handed_over(kept)))
    del changed.leaves[index:]
    changed.openings = [one for one in changed.openings if one["log_index"] < index]
    return changed, index


def _without_openings(kept: History, index: int) -> History:
    kept.openings = [one for one in kept.openings if one["log_index"] != index]
    return kept


CHANGES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "edit_amount": (amount_edited, (EDITED,)),
    "edit_text": (text_edited, (EDITED,)),
    "delete_a_row": (_delete, (REMOVED,)),
    "insert_a_backdated_row": (_insert_backdated, (INSERTED,)),
    "swap_rows": (_swap, (EDITED,)),
    "truncate_the_tail": (truncated, (TRUNCATED,)),
}


def renumbered(kept: History) -> History:
    """Made to look as if it had always been so: indexes and times go on without a seam, reversals follow."""
    moved = {leaf["log_index"]: at for at, leaf in enumerate(kept.leaves)}
    before = ""
    for at, leaf in enumerate(kept.leaves):
        leaf["log_index"] = at
        if "reverses" in leaf:
            leaf["reverses"] = moved.get(leaf["reverses"], 0)
        leaf["recorded_at"] = max(leaf["recorded_at"], _just_after(before))
        leaf["known_at"] = before = leaf["recorded_at"]
    for opening in kept.openings:
        opening["log_index"] = moved.get(opening["log_index"], opening["log_index"])
    return kept


def _just_after(stamp: str) -> str:
    if not stamp:
        return ""
    digits = int(stamp[20:26]) + 1
    return f"{stamp[:20]}{digits:06d}Z"


def append(kept: History, **given: Any) -> None:
    last = kept.leaves[-1]
    day = int(last["recorded_at"][:4]) + 1
    stamp = f"{day}{last['recorded_at'][4:]}".replace("-02-29", "-02-28")
    leaf = {
        **{name: last[name] for name in ("origin", "standing")},
        "v": 2,
        "log_index": len(kept.leaves),
        "recorded_at": stamp,
        "known_at": stamp,
        "reconstructed": False,
        "valid_on": stamp[:10],
        "key": f"more:{len(kept.leaves)}",
        **given,
    }
    kept.leaves.append(leaf)
