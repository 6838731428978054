"""Who may be known here already: indexed blindly, suspected once, found by staff, and forgotten without a trace."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_chassis.settings import SettingsInvalid
from lotse_contracts import intake
from lotse_contracts.intake import (
    AskDuplicates,
    AskFindPersons,
    ContactPoint,
    DismissDuplicate,
    DuplicatesAnswer,
    DuplicateSuspected,
    FoundPersonsAnswer,
    PersonFields,
    PersonQuery,
)
from lotse_contracts.referral import ReferralOffered
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_intake.app import build
from lotse_intake.handlers import index_work, indexing
from lotse_intake.providers.office import Office
from lotse_intake.providers.pepper import Pepper, read_pepper
from lotse_local import databases
from tests import kit
from tests.intake.given import Intake, enquiry, known_person, registration, sealed_to
from tests.intake.test_merges import merge, unmerge
from tests.kit import Postgres

NAME, PHONE, BORN = "Олена Канарейченко", "+4915101234567", "1980-05-04"
SAME_ONE = "Kanareitschenko, Olena"
SOMEBODY = "Тарас Мельник"


def office_of(here: Intake) -> Office:
    """What the handlers of the service stand on."""
    answerer = here.service.answerers[AskFindPersons]
    assert isinstance(answerer, partial)
    office: Office = answerer.args[0]
    return office


async def indexed(here: Intake) -> list[DuplicateSuspected]:
    """Everything is done that waits for the index; what was said by it."""
    said: list[Any] = []
    while True:
        async with here.service.unit() as unit:
            done = await indexing.index_some(office_of(here), here.context(), unit.tx)
        async with here.service.unit() as unit:
            more = await indexing.compare_next(office_of(here), here.context(), unit.tx)
            unit.say(*(more or ()))
        said += more or ()
        if not done and more is None:
            return [one for one in said if isinstance(one, DuplicateSuspected)]


async def known_as(here: Intake, name: str, *, born: str = "", phone: str = "") -> UUID:
    """Somebody whom a counsellor has written down."""
    person_id = uuid4()
    contact = ContactPoint(kind="sms", value=phone) if phone else None
    identity = {"name": name, **({"birth_date": born} if born else {})}
    await here.hear(registration(here, person_id, PersonFields(identity=identity, contact=contact)))
    return person_id


async def found(here: Intake, **query: str) -> tuple[FoundPersonsAnswer, list[PersonFields]]:
    """What a counsellor is answered, and what she reads in it."""
    reader, search_id = X25519PrivateKey.generate(), uuid4()
    question = AskFindPersons(
        search_id=search_id,
        query=sealed_to(here.seal_key, PersonQuery(**query), AskFindPersons, str(search_id)),
        reply_key=encode(public_bytes(reader)),
        purpose="counselling",
    )
    answer = await here.ask(question)
    texts = [
        open_sealed(one.fields, reader, type_name=AskFindPersons.type_name(), key=str(search_id))
        for one in answer.persons
    ]
    return answer, [PersonFields.model_validate_json(text) for text in texts]


async def waiting(here: Intake, person_id: UUID | None = None) -> DuplicatesAnswer:
    answer: DuplicatesAnswer = await here.ask(AskDuplicates(person_id=person_id))
    return answer


async def in_index(here: Intake) -> set[UUID]:
    return {person_id for (person_id,) in here.rows("SELECT DISTINCT person_id FROM blind_index")}


# Suspecting


async def test_who_comes_again_in_other_letters_is_suspected_once(here: Intake) -> None:
    first = await known_as(here, NAME, born=BORN)
    assert await indexed(here) == []
    second = await known_as(here, SAME_ONE, born=BORN, phone=PHONE)
    (said,) = await indexed(here)
    assert (said.person_id, said.band) == (second, "merge")
    assert {"surname_same", "given_same", "birth_date_same"} <= set(said.reasons)
    assert str(first) not in said.model_dump_json()
    (entry,) = (await waiting(here)).entries
    assert {entry.person_id, entry.other_id} == {first, second}
    assert (entry.pair_id, entry.score_percent, entry.band) == (said.pair_id, said.score_percent, said.band)
    await here.hear(registration(here, second, PersonFields(need_summary="sucht Wohnung")))
    assert await indexed(here) == []
    assert len((await waiting(here)).entries) == 1


async def test_an_enquiry_with_a_name_or_a_phone_is_looked_up_too(here: Intake) -> None:
    await known_as(here, NAME, born=BORN, phone=PHONE)
    await indexed(here)
    by_name = await known_person(here, name=SAME_ONE, contact=ContactPoint(kind="none"))
    (said,) = await indexed(here)
    assert (said.person_id, said.band) == (by_name, "look")
    by_phone = await known_person(here, name="Лена Канарейченко", contact=ContactPoint(kind="sms", value=PHONE))
    assert {(one.person_id, one.band) for one in await indexed(here)} == {(by_phone, "merge"), (by_phone, "look")}


async def test_who_comes_by_referral_is_looked_up_too(here: Intake) -> None:
    await known_as(here, NAME, born=BORN)
    await indexed(here)
    await here.hear(arriving(here, PersonFields(identity={"name": SAME_ONE, "birth_date": BORN})), actor=None)
    assert [one.band for one in await indexed(here)] == ["merge"]


def arriving(here: Intake, fields: PersonFields) -> intake.ReceivePerson:
    """Another association sends somebody."""
    referral_id = uuid4()
    return intake.ReceivePerson(
        referral_id=referral_id,
        sender="plattform",
        language="uk",
        codes=("housing",),
        fields=sealed_to(here.seal_key, fields, ReferralOffered, str(referral_id)),
    )


async def test_siblings_and_strangers_are_not_suspected(here: Intake) -> None:
    await known_as(here, NAME, born=BORN, phone=PHONE)
    await known_as(here, "Олександра Канарейченко", born=BORN, phone=PHONE)
    await known_as(here, SOMEBODY, born="1990-01-02")
    assert await indexed(here) == []
    assert (await waiting(here)).waiting == 0


async def test_no_enquiry_waits_for_the_search(here: Intake) -> None:
    await known_as(here, NAME, born=BORN)
    said = await here.hear(enquiry(here, name=SAME_ONE), actor=None)
    assert not [one for one in said if isinstance(one, DuplicateSuspected)]
    assert here.counts()["to_index"] == 2
    assert await in_index(here) == set()


async def test_a_corrected_name_is_found_by_the_new_one_and_not_by_the_old(here: Intake) -> None:
    person_id = await known_as(here, NAME)
    await indexed(here)
    await here.hear(registration(here, person_id, PersonFields(identity={"name": SOMEBODY})))
    await indexed(here)
    assert [one.person_id for one in (await found(here, name=SOMEBODY))[0].persons] == [person_id]
    assert (await found(here, name=NAME))[0].persons == ()


async def test_a_pair_that_no_longer_fits_is_shown_no_more(here: Intake) -> None:
    await known_as(here, NAME)
    second = await known_as(here, NAME)
    assert len(await indexed(here)) == 1
    await here.hear(registration(here, second, PersonFields(identity={"name": NAME, "birth_date": "2001-01-02"})))
    first = (await waiting(here)).entries[0]
    other = first.person_id if first.other_id == second else first.other_id
    await here.hear(registration(here, other, PersonFields(identity={"name": NAME, "birth_date": BORN})))
    assert await indexed(here) == []
    assert (await waiting(here)).entries == ()


# Deciding


async def test_a_dismissed_pair_is_never_asked_about_again(here: Intake) -> None:
    first = await known_as(here, NAME, born=BORN)
    second = await known_as(here, SAME_ONE, born=BORN)
    (said,) = await indexed(here)
    order = DismissDuplicate(pair_id=said.pair_id, person_id=first, reason="two_persons")
    told = await here.hear(order)
    assert {one.person_id for one in told if isinstance(one, intake.DuplicateDismissed)} == {first, second}
    assert await here.hear(order) == []
    assert (await waiting(here)).waiting == 0
    await here.hear(registration(here, second, PersonFields(identity={"name": NAME, "birth_date": BORN})))
    assert await indexed(here) == []
    assert (await waiting(here)).waiting == 0


async def test_pairs_of_one_group_wait_for_nobody_as_long_as_the_merge_stands(here: Intake) -> None:
    a, b, c = [await known_as(here, NAME, born=BORN) for _ in range(3)]
    await indexed(here)
    assert (await waiting(here)).waiting == 3
    await here.hear(first := merge(a, b))
    assert (await waiting(here)).waiting == 2
    await here.hear(merge(b, c))
    assert (await waiting(here)).waiting == 0
    await here.hear(unmerge(first))
    assert {(one.person_id, one.other_id) for one in (await waiting(here)).entries} == {
        tuple(sorted(pair)) for pair in ((a, b), (a, c))
    }
    assert (await waiting(here, b)).entries[0].pair_id in {one.pair_id for one in (await waiting(here, a)).entries}


async def test_what_joined_already_is_not_suspected_when_it_changes(here: Intake) -> None:
    a, b = await known_as(here, NAME), await known_as(here, SOMEBODY)
    await indexed(here)
    await here.hear(merge(a, b))
    await here.hear(registration(here, b, PersonFields(identity={"name": NAME})))
    assert await indexed(here) == []


# Finding


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
    assert seen == [(str(person_id), "c-1", "counselling")]
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


# The index itself


async def test_an_index_of_other_rules_or_another_pepper_is_made_again(here: Intake) -> None:
    person_id = await known_as(here, NAME)
    await known_as(here, SAME_ONE)
    assert len(await indexed(here)) == 1
    before = here.rows("SELECT digest FROM blind_index ORDER BY 1")
    assert await indexed(here) == []
    assert here.rows("SELECT digest FROM blind_index ORDER BY 1") == before
    pepper = here.settings.kek_file
    assert pepper
    here.settings = here.settings.model_copy(update={"pepper_file": pepper})
    here.service = build(here.settings)
    assert (await found(here, name=NAME))[0].missing == 2
    assert await indexed(here) == []  # nobody is suspected anew
    assert not set(here.rows("SELECT digest FROM blind_index")) & set(before)
    answer, _ = await found(here, name=NAME)
    assert person_id in {one.person_id for one in answer.persons}
    assert answer.missing == 0


async def test_the_index_holds_nothing_that_can_be_tried_without_the_pepper(here: Intake) -> None:
    await known_as(here, NAME, phone=PHONE)
    await indexed(here)
    kept = {digest for (digest,) in here.rows("SELECT digest FROM blind_index")}
    keys = [(kind, text) for kind in range(1, 7) for text in (PHONE[-9:], "knrcnk", "olena|knrcnk")]
    assert kept & {digest for _, digest in office_of(here).pepper.digests(keys)}
    assert not kept & {digest for _, digest in Pepper(b"x" * 32).digests(keys)}


async def test_who_is_being_erased_is_found_by_nobody_and_leaves_no_digest(here: Intake) -> None:
    first = await known_as(here, NAME, born=BORN)
    second = await known_as(here, SAME_ONE, born=BORN)
    await indexed(here)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE person SET frozen = true WHERE person_id = %s", (first,))
    assert [one.person_id for one in (await found(here, name=NAME))[0].persons] == [second]
    assert (await waiting(here)).waiting == 0
    await here.hear(intake.ErasePerson(person_id=first), actor=None)
    assert await in_index(here) == {second}
    assert here.counts()["duplicate_pair"] == 0
    assert here.rows(f"SELECT count(*) FROM to_index WHERE person_id = '{first}'") == [(0,)]


async def test_a_worker_that_comes_late_indexes_nobody_who_is_being_erased(here: Intake) -> None:
    person_id = await known_as(here, NAME)
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE person SET frozen = true WHERE person_id = %s", (person_id,))
    assert await indexed(here) == []
    assert await in_index(here) == set()


async def test_the_index_is_in_no_write_ahead_log_and_in_no_backup(here: Intake) -> None:
    unlogged = here.rows("SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' ORDER BY 1")
    assert unlogged == [("blind_index",), ("blind_index_mark",)]


def test_a_pepper_is_read_or_follows_from_the_key_encryption_key(tmp_path: Path) -> None:
    (tmp_path / "pepper").write_bytes(b"p" * 32)
    (tmp_path / "short").write_bytes(b"p")
    derived, read = read_pepper(None, b"k" * 32), read_pepper(tmp_path / "pepper", b"k" * 32)
    assert derived.scheme == read_pepper(None, b"k" * 32).scheme
    assert len({derived.scheme, read.scheme, read_pepper(None, b"l" * 32).scheme}) == 3
    for wrong in ("short", "missing"):
        with pytest.raises(SettingsInvalid, match="LOTSE_PEPPER_FILE"):
            read_pepper(tmp_path / wrong, b"k" * 32)


async def test_the_worker_of_the_service_does_it_all(here: Intake) -> None:
    first, second = await known_as(here, NAME), await known_as(here, SAME_ONE)
    while await index_work.index_turn(here.service, office_of(here)):
        pass
    bodies = here.rows("SELECT body FROM outbox WHERE subject LIKE '%suspected%'")
    (staged,) = [json.loads(body)["data"] for (body,) in bodies]
    assert staged["person_id"] in (str(first), str(second))


async def test_two_workers_at_once_do_nothing_twice_and_miss_nobody(here: Intake) -> None:
    for _ in range(10):
        await known_as(here, NAME)

    async def work() -> None:
        while here.counts()["to_index"]:
            await index_work.index_turn(here.service, office_of(here))

    await asyncio.gather(work(), work())
    assert len(await in_index(here)) == 10
    assert (await waiting(here)).waiting == 45
    assert here.rows("SELECT count(*) FROM outbox WHERE subject LIKE '%suspected%'") == [(45,)]


async def test_a_crash_of_the_database_empties_the_index_and_it_is_made_again(here: Intake, postgres: Postgres) -> None:
    first, second = await known_as(here, NAME, phone=PHONE), await known_as(here, SAME_ONE)
    assert len(await indexed(here)) == 1
    before = sorted(here.rows("SELECT person_id, kind, digest FROM blind_index"))
    with databases.connect(postgres.cluster) as admin:
        admin.execute("CHECKPOINT")  # the tests' cluster does not wait for the disk at a commit
    postgres.kill()
    postgres.start()
    assert here.rows("SELECT count(*) FROM blind_index") == [(0,)]
    assert await kit.eventually(lambda: found(here, name=NAME))
    answer, _ = await found(here, name=NAME)
    assert (answer.persons, answer.missing) == ((), 2)
    assert await indexed(here) == []
    assert sorted(here.rows("SELECT person_id, kind, digest FROM blind_index")) == before
    answer, _ = await found(here, name=NAME)
    assert ({one.person_id for one in answer.persons}, answer.missing) == ({first, second}, 0)


async def test_after_an_erasure_no_page_of_the_index_keeps_a_trace(here: Intake, postgres: Postgres) -> None:
    person_id = await known_as(here, NAME, phone=PHONE)
    await known_as(here, SOMEBODY)
    await indexed(here)
    digests = {digest for (digest,) in here.rows(f"SELECT digest FROM blind_index WHERE person_id = '{person_id}'")}
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    assert await index_work.rewrite_index(here.service, None) is None
    assert traces(here, postgres, digests) == digests
    with psycopg.connect(here.database.owner_url) as connection:
        connection.execute("UPDATE erasure SET confirmed_at = begun_at")
    last = await kit.eventually(lambda: index_work.rewrite_index(here.service, None))
    assert traces(here, postgres, digests) == set()
    assert await index_work.rewrite_index(here.service, last) == last
    assert [one.person_id for one in (await found(here, name=SOMEBODY))[0].persons]


def traces(here: Intake, postgres: Postgres, digests: set[bytes]) -> set[bytes]:
    """Which digests stand in any file of the database, once a stop has written everything to the disk."""
    (path,) = here.rows("SELECT pg_relation_filepath('blind_index')")
    postgres.stop()
    files = [file for file in (postgres.cluster.data / path[0]).parent.iterdir() if file.is_file()]
    whole = b"|".join(file.read_bytes() for file in files)
    postgres.start()
    return {digest for digest in digests if digest in whole}
