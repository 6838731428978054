"""What the tests of duplicates, of the search and of its index stand on."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.intake import (
    AskDuplicates,
    AskFindPersons,
    ContactPoint,
    DuplicatesAnswer,
    DuplicateSuspected,
    FoundPersonsAnswer,
    PersonFields,
    PersonQuery,
)
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_intake.handlers import indexing
from lotse_intake.providers.office import Office
from tests.intake.given import Intake, registration, sealed_to

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
