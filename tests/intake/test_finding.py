"""She is found by name, phone or code in any spelling; what nobody could find again is not written down."""

from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.intake import (
    AskFindPersons,
    ContactPoint,
    PersonFields,
    PersonQuery,
)
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from tests.intake.given import Intake, known_person, registration, sealed_to
from tests.intake.looking import (
    BORN,
    NAME,
    PHONE,
    SAME_ONE,
    SOMEBODY,
    found,
    indexed,
    known_as,
)
from tests.intake.test_merges import merge


@pytest.mark.parametrize(
    "query",
    [
        {"name": "Канарейченко"},
        {"name": "kanareichenko olena"},
        {"name": "Елена Канарейченко", "birth_date": "04.05.1980"},
        {"phone": "0151 01234567"},
        {"name": "О. Канарейченко"},
    ],
    ids=" ".join,
)
async def test_she_is_found_by_name_and_phone_in_any_spelling(here: Intake, query: dict[str, str]) -> None:
    person_id = await known_as(here, NAME, born=BORN, phone=PHONE)
    await known_as(here, SOMEBODY)
    await indexed(here)
    answer, fields = await found(here, **query)
    assert [one.person_id for one in answer.persons] == [person_id]
    assert fields[0].identity == {"name": NAME, "birth_date": BORN}
    assert fields[0].contact is not None
    assert answer.persons[0].reasons
    assert answer.missing == 0


async def test_she_is_found_by_her_receipt_code(here: Intake) -> None:
    code = "0123456789ABCDEFGHJKMNPQRS"
    person_id = await known_person(here, code=code)
    answer, _ = await found(here, receipt_code=code.lower().replace("0", "o"))
    assert [one.person_id for one in answer.persons] == [person_id]
    assert [reason.code for reason in answer.persons[0].reasons] == ["receipt_code"]
    assert (await found(here, receipt_code="ZZZZ"))[0].persons == ()


async def test_she_is_found_by_her_e_mail(here: Intake) -> None:
    person_id = await known_person(here)
    await indexed(here)
    assert [one.person_id for one in (await found(here, phone="OLENA.kanarejka@example.org"))[0].persons] == [person_id]


async def test_whoever_is_shown_is_in_the_access_log_and_nothing_is_in_the_clear(here: Intake) -> None:
    person_id = await known_as(here, NAME, born=BORN, phone=PHONE)
    await indexed(here)
    answer, _ = await found(here, name=NAME)
    seen = here.rows("SELECT object_id, actor, purpose FROM access_log WHERE action = 'read'")
    assert seen == [(str(person_id), "w-1", "counselling")]
    assert "Канарейченко" not in answer.model_dump_json()
    stored = here.whole_database()
    for text in (NAME, "Канарейченко", PHONE[1:], "kanareichenko", BORN):
        assert text.encode() not in stored


async def test_all_records_of_one_person_are_named_together(here: Intake) -> None:
    a, b = await known_as(here, NAME), await known_as(here, "Олена Гриневич")
    await indexed(here)
    await here.hear(merge(a, b))
    answer, _ = await found(here, name=NAME)
    assert [(one.person_id, one.group) for one in answer.persons] == [(a, (b, a))]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "nothing_to_find"),
        ({"name": "  "}, "nothing_to_find"),
        ({"name": NAME, "birth_date": "30.02.1980"}, "not_a_birth_date"),
        ({"phone": "keine"}, "not_a_phone"),
    ],
)
async def test_a_search_for_nothing_or_nonsense_is_refused(here: Intake, query: dict[str, str], code: str) -> None:
    with pytest.raises(Refused, match=code):
        await found(here, **query)


async def test_a_search_with_a_bad_reply_key_shows_nobody_and_logs_nobody(here: Intake) -> None:
    search_id = uuid4()
    query = sealed_to(here.seal_key, PersonQuery(name=NAME), AskFindPersons, str(search_id))
    with pytest.raises(Refused, match="bad_reply_key"):
        await here.ask(AskFindPersons(search_id=search_id, query=query, reply_key="AAAA", purpose="x"))
    with pytest.raises(Refused, match="cannot_open"):
        await here.ask(AskFindPersons(search_id=uuid4(), query=query, reply_key="A" * 43, purpose="x"))
    assert here.counts()["access_log"] == 0


