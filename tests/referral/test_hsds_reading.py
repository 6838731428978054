"""A file of HSDS is read as far as it can be: each fault is named by its path, with what is allowed, and no value."""

from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from lotse_referral.domain.directory.faults import line
from lotse_referral.domain.directory.resources import Resource
from lotse_referral.domain.directory_tables import term_id
from lotse_referral.providers.directory_file import DirectoryFile
from tests.referral.directories import read_faults

SECRET = "Geheimweg 17, 01067 Dresden"
DRAWN = Random(31)  # noqa: S311 - the cases have the same names in every process


def new_id() -> str:
    return str(UUID(int=DRAWN.getrandbits(128), version=4))


ORGANIZATION = {"id": new_id(), "name": "Caritas", "description": "A welfare association."}


def service(**more: Any) -> dict[str, Any]:
    return {"id": new_id(), "name": "Advice", "status": "active", "organization": ORGANIZATION} | more


def part(**more: Any) -> dict[str, Any]:
    return {"id": new_id()} | more


def read_one(given: dict[str, Any], folder: Path) -> tuple[Resource | None, dict[str, str]]:
    """The service as it is kept, and the faults by place."""
    file, faults = read_faults([given], folder)
    return only_service(file), {fault.place.removeprefix("rows[0]."): fault.code for fault in faults}


def only_service(file: DirectoryFile) -> Resource | None:
    return next((one for type_, batch in file.batches() for one in batch if type_ == "service"), None)


WRONG_FIELDS: tuple[tuple[str, Any, str], ...] = (
    ("description", 7, "not_a_text"),
    ("description", "x" * 10_001, "too_long"),
    ("alert", "ring\x07 the bell", "control_characters"),
    ("alert", "abc\u202edcba", "control_characters"),
    ("alternate_name", "two\nlines", "control_characters"),
    ("alert", "half \ud800 of a pair", "control_characters"),
    ("url", "javascript:alert(1)", "not_a_web_address"),
    ("url", "https://user@evil.example", "not_a_web_address"),
    ("email", "nobody", "not_a_mail_address"),
    ("minimum_age", -1, "out_of_range"),
    ("minimum_age", 12.5, "not_a_whole_number"),
    ("minimum_age", "12", "not_a_number"),
    ("minimum_age", True, "not_a_number"),
    ("assured_date", "25.11.2026", "not_a_day"),
    ("assured_date", "2026-02-30", "not_a_day"),
    ("assured_date", "2027-01-01", "out_of_range"),
    ("program_id", "42", "not_an_id"),
    ("program_id", new_id(), "refers_to_nothing"),
    ("phones", "0351", "not_a_list"),
    ("phones", [part()] * 501, "too_many"),
    ("colour", "red", "unknown_field"),
    ("lotse", [], "not_an_object"),
)


@pytest.mark.parametrize(("name", "value", "code"), WRONG_FIELDS, ids=lambda value: str(value)[:30])
def test_a_wrong_field_is_left_out_and_the_row_is_kept(name: str, value: Any, code: str, tmp_path: Path) -> None:
    kept, faults = read_one(service(**{name: value}), tmp_path)
    assert kept is not None
    assert (faults[name], name in kept.fields and kept.fields[name] != []) == (code, False)


FATAL: tuple[tuple[str, Any, str], ...] = (
    ("id", None, "missing"),
    ("id", "1", "not_an_id"),
    ("id", "{" + new_id()[:-2] + "}", "not_an_id"),
    ("name", "", "missing"),
    ("name", " \n ", "missing"),
    ("name", None, "missing"),
    ("status", "open", "not_allowed"),
    ("status", None, "missing"),
    ("organization", None, "missing"),
)


@pytest.mark.parametrize(("name", "value", "code"), FATAL, ids=lambda value: str(value)[:30])
def test_a_row_without_what_hsds_demands_is_left_out_alone(name: str, value: Any, code: str, tmp_path: Path) -> None:
    file, faults = read_faults([service(**{name: value}), service(name="Other")], tmp_path)
    kept = only_service(file)
    assert (kept and kept.fields["name"], len(file.services)) == ("Other", 1)
    place = "organization_id" if name == "organization" else name
    (fatal,) = [fault for fault in faults if fault.fatal]
    assert (fatal.place, fatal.code) == (f"rows[0].{place}", code)
    assert fatal.allowed


