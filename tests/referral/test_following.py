"""One referral follows another: re-routed with a fresh match, reopened, or one more; what has ended stays as it is."""

from typing import Any
from uuid import uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.intake import ReleaseFields
from lotse_contracts.referral import (
    AskSuggestions,
    ReferralFollowed,
    ReferralRerouted,
    ReferralWithdrawnNotice,
)
from tests.referral.acted import act, answered, arrived, jobcenter
from tests.referral.desk import Desk, Person, names, only


async def test_an_open_referral_that_is_rerouted_ends_and_the_partner_is_told(desks: tuple[Desk, Desk]) -> None:
    """With a fresh match; the consent for the new recipient is a new one."""
    desk, partner = desks
    person, following = Person(), uuid4()
    await arrived(desk, partner, person)
    other = next(
        candidate.service_id
        for candidate in (await desk.asks(_suggestions(person))).candidates
        if candidate.association != "plattform"
    )
    reroute = act(person, "reroute", following_id=following, service_id=other, mode="self")
    with pytest.raises(Refused, match="following_needed"):
        await desk.hears(act(person, "reroute"))
    await desk.passes(hours=1)
    await answered(desk, partner, act(person, "accept"))
    with pytest.raises(Refused, match="fresh_match_needed"):
        await desk.hears(reroute)
    await desk.hears(person.accepted(2))
    said = await desk.hears(reroute)
    assert only(ReferralRerouted, said).followed_by == following
    assert only(ReferralWithdrawnNotice, said).reason == "rerouted"
    assert [await desk.state(one) for one in (person.referral_id, following)] == ["rerouted", "delivered"]
    (child,) = [row for row in await desk.rows("referral") if row["referral_id"] == following]
    assert (child["parent_id"], child["link"], child["counsellor"]) == (person.referral_id, "reroute", "olena")
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(reroute.model_copy(update={"following_id": uuid4()}))


def _suggestions(person: Person) -> Any:
    return AskSuggestions(concern_id=person.concern_id)


async def test_a_declined_referral_stays_declined_and_is_matched_afresh_by_itself(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person, following = Person(), uuid4()
    await arrived(desk, partner, person)
    await desk.passes(hours=1)
    await answered(desk, partner, act(person, "decline", reason="no_capacity"))
    assert "ServicesProposed" in names(await desk.fires_timers())
    other = next(
        candidate.service_id
        for candidate in (await desk.asks(_suggestions(person))).candidates
        if candidate.association != "plattform"
    )
    reroute = act(person, "reroute", following_id=following, service_id=other, mode="self")
    said = await desk.hears(reroute)
    followed = only(ReferralFollowed, said)
    assert (followed.followed_by, followed.link) == (following, "reroute")
    assert [await desk.state(one) for one in (person.referral_id, following)] == ["declined", "delivered"]
    (held,) = [row for row in await desk.rows("referral") if row["referral_id"] == person.referral_id]
    assert (held["reason"], held["version"]) == ("no_capacity", 4)


async def test_reopening_makes_another_referral_with_a_consent_of_its_own(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person, following = Person(), uuid4()
    await arrived(desk, partner, person)
    await desk.hears(act(person, "withdraw", reason="client_request"))
    groups = ("identity", "contact")
    reopen = act(person, "reopen", following_id=following, mode="connected", field_groups=groups)
    said = await desk.hears(reopen)
    assert only(ReferralFollowed, said).link == "reopen"
    release = only(ReleaseFields, said)
    assert (release.referral_id, release.recipient) == (following, "plattform")
    assert [await desk.state(one) for one in (person.referral_id, following)] == ["withdrawn", "consent_pending"]


async def test_a_sub_referral_leaves_the_first_one_on_its_way(desk: Desk) -> None:
    person, following = Person(code="work"), uuid4()
    await desk.hears(person.accepted())
    service = await jobcenter(desk, person)
    await desk.hears(person.sent(service))
    sub = act(person, "sub", following_id=following, service_id=service, mode="accompanied")
    followed = only(ReferralFollowed, await desk.hears(sub))
    assert (followed.followed_by, followed.link) == (following, "sub")
    assert [await desk.state(one) for one in (person.referral_id, following)] == ["delivered", "sent"]
    await desk.hears(person.accepted(2))
    reroute = act(person, "reroute", following_id=uuid4(), service_id=service, mode="self")
    with pytest.raises(Refused, match="same_service"):
        await desk.hears(reroute)