# What staff write down


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ({"name": "Олена\u202eК"}, "name_invisible"),
        ({"name": "Оле\u200bна"}, "name_invisible"),
        ({"name": "Олена 😀"}, "name_symbols"),
        ({"name": "О\0лена"}, "name_control_characters"),
        ({"name": "Ж" * 10_000}, "name_too_long"),
        ({"name": "123"}, "name_without_letters"),
        ({"name": NAME, "birth_date": "30.02.1980"}, "not_a_birth_date"),
        ({"name": NAME, "birth_date": "2980-01-01"}, "not_a_birth_date"),
        ({"name": NAME, "gender": "x" * 201}, "name_too_long"),
        ({"name": NAME, "aliases": "Оля; О\u202eля"}, "name_invisible"),
    ],
)
async def test_what_can_be_no_name_or_day_is_refused_and_changes_nothing(
    here: Intake, identity: dict[str, str], code: str
) -> None:
    before = here.counts()
    with pytest.raises(Refused, match=code) as fault:
        await here.hear(registration(here, uuid4(), PersonFields(identity=identity)))
    assert identity["name"] not in repr(vars(fault.value))
    assert set(here.service.problems.problem(code).texts) == {"uk", "ru", "de", "en"}
    assert here.counts() == before


async def test_a_phone_is_kept_as_the_networks_write_it_and_nonsense_is_refused(here: Intake) -> None:
    person_id = await known_as(here, NAME, phone="0151 / 01 23 45 67")
    await indexed(here)
    _, (fields,) = await found(here, name=NAME)
    assert fields.contact is not None
    assert fields.contact.value == PHONE
    with pytest.raises(Refused, match="not_a_phone"):
        await here.hear(registration(here, person_id, PersonFields(contact=ContactPoint(kind="sms", value="call me"))))


async def test_what_a_person_wrote_herself_is_never_refused_for_her_name(here: Intake) -> None:
    person_id = await known_person(here, name="\u202eОлена\u200b Канарейченко😀\x00")
    await known_person(here, name="😀😀😀")
    await indexed(here)
    assert [one.person_id for one in (await found(here, name=NAME))[0].persons] == [person_id]


async def test_of_many_who_fit_the_likeliest_are_shown_and_the_others_counted(here: Intake) -> None:
    meant = await known_as(here, "Олена Гриневич", born=BORN)
    for _ in range(24):
        await known_as(here, "Тарас Гриневич")
    await indexed(here)
    answer, _ = await found(here, name="Гриневич")
    assert (len(answer.persons), answer.others) == (20, 5)
    answer, _ = await found(here, name="Гриневич Олена", birth_date=BORN)
    assert ([one.person_id for one in answer.persons], answer.others) == ([meant], 0)


async def test_a_given_name_alone_finds_nobody_since_too_many_have_it(here: Intake) -> None:
    await known_as(here, NAME)
    await indexed(here)
    assert (await found(here, name="Олена"))[0].persons == ()


# Side by side


async def test_both_of_a_pair_are_shown_side_by_side_with_what_speaks_for_one_person(here: Intake) -> None:
    first, second = await known_as(here, NAME, born=BORN), await known_as(here, SAME_ONE, born=BORN, phone=PHONE)
    (said,) = await indexed(here)
    reader = X25519PrivateKey.generate()
    question = intake.AskDuplicatePair(
        pair_id=said.pair_id, reply_key=encode(public_bytes(reader)), purpose="duplicates"
    )
    answer = await here.ask(question)
    names = {}
    for person_id, sealed in ((answer.entry.person_id, answer.person), (answer.entry.other_id, answer.other)):
        text = open_sealed(sealed, reader, type_name=question.type_name(), key=str(said.pair_id))
        names[person_id] = (PersonFields.model_validate_json(text).identity or {})["name"]
    assert names == {first: NAME, second: SAME_ONE}
    assert {reason.code for reason in answer.weighed} == set(said.reasons)
    seen = here.rows("SELECT object_id FROM access_log WHERE action = 'read' AND purpose = 'duplicates'")
    assert {UUID(object_id) for (object_id,) in seen} == {first, second}
    assert NAME not in answer.model_dump_json()
    for wrong, code in ((uuid4(), "unknown_pair"), (said.pair_id, "bad_reply_key")):
        with pytest.raises(Refused, match=code):
            await here.ask(intake.AskDuplicatePair(pair_id=wrong, reply_key="AAAA", purpose="duplicates"))