WRONG_PARTS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("schedules", part(opens_at="25:00"), "schedules[0].opens_at", "not_a_time"),
    ("schedules", part(opens_at="9", closes_at="17:00"), "schedules[0].opens_at", "not_a_time"),
    ("schedules", part(opens_at="14:00", closes_at="10:00"), "schedules[0].closes_at", "ends_before_start"),
    ("schedules", part(opens_at="10:00", closes_at="10:00"), "schedules[0].opens_at", "ends_before_start"),
    ("schedules", part(byday="MONDAY"), "schedules[0].byday", "not_days"),
    ("schedules", part(freq="DAILY"), "schedules[0].freq", "not_allowed"),
    ("schedules", part(valid_from="2026-05-01", valid_to="2026-04-01"), "schedules[0].valid_to", "ends_before_start"),
    ("phones", part(), "phones[0].number", "missing"),
    ("phones", part(number="no number"), "phones[0].number", "not_a_phone_number"),
    ("phones", {"number": "0351 1"}, "phones[0].id", "missing"),
    ("languages", part(name="Ukrainian"), "languages[0].code", "missing"),
    ("languages", part(code="ukrainian!"), "languages[0].code", "not_a_language"),
    ("cost_options", part(amount=float(10**12)), "cost_options[0].amount", "out_of_range"),
    (
        "service_at_locations",
        part(location_id=new_id()),
        "service_at_locations[0].location_id",
        "refers_to_nothing",
    ),
    ("attributes", part(taxonomy_term_id=new_id()), "attributes[0].taxonomy_term_id", "refers_to_nothing"),
    ("phones", part(number="0351 1", service_id=new_id()), "phones[0].service_id", "contradicts"),
    ("phones", part(number="0351 1", attributes=[part()]), "phones[0].attributes", "not_kept"),
    (
        "capacities",
        part(available=3, maximum=2, updated="2026-11-25T10:00:00Z", unit=part(name="seat")),
        "capacities[0].maximum",
        "out_of_range",
    ),
    ("capacities", part(available=3, unit=part(name="seat"), updated="today"), "capacities[0].updated", "not_a_moment"),
)


@pytest.mark.parametrize(("name", "value", "place", "code"), WRONG_PARTS, ids=lambda value: str(value)[:40])
def test_a_wrong_part_is_named_by_its_path(
    name: str, value: dict[str, Any], place: str, code: str, tmp_path: Path
) -> None:
    kept, faults = read_one(service(**{name: [value]}), tmp_path)
    assert kept is not None
    assert faults[place] == code


def test_a_night_shelter_may_close_in_the_morning(tmp_path: Path) -> None:
    kept, faults = read_one(service(schedules=[part(opens_at="20:00", closes_at="08:00")]), tmp_path)
    assert kept is not None
    assert (faults, kept.fields["schedules"][0]["closes_at"]) == ({}, "08:00")


def test_no_value_of_the_file_is_in_what_is_said(tmp_path: Path) -> None:
    wrong = [(name, value) for name, value, _ in (*WRONG_FIELDS, *FATAL)] + [(n, [v]) for n, v, _, _ in WRONG_PARTS]
    rows = [service(**{name: value}) | {"alert": SECRET + "\x00", SECRET: 1} for name, value in wrong]
    _, faults = read_faults(rows, tmp_path)
    said = "\n".join(map(line, faults))
    assert len(faults) > len(rows)
    assert "Geheim" not in said
    assert "javascript" not in said


def test_a_doubled_service_is_read_once_and_doubled_parts_keep_what_they_say(tmp_path: Path) -> None:
    phone = part(number="0351 12345")
    twice = service(phones=[phone, phone], contacts=[part(name="Desk", phones=[phone])])
    file, faults = read_faults([twice, twice], tmp_path)
    kept = only_service(file)
    assert kept is not None
    assert {fault.place: fault.code for fault in faults} == {
        "rows[0].phones[1].id": "doubled",
        "rows[0].contacts[0].phones[0].id": "doubled_id_replaced",
        "rows[1].phones[1].id": "doubled",
        "rows[1].contacts[0].phones[0].id": "doubled_id_replaced",
        "rows[1].id": "doubled",
    }
    assert [one["number"] for one in kept.fields["phones"]] == ["0351 12345"]
    inner = kept.fields["contacts"][0]["phones"][0]
    assert (inner["number"], inner["id"] == phone["id"]) == ("0351 12345", False)


def test_an_organization_shown_in_many_rows_may_not_contradict_itself(tmp_path: Path) -> None:
    other = service(organization=ORGANIZATION | {"description": "Something else.", "tax_id": "1"})
    file, faults = read_faults([service(), other], tmp_path)
    assert [(fault.place, fault.code) for fault in faults] == [("rows[1].organization.description", "contradicts")]
    told = [one.fields for type_, batch in file.batches() for one in batch if type_ == "organization"]
    assert [(one["description"], one["tax_id"]) for one in told] == [("A welfare association.", "1")]


