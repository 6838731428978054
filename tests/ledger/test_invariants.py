"""Each invariant sees what would break it, and sees nothing in orderly books."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lotse_ledger.domain.entries import Draft, Posting, leaf_hash, mirrored
from lotse_ledger.domain.invariants.books import PLACES_MAX, Books, Moment, Verdict
from lotse_ledger.domain.invariants.checking import CHECKS, check_all
from tests.ledger.orderly import (
    GRANT,
    OTHER,
    YEAR,
    award,
    books,
    disbursement,
    draft,
    drawdown,
    orderly,
    plan,
    recognised,
    reported,
    reversal,
    voucher,
)


def broken(found: Books) -> list[str]:
    return [one.code for one in check_all(found) if one.state not in ("holds", "not_checked")]


def of(code: str, found: Books) -> Verdict:
    return CHECKS[code](found)


def test_orderly_books_keep_every_invariant_and_say_what_nothing_could_tell() -> None:
    found = check_all(books(orderly()))
    assert [one.code for one in found] == [f"I{number}" for number in range(1, 19)]
    assert {one.code: one.state for one in found if one.state != "holds"} == {"I10": "not_checked"}
    looked_at = {one.code: one.looked_at for one in found}
    assert min(looked_at[code] for code in looked_at if code not in ("I10", "I12", "I16")) > 0
    assert broken(books([])) == []


def test_a_verdict_names_places_and_no_values() -> None:
    many = [voucher(on="2031-01-01", document_sha256=f"{number:064x}") for number in range(30)]
    found = of("I7", books([award(), *many]))
    assert (found.state, found.broken, found.looked_at, len(found.places)) == ("broken", 30, 30, PLACES_MAX)
    assert found.places[0] == 1


TAKEN = draft("other", {}, (f"grant:{GRANT}:{YEAR}:awarded", -40_000_00), ("commitment:city", 40_000_00))
OVERDRAWN = draft("other", {}, ("assets:cash", -1), ("assets:bank", 1))
TOLD = draft("partner_award", {"amount": "1000001", "reported_by": "plattform"}, grant_id=OTHER)
EARLY = draft("early_start", {"start_from": "2025-10-01", "file_ref": ""})
CLOSED = draft("period_closed", {"until": "2026-01-31"}, on="2026-02-28", grant_id=None)


@pytest.mark.parametrize(
    ("codes", "drafts"),
    [
        (["I2"], [award(), drawdown(20_000_00), TAKEN]),
        (["I2"], [OVERDRAWN]),
        (["I3"], [reported("appropriation_reported", 49_999_99), award()]),
        (["I3"], [reported("appropriation_reported", 60_000_00), TOLD, award()]),
        (["I2", "I4"], [award(9_999_99), drawdown()]),
        (["I5"], [plan(funding=60_000_01)]),
        (["I7"], [award(), voucher(on="2027-01-02")]),
        (["I7"], [EARLY, voucher(on="2025-09-30")]),
        (["I8"], [voucher(points=5_001), voucher(points=5_000)]),
        (["I9"], [voucher(payment_sha256=None)]),
        (["I11"], [CLOSED, voucher(on="2026-01-31")]),
        (["I2", "I13"], [recognised(1)]),
    ],
)
def test_what_was_entered_against_a_rule_is_seen(codes: list[str], drafts: list[Draft]) -> None:
    assert broken(books(drafts)) == codes


def test_a_later_freeze_or_revocation_does_not_make_the_past_wrong() -> None:
    before = [reported("appropriation_reported", 100_000_00), award(), drawdown()]
    freeze = reported("freeze_reported", -90_000_00)
    taken_back = award(45_000_00)
    revocation = replace(
        taken_back,
        data={**taken_back.data, "type": "revocation"},
        postings=mirrored(taken_back.postings),
    )
    assert broken(books([*before, freeze])) == []
    assert [one for one in broken(books([*before, revocation])) if one != "I2"] == []
    assert broken(books([freeze, *before])) == ["I2", "I3"]


def test_a_reversal_that_is_no_mirror_or_comes_twice_is_seen() -> None:
    paid = voucher()
    assert broken(books([paid, reversal(0, paid)])) == []
    twice = books([paid, reversal(0, paid), reversal(0, paid)])
    assert of("I12", twice).places == (2,)
    changed = reversal(0, paid, postings=(Posting("assets:bank", 1, "EUR"), Posting("assets:cash", -1, "EUR")))
    assert of("I12", books([paid, changed])).places == (1,)
    assert of("I12", books([paid, reversal(0, paid, standing="own")])).places == (1,)


def test_a_reversed_reversal_brings_the_entry_back() -> None:
    paid, again = voucher(points=6_000), voucher(points=6_000)
    back = reversal(0, paid)
    assert of("I8", books([paid, back, again])).state == "holds"
    assert of("I8", books([paid, back, again, reversal(1, back)])).state == "broken"


def test_a_settlement_must_be_what_the_formula_and_the_accounts_say() -> None:
    def history(final: int, income: int) -> Books:
        settled = {"final_grant": str(final), "to_repay": str(10_000_00 - final), "to_receive": "0"}
        done = draft("settlement", settled, on="2027-01-05")
        return books([plan(), award(), drawdown(), disbursement(), voucher(), recognised(income), done])

    assert of("I16", history(5_000_00, 5_000_00)).state == "holds"
    assert of("I16", history(5_000_01, 5_000_01)).places == (6,)
    assert of("I16", history(5_000_00, 4_999_99)).places == (6,)


def changed_row(found: Books, index: int, **changed: Any) -> Books:
    entries = list(found.entries)
    entries[index] = replace(entries[index], **changed)
    return replace(found, entries=entries)


def test_a_row_that_says_something_else_than_its_leaf_is_seen() -> None:
    found = books(orderly())
    assert of("I14", changed_row(found, 5, valid_on=date(2026, 2, 9))).places == (5,)
    assert of("I14", changed_row(found, 5, budget_year=2025)).places == (5,)
    assert of("I14", replace(found, sums={**found.sums, ("assets:bank", "EUR", "demo"): 1})).state == "broken"


def test_a_leaf_that_was_edited_moved_or_cut_is_seen() -> None:
    found = books(orderly())
    leaf = json.loads(found.leaves[5])
    leaf["data"]["reason"] = "Miete"
    text = json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    edited = replace(found, leaves=[*found.leaves[:5], text, *found.leaves[6:]])
    assert of("I15", edited).places == (5, 8)  # its own hash, and the checkpoint over all
    hidden = changed_row(edited, 5, leaf_sha256=leaf_hash(text.encode()))
    assert of("I15", hidden).places == (8,)
    loose = replace(found, leaves=[f" {found.leaves[0]}", *found.leaves[1:]])
    assert 0 in of("I15", loose).places
    cut = replace(found, entries=found.entries[:-1], leaves=found.leaves[:-1])
    assert of("I15", cut).places == (8,)


def test_an_entry_that_does_not_follow_in_time_is_seen() -> None:
    found = books(orderly())
    assert of("I11", changed_row(found, 3, recorded_at=found.entries[2].recorded_at)).places == (3,)
    assert of("I18", changed_row(found, 3, known_at=found.entries[0].known_at)).places == (3,)


def test_an_unbalanced_entry_and_an_answer_that_changed_are_seen() -> None:
    found = books(orderly())
    assert of("I1", changed_row(found, 5, postings=found.entries[5].postings[:1])).places == (5,)
    moment = found.moments[0]
    other = Moment(moment.valid_to, moment.size, {**moment.sums, ("assets:cash", "EUR", "demo"): 1})
    assert of("I18", replace(found, moments=[other])).places == (4,)


def test_a_payment_that_the_accounts_do_not_have_is_seen() -> None:
    found = books(orderly())
    account = (f"expense:{GRANT}:material", "EUR", "demo")
    assert of("I17", replace(found, sums={**found.sums, account: 1})).state == "broken"
