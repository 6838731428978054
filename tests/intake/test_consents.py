"""Consents: who may give them and how, what proves them, and how they end."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.envelope import subject_of, template_of
from lotse_contracts.intake import PersonFields
from lotse_intake.domain.ages import youngest_age
from lotse_intake.domain.consents import Consent
from tests import kit
from tests.intake.consenting import allow, asked, consent, person, reason, release, secrecy_of, version_of
from tests.intake.given import NAME, PARTNER, Intake, only, registration

CODE = "ABCDEFGHJKMNPQRSTVWXYZ0123"


# What it must say


async def test_a_disclosure_names_topics_and_groups(here: Intake) -> None:
    person_id = await person(here)
    for changed in ({"codes": ()}, {"field_groups": ()}, {"kind": "secrecy_release", "codes": ()}):
        with pytest.raises(Refused, match="consent_scope_empty"):
            await here.hear(consent(person_id, **changed))


async def test_health_needs_a_tick_of_its_own(here: Intake) -> None:
    person_id = await person(here)
    unticked = consent(person_id, field_groups=("identity", "health"))
    with pytest.raises(Refused, match="health_needs_tick"):
        await here.hear(unticked)
    ticked = unticked.model_copy(update={"health_ticked": True})
    await allow(here, ticked)
    assert await reason(here, release(here, ticked)) == ""


async def test_an_authority_to_act_is_given_in_writing(here: Intake) -> None:
    person_id = await person(here)
    power: dict[str, Any] = {"kind": "authorisation_to_act", "recipient": "jobcenter", "purpose": "representation"}
    with pytest.raises(Refused, match="method_not_enough"):
        await here.hear(consent(person_id, method="oral_witnessed", witness="w-2", **power))
    await here.hear(consent(person_id, **power))


async def test_an_oral_consent_has_a_witness_who_is_not_the_counsellor(here: Intake) -> None:
    person_id = await person(here)
    for witness in (None, "w-1"):
        with pytest.raises(Refused, match="witness_needed"):
            await here.hear(consent(person_id, method="oral_witnessed", witness=witness))
    given_one = consent(person_id, method="oral_witnessed", witness="w-2")
    await allow(here, given_one)
    (row,) = here.rows("SELECT witness, given_by FROM consent WHERE kind = 'disclosure'")
    assert row == ("w-2", "w-1")
    assert (await asked(here, person_id))[0].state == "valid"


async def test_several_are_given_together_or_none_and_the_disclosure_comes_last(here: Intake) -> None:
    person_id = await person(here)
    disclosure = consent(person_id)
    terms = [
        intake.ConsentTerms(**one.model_dump(exclude={"person_id"})) for one in (disclosure, secrecy_of(disclosure))
    ]
    broken = terms[1].model_copy(update={"text_version": "2020-01"})
    with pytest.raises(Refused, match="unknown_consent_text"):
        await here.hear(intake.GiveConsents(person_id=person_id, consents=(terms[0], broken)))
    assert here.counts()["consent"] == 0
    said = await here.hear(intake.GiveConsents(person_id=person_id, consents=tuple(terms)))
    assert [fact.kind for fact in said if isinstance(fact, intake.ConsentGiven)] == ["secrecy_release", "disclosure"]
    assert await here.hear(intake.GiveConsents(person_id=person_id, consents=tuple(terms))) == []
    assert await reason(here, release(here, disclosure)) == ""


async def test_of_two_who_give_under_one_id_at_the_same_time_one_is_refused(here: Intake) -> None:
    first = consent(await person(here), field_groups=("need_summary",))
    second = first.model_copy(update={"person_id": await person(here)})
    heard = here.service.heard[template_of(subject_of(intake.GiveConsent, "x", "k", "y"))]

    async def waits() -> bool:
        return here.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]

    async with here.service.engine.begin() as tx:
        only((await heard.handler([(first, here.context(actor="w-1"))], tx))[0], intake.ConsentGiven)
        giving = asyncio.create_task(here.hear(second))
        await kit.eventually(waits)
    with pytest.raises(Refused, match="consent_id_taken"):
        await giving
    assert here.rows("SELECT person_id FROM consent") == [(first.person_id,)]


# Secrecy


@pytest.mark.parametrize(
    "changed",
    [
        {"recipient": "jobcenter"},
        {"codes": ("work",)},
        {"field_groups": ("identity",)},
        {"purpose": "clarification"},
        {"valid_to": datetime(2026, 11, 25, 11, 0, tzinfo=UTC)},
    ],
)
async def test_what_identifies_leaves_only_with_a_release_from_secrecy_for_just_this(
    here: Intake, changed: dict[str, Any]
) -> None:
    given_one = consent(await person(here))
    await here.hear(given_one)
    assert await reason(here, release(here, given_one)) == "needs_secrecy_release"
    await here.hear(secrecy_of(given_one, **changed))
    here.now += timedelta(hours=2)
    assert await reason(here, release(here, given_one)) == "needs_secrecy_release"
    whole = secrecy_of(given_one)
    await here.hear(whole)
    assert await reason(here, release(here, given_one)) == ""
    await here.hear(intake.WithdrawConsent(person_id=given_one.person_id, consent_id=whole.consent_id))
    assert await reason(here, release(here, given_one)) == "needs_secrecy_release"


async def test_a_summary_without_a_name_needs_no_release_from_secrecy(here: Intake) -> None:
    given_one = consent(await person(here), field_groups=("need_summary",))
    await here.hear(given_one)
    assert await reason(here, release(here, given_one)) == ""


async def test_another_persons_release_from_secrecy_frees_nobody(here: Intake) -> None:
    given_one = consent(await person(here))
    await here.hear(given_one)
    await here.hear(secrecy_of(given_one, person_id=await person(here)))
    assert await reason(here, release(here, given_one)) == "needs_secrecy_release"


# Minors and guardians


async def linked(here: Intake, guardian_id: UUID, ward_id: UUID) -> UUID:
    link_id = uuid4()
    await here.hear(intake.LinkPersons(link_id=link_id, person_id=guardian_id, other_id=ward_id, kind="guardian_of"))
    return link_id


async def test_a_guardian_consents_for_a_child_as_long_as_she_is_one(here: Intake) -> None:
    child, mother = await person(here, "2015-05-05"), await person(here, "1985-01-01")
    alone = consent(child)
    with pytest.raises(Refused, match="guardian_needed"):
        await here.hear(alone)
    hers = {"grantor": "guardian", "guardian_id": mother}
    with pytest.raises(Refused, match="no_guardian"):
        await here.hear(consent(child, **hers))
    link_id = await linked(here, mother, child)
    given_one = consent(child, **hers)
    await allow(here, given_one)
    assert (await asked(here, child))[0].guardian_id == mother
    assert await reason(here, release(here, given_one)) == ""
    await here.hear(intake.UnlinkPersons(link_id=link_id, person_id=mother))
    assert await reason(here, release(here, given_one)) == "no_guardian"


async def test_nobody_is_the_guardian_of_herself_and_no_guardian_is_named_beside_her_own_word(here: Intake) -> None:
    woman = await person(here)
    for changed in ({"grantor": "guardian"}, {"grantor": "guardian", "guardian_id": woman}, {"guardian_id": uuid4()}):
        with pytest.raises(Refused, match="no_guardian"):
            await here.hear(consent(woman, **changed))


@pytest.mark.parametrize(
    ("born", "kind", "method", "capacity", "why"),
    [
        ("2012-11-26", "disclosure", "written", "insight_14", "capacity_not_enough"),
        ("2012-11-25", "disclosure", "written", "insight_14", None),
        ("2012-11-25", "disclosure", "digital", "insight_14", "capacity_not_enough"),
        ("2010-11-26", "disclosure", "oral_witnessed", "online_16", "capacity_not_enough"),
        ("2010-11-25", "disclosure", "oral_witnessed", "online_16", None),
        ("2011-11-26", "authorisation_to_act", "written", "social_law_15", "capacity_not_enough"),
        ("2011-11-25", "authorisation_to_act", "written", "social_law_15", None),
        ("2011-11-25", "authorisation_to_act", "written", "insight_14", "capacity_not_enough"),
        ("2011-11-25", "disclosure", "written", "social_law_15", "capacity_not_enough"),
        ("2008-11-25", "disclosure", "written", None, None),
        ("2008-11-26", "disclosure", "written", None, "guardian_needed"),
        ("2008", "disclosure", "written", None, "guardian_needed"),
        ("2007", "disclosure", "written", None, None),
    ],
)
async def test_a_minor_consents_herself_where_somebody_found_her_able_to(
    here: Intake, born: str, kind: str, method: str, capacity: str | None, why: str | None
) -> None:
    person_id = await person(here, born)
    witness = "w-2" if method == "oral_witnessed" else None
    proof = "0" * 64 if method == "digital" else None
    order = consent(person_id, kind=kind, method=method, capacity=capacity, witness=witness, proof_sha256=proof)
    if why is not None:
        with pytest.raises(Refused, match=why):
            await here.hear(order)
        return
    await here.hear(order)
    (row,) = here.rows("SELECT capacity, capacity_assessed_by FROM consent")
    assert row == (capacity, "w-1" if capacity else None)


async def test_who_turns_out_to_be_a_child_was_not_able_to_consent_alone(here: Intake) -> None:
    person_id = await person(here)
    given_one = consent(person_id)
    await allow(here, given_one)
    assert await reason(here, release(here, given_one)) == ""
    child = PersonFields(identity={"name": NAME, "birth_date": "2014"})
    await here.hear(registration(here, person_id, child))
    assert await reason(here, release(here, given_one)) == "guardian_needed"


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 120))
def test_nobody_is_older_than_the_calendar_says(born: date, years: int) -> None:
    today = born + timedelta(days=int(years * 365.25))
    age = youngest_age(born.isoformat(), today)
    assert age is not None
    assert years - 1 <= age <= years
    by_year = youngest_age(str(born.year), today)
    assert by_year is None or by_year <= age


def test_a_date_that_is_none_says_no_age() -> None:
    today = date(2026, 11, 25)
    for wrong in ("", "30.02.2010", "2010-02-30", "0000", "2030-01-01", "2010-W01-1", "٢٠١٠"):
        assert youngest_age(wrong, today) is None
    assert youngest_age("2008-02-29", date(2026, 2, 28)) == 17
    assert youngest_age("2008-02-29", date(2026, 3, 1)) == 18


# What stays


async def test_nothing_recorded_about_a_consent_can_be_changed(here: Intake) -> None:
    given_one = consent(await person(here))
    await here.hear(given_one)
    for statement in (
        "UPDATE consent SET recipient = 'another'",
        "DELETE FROM consent_proof",
        "UPDATE consent_text SET text_sha256 = ''",
        "DELETE FROM consent_expiry",
    ):
        with psycopg.connect(here.database.owner_url) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(statement.encode())


@given(
    st.sampled_from(["written", "digital", "oral_witnessed"]),
    st.booleans(),
    *(st.none() | st.integers(-2, 2) for _ in range(3)),
    st.integers(-2, 2),
)
def test_a_state_is_one_of_five_and_only_two_count(
    method: str, proved: bool, valid_to: int | None, pending: int | None, withdrawn: int | None, given_at: int
) -> None:
    now = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)

    def at(days: int | None) -> datetime | None:
        return None if days is None else now + timedelta(days=days)

    one = Consent(
        "p", "disclosure", PARTNER, "referral", frozenset(), frozenset(), method, at(given_at) or now,
        valid_to=at(valid_to), pending_until=at(pending), withdrawn_at=at(withdrawn), is_proved=proved,
    )  # fmt: skip
    awaited = method != "written" or proved or (pending is not None and pending > 0)
    counts = withdrawn is None and (valid_to is None or valid_to > 0) and awaited
    assert (one.state(now) in {"valid", "pending_proof"}) == counts
    assert one.is_valid(now) == (counts and given_at <= 0)
    end = one.next_end(now)
    assert end is None or end > now


def test_every_kind_has_its_version() -> None:
    assert version_of("handover_2027") == "handover-2027-2026-11"
