"""The guard as it stands in the service: what is loaded for it is hers, of all her records, and as it is now."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from lotse_contracts import intake, referral
from lotse_contracts.envelope import subject_of, template_of
from lotse_contracts.intake import ContactPoint, PersonFields, RestrictPerson
from lotse_contracts.sealed import open_sealed
from lotse_intake.app import build
from tests import kit
from tests.intake.consenting import consent, reason, release, secrecy_of
from tests.intake.given import Intake, known_person, only, registration

CASES = 120
SEED = 2_711
LEAST = timedelta(microseconds=1)
MIDNIGHT = datetime(2026, 11, 26, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
GROUPS = ("identity", "contact", "need_summary", "health")
WHY: Any = get_args(RestrictPerson.model_fields["reason"].annotation)[0]


async def registered(here: Intake, mark: str) -> UUID:
    """Somebody in whose every field stands her own mark."""
    person_id = uuid4()
    fields = PersonFields(
        identity={"name": f"Марія {mark}"},
        contact=ContactPoint(kind="email", value=f"{mark}@example.org"),
        need_summary=f"summary {mark}",
        health=f"health {mark}",
    )
    await here.hear(registration(here, person_id, fields))
    return person_id


async def merged(here: Intake, kept: UUID, other: UUID) -> UUID:
    merge_id = uuid4()
    await here.hear(intake.MergePersons(merge_id=merge_id, person_id=other, kept_id=kept, reason="same_phone"))
    return merge_id


def bytes_there(here: Intake, said: Any) -> bytes:
    forwarded = only(said, referral.ForwardFields)
    key = str(forwarded.referral_id)
    return open_sealed(forwarded.fields, here.partner, type_name=referral.ReferralOffered.type_name(), key=key)


@pytest.mark.parametrize("joined", [False, True])
async def test_drawn_histories_let_out_what_is_consented_and_nothing_of_anybody_else(
    here: Intake, joined: bool
) -> None:
    draw, seen = random.Random(SEED), Counter[str]()  # noqa: S311 - the same histories every time
    marks = ("kanarejka-eins", "kanarejka-zwei", "kanarejka-drei")
    she, too, sister = [await registered(here, mark) for mark in marks]
    if joined:
        await merged(here, she, too)
    hers = {she, too} if joined else {she}
    for number in range(CASES):
        here.now = MIDNIGHT - timedelta(hours=draw.choice((1, 30)))
        on, secret_on = draw.choice((she, she, she, too, sister)), draw.choice((she, she, too, sister, None))
        groups = tuple(draw.sample(GROUPS, draw.randint(1, len(GROUPS))))
        ends = draw.choice((None, MIDNIGHT))
        alone = {"codes": (f"only_{number}",)}  # no consent of another history reaches this one
        given = consent(on, field_groups=groups, health_ticked="health" in groups, valid_to=ends, **alone)
        await here.hear(given)
        secrecy = secrecy_of(given, person_id=secret_on or on, valid_to=None)
        if secret_on is not None:
            await here.hear(secrecy)
        withdrawn = draw.choice((None, None, None, given, secrecy if secret_on else given))
        if withdrawn is not None:
            await here.hear(intake.WithdrawConsent(person_id=withdrawn.person_id, consent_id=withdrawn.consent_id))
        here.now = draw.choice((here.now, MIDNIGHT - LEAST, MIDNIGHT, MIDNIGHT + LEAST))
        wanted = tuple(draw.sample(groups, draw.randint(1, len(groups))))
        other_key = draw.random() < 0.1
        key = {"receiver_key": "AAAA"} if other_key else {}
        asked = release(here, given, person_id=she, field_groups=wanted, **key)
        covered = on in hers and withdrawn is not given and (ends is None or here.now < ends) and not other_key
        plain = not {"identity", "contact"} & set(wanted)
        free = secret_on in hers and withdrawn is not secrecy
        said = await here.hear(asked, actor=None)
        seen[said[0].NAME] += 1
        assert isinstance(said[0], intake.FieldsReleased) == (covered and (plain or free)), (SEED, number)
        if isinstance(said[0], intake.FieldsReleased):
            content = bytes_there(here, said)
            assert set(PersonFields.model_validate_json(content).model_dump(exclude_none=True)) == set(wanted)
            assert content.count(marks[0].encode()) == len(wanted)
            assert not [mark for mark in marks[1:] if mark.encode() in content]
    assert min(seen.values()) >= CASES / 10, seen


async def test_a_restriction_of_one_record_holds_for_all_of_hers(here: Intake) -> None:
    she, too = await registered(here, "a"), await registered(here, "b")
    await merged(here, she, too)
    given = consent(she)
    for one in (given, secrecy_of(given)):
        await here.hear(one)
    for restricted in (True, False):
        order = intake.RestrictPerson(person_id=too, restricted=restricted, reason=WHY, informed=not restricted)
        await here.hear(order)
        assert await reason(here, release(here, given)) == ("person_restricted" if restricted else "")
    with psycopg.connect(here.database.owner_url) as owner:  # as an order would leave it that knew one record alone
        owner.execute("UPDATE person SET restricted = true WHERE person_id = %s", (too,))
    assert await reason(here, release(here, given)) == "person_restricted"


async def test_an_unsafe_contact_of_one_record_holds_for_all_of_hers(here: Intake) -> None:
    she, too = await registered(here, "a"), await known_person(here, flags=("violence",))
    given = consent(she)
    for one in (given, secrecy_of(given)):
        await here.hear(one)
    assert await reason(here, release(here, given)) == ""
    await merged(here, she, too)
    assert await reason(here, release(here, given)) == "contact_unsafe"


async def test_a_merge_that_is_undone_takes_its_consents_along(here: Intake) -> None:
    she, too = await registered(here, "a"), await registered(here, "b")
    given = consent(too)
    for one in (given, secrecy_of(given)):
        await here.hear(one)
    asked = release(here, given, person_id=she)
    assert await reason(here, asked) == "no_consent"
    merge_id = await merged(here, she, too)
    assert await reason(here, release(here, given, person_id=she)) == ""
    await here.hear(intake.UnmergePersons(merge_id=merge_id, person_id=too, reason="two_after_all"))
    assert await reason(here, release(here, given, person_id=she)) == "no_consent"


async def test_where_nobody_is_bound_to_secrecy_the_consent_is_enough(here: Intake) -> None:
    given = consent(await registered(here, "a"))
    await here.hear(given)
    assert await reason(here, release(here, given)) == "needs_secrecy_release"
    free = build(here.settings.model_copy(update={"needs_secrecy_release": False}))
    other = Intake(free, here.database, here.settings, here.partner, here.notify, here.token_key, here.now)
    assert await reason(other, release(here, given)) == ""
    await free.engine.dispose()


async def test_a_withdrawal_under_way_on_another_record_is_waited_for(here: Intake) -> None:
    she, too = await registered(here, "a"), await registered(here, "b")
    await merged(here, she, too)
    given = consent(too)
    for one in (given, secrecy_of(given)):
        await here.hear(one)
    withdrawal = intake.WithdrawConsent(person_id=too, consent_id=given.consent_id)
    heard = here.service.heard[template_of(subject_of(intake.WithdrawConsent, "x", "k", "y"))]

    async def waits() -> bool:
        return here.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]

    async with here.service.engine.begin() as tx:
        await heard.handler([(withdrawal, here.context(actor="w-1"))], tx)
        asking = asyncio.create_task(reason(here, release(here, given, person_id=she)))
        await kit.eventually(waits)
    assert await asking == "consent_not_valid"
