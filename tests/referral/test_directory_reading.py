"""Reading a directory: what is wrong is said row by row, and the rest is used."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lotse_referral.domain.codes import CONCERNS, PARENT_OF
from lotse_referral.domain.directory import Fault, identifier, read
from lotse_referral.domain.directory_tables import tables_of
from lotse_referral.migrations.loading import entries_of, shipped

GOOD: dict[str, Any] = {
    "key": "advice",
    "name": "Advice",
    "category": "work",
    "categories": ["work"],
    "languages": ["de", "interpreter"],
    "source": ["https://example.org"],
}


def faults_of(**changed: Any) -> list[tuple[str, str, bool]]:
    _, faults = read([GOOD | changed], None)
    return [(fault.field, fault.fault, fault.fatal) for fault in faults]


def test_a_bad_row_is_left_out_and_the_good_one_is_kept() -> None:
    entries, faults = read([{"name": ""}, GOOD, "no row", GOOD], date(2026, 11, 22))
    assert [entry.key for entry in entries] == ["advice"]
    assert Fault(3, "", "row", "not_an_object", fatal=True) in faults
    assert Fault(4, "advice", "key", "doubled", fatal=True) in faults
    assert {fault.row for fault in faults} == {1, 3, 4}


def test_faults_name_the_field_and_whether_the_row_is_lost() -> None:
    assert faults_of(category="gold") == [("category", "unknown_code", True)]
    assert faults_of(categories=["work", "gold"]) == [("categories", "unknown_code", False)]
    assert faults_of(languages=["de", "Klingon"]) == [("languages", "unknown_language", False)]
    assert faults_of(website="javascript:alert(1)") == [("website", "wrong_form", False)]
    assert faults_of(email="nobody") == [("email", "wrong_form", False)]
    assert faults_of(valid_to="soon") == [("valid_to", "not_a_date", False)]
    assert faults_of(minimum_age=-1) == [("minimum_age", "not_an_age", False)]
    assert faults_of(source=[]) == [("source", "missing", True)]
    assert faults_of() == []


@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted(GOOD)), st.none() | st.text() | st.integers() | st.lists(st.text()))
    )
)
def test_nothing_that_a_file_says_breaks_the_reading(rows: list[dict[str, Any]]) -> None:
    entries, _ = read(rows, None)
    tables_of(entries, "any")


def test_ids_depend_on_the_key_alone() -> None:
    before, _ = read([GOOD], None)
    after, _ = read([GOOD | {"name": "Advice, renamed"}], None)
    assert before[0].service_id == after[0].service_id == identifier("service", "advice")


def test_a_finer_code_has_one_parent_and_no_code_is_both() -> None:
    finer = [code for concern in CONCERNS.values() for code in concern.finer]
    assert len(finer) == len(set(finer)) == len(PARENT_OF)
    assert not set(finer) & set(CONCERNS)


def test_the_two_associations_own_services_are_theirs_and_no_other_is() -> None:
    entries, _ = entries_of(shipped())
    owned = {entry.association: entry.name for entry in entries if entry.association}
    assert owned.keys() == {"auslaenderrat", "plattform"}
    assert "Koordinierungsstelle" in owned["auslaenderrat"]
    assert "Ukrainisches Haus" in owned["plattform"]
