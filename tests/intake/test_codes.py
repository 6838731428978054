"""Lists of codes: checked when they are loaded, only ever growing, retired but never deleted, named in five ways."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.administration import Told
from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.values import CodeListName
from lotse_intake.cli.codes import check, load, show
from lotse_intake.cli.words import check as check_words
from lotse_intake.domain import coding
from lotse_intake.domain.coding import NAMED_IN, ListInvalid, read_list, require_successor
from lotse_intake.domain.triage import FLAGS
from lotse_intake.providers.lists import FILES, FOLDER, checked, shipped
from lotse_intake.providers.wordlist import SHIPPED
from tests.intake.given import Intake, enquiry, only

CONCERNS = shipped("concerns")

# Typed from section A3 of the specification.
A3 = {
    "residence": "p24_title fiktion change_of_purpose family_reunion travel_document naturalisation return",
    "benefits": "sgb2 sgb12 asylblg wohngeld kindergeld but dresden_pass sanction overpayment",
    "work": "job_search application contract_problem self_employment tax",
    "recognition": "school vocational academic regulated_profession",
    "language": "integration_course job_course practice test",
    "school": "registration dac_class change exam bullying",
    "childcare": "place costs",
    "housing": "search wbs contract deposit utility_debt eviction accommodation",
    "health": "insurance doctor disability care pregnancy vaccination",
    "psychosocial": "stress trauma addiction grief",
    "family": "custody separation benefits_parent missing_relative",
    "violence": "domestic exploitation trafficking hate",
    "legal": "letter objection debt criminal consumer",
    "documents": "letter_unclear form_help translation ukr_documents notary",
    "community": "club volunteering culture religion",
    "interpreting": "appointment_interpreter",
    "orientation": "who_is_responsible",
}
A4 = (
    "p24_title p24_fiktion p24_applied residence_work residence_study residence_family settlement asylum_pending"
    " refugee subsidiary duldung eu_citizen german visa_free_new unknown not_asked"
)


def listed(version: int = 2, **changed: Any) -> dict[str, Any]:
    """A small list of concerns; `changed` changes its first code."""
    names = dict.fromkeys(NAMED_IN, "Назва")
    first = {"code": "residence", "names": names, "sub_codes": [{"code": "return", "names": names}], **changed}
    return {"list": "concerns", "version": version, "codes": [first, {"code": "work", "names": names}]}


def grown(version: int = 2) -> dict[str, Any]:
    """The list that comes along, one version on, with one code more and one retired."""
    given_: dict[str, Any] = json.loads((FOLDER / FILES["concerns"]).read_text())
    given_["version"] = version
    given_["codes"][-2]["retired_at"] = "2026-11-25"
    given_["codes"].append({"code": "pets", "names": dict.fromkeys(NAMED_IN, "Pets")})
    return given_


def test_the_concerns_are_those_of_the_specification() -> None:
    assert CONCERNS.codes == set(A3)
    for code, sub_codes in A3.items():
        assert [one.code for one in CONCERNS.items if one.parent == code] == sub_codes.split()


def test_the_values_of_the_legal_status_are_those_of_the_specification() -> None:
    assert [one.code for one in shipped("legal_status").items] == A4.split()


@pytest.mark.parametrize("name", list(FILES))
def test_every_list_that_comes_along_stands_its_own_check(name: CodeListName) -> None:
    found = checked((FOLDER / FILES[name]).read_text())
    assert found.name == name
    assert all(set(one.names) == set(NAMED_IN) for one in found.items)


@pytest.mark.parametrize("name", list(FILES))
@pytest.mark.parametrize(("language", "never"), [("uk", "ыэёъ"), ("ru", "іїєґ"), ("de", "їыж"), ("en", "äöüß")])
def test_names_are_in_the_language_they_say(name: CodeListName, language: str, never: str) -> None:
    kept = {"Jobcenter", "Ausländerbehörde"}
    wrong = [one.names[language] for one in shipped(name).items if set(one.names[language].lower()) & set(never)]
    assert [text for text in wrong if not any(word in text for word in kept)] == [
        text for text in wrong if language == "en" and text.startswith("Broadcasting")
    ]


def test_urgent_triggers_are_flags_that_raise_the_urgency() -> None:
    triggers = {one for item in CONCERNS.items for one in item.more.get("urgent_triggers", [])}
    assert triggers
    assert triggers <= FLAGS


@given(st.lists(st.sampled_from([*sorted(CONCERNS.codes), "unknown_a", "unknown_b"]), max_size=10))
def test_every_enquiry_has_a_concern_and_no_code_twice(codes: list[str]) -> None:
    found = coding.concerns_of(tuple(codes), CONCERNS)
    names = [one.code for one in found]
    assert names
    assert len(names) == len(set(names))
    assert set(names) <= CONCERNS.codes
    assert any(one.unknown for one in found) == any(code.startswith("unknown_") for code in codes)
    assert set(codes) & CONCERNS.codes <= set(names)


@pytest.mark.parametrize(
    "given_",
    [
        None,
        [],
        {},
        {"list": "nothing", "version": 1, "codes": [1]},
        listed(version=0),
        listed() | {"codes": []},
        listed() | {"version": True},
        listed() | {"codes": [{}]},
        listed(code="Big"),
        listed(code="work"),
        listed(names={"uk": "x"}),
        listed(names=dict.fromkeys(NAMED_IN, "")),
        listed(names=dict.fromkeys(NAMED_IN, "a\u202eb")),
        listed(retired_at="soon"),
        listed(retired_at=True),
        listed(sub_codes="x"),
        listed(sub_codes=[{"code": "a", "names": {}}]),
        listed(sub_codes=[{"code": "a", "names": dict.fromkeys(NAMED_IN, "x")}] * 2),
        listed(sub_codes=[{"code": "a", "names": dict.fromkeys(NAMED_IN, "x"), "sub_codes": []}]),
    ],
)
def test_a_list_that_breaks_a_rule_is_refused_in_two_languages(given_: Any) -> None:
    with pytest.raises(ListInvalid) as fault:
        read_list(given_)
    assert set(fault.value.texts) == {"de", "en"}


def test_a_trigger_that_no_rule_knows_is_refused() -> None:
    with pytest.raises(ListInvalid):
        checked(json.dumps(listed(urgent_triggers=["hunger_and_thirst"])))


def test_a_version_only_grows_and_a_code_is_retired_and_never_deleted() -> None:
    old = read_list(listed(2))
    require_successor(old, read_list(listed(3, retired_at="2026-11-25")))
    for worse in (listed(2), listed(1), listed(3, sub_codes=[]), listed(3, code="other")):
        with pytest.raises(ListInvalid):
            require_successor(old, read_list(worse))


# On the real database


@pytest.fixture
def run(here: Intake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """A command, as an administrator gives it; returns its code and what it said."""

    async def ran(what: Any, **args: Any) -> tuple[int, str]:
        given_ = argparse.Namespace(**{"lang": "en", "actor": "admin-1", **args})
        code = await what(here.settings, given_)
        return code, capsys.readouterr().out

    return ran


def written(folder: Path, given_: Any) -> str:
    path = folder / "list.json"
    path.write_text(json.dumps(given_, ensure_ascii=False))
    return str(path)


async def test_a_loaded_list_counts_for_new_enquiries_and_old_codes_keep_their_names(
    here: Intake, run: Callable[..., Any], tmp_path: Path
) -> None:
    said = await here.hear(enquiry(here, codes=("interpreting",)), actor=None)
    assert only(said, intake.ConcernRaised).code == "interpreting"
    assert (await run(load, file=written(tmp_path, grown())))[0] == 0
    said = await here.hear(enquiry(here, codes=("interpreting", "pets")), actor=None)
    raised = [one for one in said if isinstance(one, intake.ConcernRaised)]
    assert [(one.code, one.unknown_code) for one in raised] == [("pets", False), ("orientation", True)]
    found = await here.ask(intake.AskCodeList(language="uk"), actor=None)
    (old,) = [one for one in found.codes if one.code == "interpreting"]
    assert old.retired
    assert old.names == {"uk": "Усний переклад", "de_plain": "Jemand, der für Sie übersetzt"}
    assert found.version == 2


async def test_a_retired_code_is_refused_where_a_counsellor_names_it(
    here: Intake, run: Callable[..., Any], tmp_path: Path
) -> None:
    said = await here.hear(enquiry(here), actor=None)
    concern_id = only(said, intake.ConcernRaised).concern_id
    await run(load, file=written(tmp_path, grown()))
    with pytest.raises(Refused) as fault:
        await here.hear(intake.AcceptConcern(concern_id=concern_id, code="interpreting"))
    assert fault.value.code == "unknown_code"


async def test_a_worse_list_changes_nothing(here: Intake, run: Callable[..., Any], tmp_path: Path) -> None:
    await run(load, file=written(tmp_path, grown()))
    before = here.rows("SELECT list, version, sha256 FROM code_list")
    shorter = grown(3)
    del shorter["codes"][0]
    other = grown(2)
    other["codes"][-1]["code"] = "dogs"
    for worse in (other, grown(1), shorter, {"list": "concerns"}, "no list"):
        with pytest.raises(Told):
            await run(load, file=written(tmp_path, worse))
    assert here.rows("SELECT list, version, sha256 FROM code_list") == before


async def test_the_same_list_again_is_no_fault(here: Intake, run: Callable[..., Any], tmp_path: Path) -> None:
    for _ in range(2):
        assert (await run(load, file=written(tmp_path, grown())))[0] == 0
    assert here.rows("SELECT count(*) FROM code_list") == [(1,)]


async def test_nobody_changes_a_loaded_list(here: Intake, run: Callable[..., Any], tmp_path: Path) -> None:
    await run(load, file=written(tmp_path, grown()))
    with psycopg.connect(here.database.owner_url) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("DELETE FROM code_list")


async def test_check_says_what_would_change_and_loads_nothing(
    here: Intake, run: Callable[..., Any], tmp_path: Path
) -> None:
    code, out = await run(check, file=written(tmp_path, grown()))
    assert code == 0
    assert "+ pets" in out
    assert "interpreting" in out
    assert here.rows("SELECT count(*) FROM code_list") == [(0,)]
    code, out = await run(show, list="legal_status")
    assert "p24_title" in out


def test_a_file_of_words_is_tried_on_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = tmp_path / "words.toml"
    words.write_text(SHIPPED.read_text().replace("|asap.|", "|"))
    samples = tmp_path / "samples.txt"
    samples.write_text("ASAP!\nНас виселяють\nGuten Tag\n")
    args = argparse.Namespace(lang="en", file=str(words), samples=str(samples))
    assert check_words(args) == 0
    out = capsys.readouterr().out
    assert "1: urgent -> normal" in out
    assert "1 of 3 texts" in out
    assert "ASAP" not in out
    words.write_text('[uk]\nurgent = ["<nobody>"]\n')
    assert check_words(args) == 1
    assert "<nobody>" in capsys.readouterr().err


async def test_every_list_fits_into_one_answer(here: Intake) -> None:
    for name in FILES:
        found = await here.ask(intake.AskCodeList(list=name), actor=None)
        assert len(found.codes) == len(shipped(name).items)
        assert len(found.model_dump_json()) < 200_000