def test_cycles_of_parents_are_broken_and_said(tmp_path: Path) -> None:
    ids = [new_id() for _ in range(5)]
    parents = {0: 1, 1: 2, 2: 3, 3: 1, 4: 4}
    terms = [
        {"id": one, "name": "t", "description": "d", "taxonomy": "other", "parent_id": ids[parents[number]]}
        for number, one in enumerate(ids)
    ]
    organizations = [
        ORGANIZATION | {"id": one, "parent_organization_id": ids[parents[number]]} for number, one in enumerate(ids)
    ]
    file, faults = read_faults({"taxonomy_terms": terms, "organizations": organizations}, tmp_path)
    cyclic = {ids[number] for number in (1, 2, 3, 4)}
    for name in ("parent_id", "parent_organization_id"):
        assert {fault.key for fault in faults if fault.code == "cycle" and fault.place.endswith(name)} == cyclic
    told = [one for type_, batch in file.batches() for one in batch if type_ == "organization"]
    assert [one.id for one in told if "parent_organization_id" in one.fields] == [ids[0]]


def test_our_own_list_of_concerns_is_not_changed_by_a_file(tmp_path: Path) -> None:
    term = {"name": "Work", "description": "Something else", "taxonomy": "uzd-concern"}
    given = service(
        attributes=[
            part(taxonomy_term=term | {"id": term_id("work"), "code": "work"}),
            part(taxonomy_term=term | {"id": new_id(), "code": "work"}),
        ],
        lotse={"primary_code": "residence"},
    )
    file, faults = read_faults([given | {"attributes": given["attributes"][:1]}], tmp_path)
    assert [(fault.place, fault.code) for fault in faults] == [("rows[0].lotse.primary_code", "refers_to_nothing")]
    assert not [one for type_, batch in file.batches() for one in batch if type_ == "taxonomy_term"]
    foreign = {"taxonomy_terms": [term | {"id": new_id(), "code": "work"}]}
    assert [fault.code for fault in read_faults(foreign, tmp_path)[1]] == ["not_our_code"]


def test_a_secret_place_is_never_taken_over_wherever_it_stands(tmp_path: Path) -> None:
    address = part(
        address_1="Geheimweg 17",
        city="Dresden",
        state_province="Sachsen",
        postal_code="01067",
        country="DE",
        address_type="physical",
    )
    place = part(location_type="physical", addresses=[address], latitude=51.05, longitude=13.74)
    secret = {"confidential_location": True, "address_text": SECRET, "note": f"Ring at {SECRET}"}
    house = service(description=f"You find us at {SECRET}.", service_at_locations=[part(location=place)], lotse=secret)
    other = service(name="Other", service_at_locations=[part(location=place)])
    shown = {"organizations": [ORGANIZATION | {"locations": [place]}], "services": [other, house]}
    file, faults = read_faults(shown, tmp_path)
    kept = [one for _, batch in file.batches() for one in batch]
    assert "Geheimweg" not in repr(kept)
    assert "51.05" not in repr(kept)
    codes = {fault.code for fault in faults}
    assert codes == {"confidential_address", "address_in_text", "refers_to_nothing"}


LOTSE: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"capacity": "plenty"}, "lotse.capacity", "not_allowed"),
    ({"appointment_only": "yes"}, "lotse.appointment_only", "not_true_or_false"),
    ({"delivery_modes": ["pigeon"]}, "lotse.delivery_modes[0]", "not_allowed"),
    ({"eligibility_rules": ["No Rule"]}, "lotse.eligibility_rules[0]", "not_a_code"),
    ({"language_slots": [{"language": "uk"}]}, "lotse.language_slots[0].kind", "missing"),
    (
        {"language_slots": [{"language": "uk", "kind": "staff", "opens_at": "17:00", "closes_at": "14:00"}]},
        "lotse.language_slots[0].closes_at",
        "ends_before_start",
    ),
    ({"field_sources": {"name": "me"}}, "lotse.field_sources.?", "not_a_source"),
    ({"doubtful_languages": ["uk"], "mood": "good"}, "lotse.?", "unknown_field"),
)


@pytest.mark.parametrize(("given", "place", "code"), LOTSE, ids=lambda value: str(value)[:40])
def test_our_own_fields_are_checked_as_well(given: dict[str, Any], place: str, code: str, tmp_path: Path) -> None:
    kept, faults = read_one(service(lotse=given), tmp_path)
    assert kept is not None
    assert faults[place] == code


def test_what_is_unknown_is_not_read_as_a_no(tmp_path: Path) -> None:
    kept, faults = read_one(service(phones=None, alert="", lotse={"capacity": "unknown"}), tmp_path)
    assert kept is not None
    assert faults == {}
    assert kept.fields.keys() == {"name", "status", "organization_id"}
