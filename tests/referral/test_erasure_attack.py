"""After an erasure nothing of her can be read again: not with every row, file and key that is still to be found."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown
from lotse_contracts.referral import AskPersonData, ErasePerson, OfficeToTell, PersonErased
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from tests.referral.desk import Person, only
from tests.referral.offices import CANARY, OfficeDesk, browser, referred

MARKS = (CANARY.encode(), "Шевченко".encode(), b"+491701234567", b"sucht <b>eine</b>")


async def shown(desk: OfficeDesk, person_id: UUID) -> bytes:
    key = X25519PrivateKey.generate()
    answer = await desk.asks(AskPersonData(person_id=person_id, reply_key=encode(public_bytes(key))))
    return open_sealed(answer.content, key, type_name="referral.person-data.v1", key=str(person_id))


def opened(desk: OfficeDesk, rows: list[dict[str, object]], tmp_path: Path) -> list[bytes]:
    """What somebody reads who has the rows as they were and every key file of now."""
    found = []
    names = [UUID(path.name.partition(".")[0]) for path in (tmp_path / "keys").iterdir() if "-" in path.name]
    for row in rows:
        for name in {*names, row["person_id"], row["referral_id"]}:
            for context in ("fields", f"{row['referral_id']}:fields"):
                try:
                    found.append(desk.keys.decrypt(name, context, row["ciphertext"]))  # type: ignore[arg-type]
                except (CannotDecrypt, KeyDestroyed, KeyUnknown):
                    continue
    return found


async def test_what_was_released_for_an_office_is_read_before_and_never_after(
    office_desk: OfficeDesk, tmp_path: Path
) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person, mode="letter")
    assert CANARY.encode() in await shown(office_desk, person.person_id)
    rows = office_desk.sql("SELECT * FROM held_fields")
    assert opened(office_desk, rows, tmp_path)  # the attack works while the keys are there
    assert not [mark for mark in MARKS if mark in office_desk.whole_database()]
    receipt = only(PersonErased, await office_desk.hears(ErasePerson(person_id=person.person_id)))
    counts = {one.store: one.count for one in receipt.counts}
    assert (counts["held_fields"], counts["key"]) == (1, 2)
    assert opened(office_desk, rows, tmp_path) == []
    assert office_desk.sql("SELECT * FROM held_fields") == []
    kept = office_desk.whole_database()
    for table in ("referral", "referral_step", "consent", "concern", "office_link", "office_session"):
        assert office_desk.sql(f'SELECT * FROM "{table}"') == [], table
    assert not [mark for mark in MARKS if mark in kept]


@pytest.mark.parametrize(("mode", "opens", "told"), [("letter", False, 1), ("link", False, 0), ("link", True, 1)])
async def test_an_office_that_may_have_read_her_fields_is_the_desks_to_tell(
    office_desk: OfficeDesk, mode: str, opens: bool, told: int
) -> None:
    person = Person(code="benefits")
    said = await referred(office_desk, person, mode=mode)
    if opens:
        async with browser(office_desk) as office:
            await office.open(office_desk.link_in(said))
    erased = await office_desk.hears(ErasePerson(person_id=person.person_id))
    notices = [one for one in erased if isinstance(one, OfficeToTell)]
    assert len(notices) == told
    assert [str(person.person_id) in one.model_dump_json() for one in notices] == [False] * told
    assert not [
        one for one in await office_desk.hears(ErasePerson(person_id=person.person_id)) if isinstance(one, OfficeToTell)
    ]


async def test_the_links_and_sessions_of_an_office_end_with_her(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    code = office_desk.link_in(await referred(office_desk, person))
    async with browser(office_desk) as office:
        assert CANARY in (await office.open(code)).text
        await office_desk.hears(ErasePerson(person_id=person.person_id))
        late = await office.see(code)
        assert CANARY not in late.text
        assert late.status_code in (404, 410)
        answered = await office.answer(code, "accept")
        assert answered.status_code >= 400
    assert office_desk.sql("SELECT * FROM referral") == []


async def test_an_erasure_that_nobody_here_ever_knew_says_so(office_desk: OfficeDesk) -> None:
    receipt = only(PersonErased, await office_desk.hears(ErasePerson(person_id=uuid4())))
    assert not [one for one in receipt.counts if one.count]
