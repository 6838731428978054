"""Act three: referral says which service fits and why; people go with a card in their hand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from lotse_contracts.envelope import Fact
from lotse_contracts.intake import InboxEntry
from lotse_contracts.referral import (
    AskSuggestions,
    GapFound,
    NamedCandidate,
    ReferralDelivered,
    SendReferral,
    ServicesProposed,
)
from lotse_local.demo.arriving import reference
from lotse_local.demo.cast import Case
from lotse_local.demo.scene import FACTS_SECONDS, Scene, at_once

SHOWN_REASONS = 3  # of a suggestion, in a line


async def suggest(scene: Scene) -> None:
    """Wait until every accepted concern was matched."""
    accepted = [entry for case in scene.with_step("accept", "self", "connected") for entry in case.entries]
    ids = {entry.concern_id for entry in accepted}
    await scene.desk.until(lambda facts: ids <= proposed(facts), FACTS_SECONDS)
    scene.figures.gaps = sum(isinstance(heard.fact, GapFound) for heard in scene.desk.heard)
    scene.say(f"referral: {len(ids)} concerns matched with the directory, {scene.figures.gaps} gaps")


def proposed(facts: Sequence[Fact]) -> set[UUID]:
    """Concerns that were matched."""
    return {fact.concern_id for fact in facts if isinstance(fact, ServicesProposed)}


async def hand_over(scene: Scene) -> None:
    """Send each with a card to the best service that takes people so, or the one that the counsellor knows is right."""
    sent = await at_once(lambda case: _hand_over(scene, case), scene.with_step("self"))
    ids = {referral_id for referral_id in sent if referral_id is not None}
    await scene.desk.until(lambda facts: ids <= delivered(facts), FACTS_SECONDS)


def delivered(facts: Sequence[Fact]) -> set[UUID]:
    """Referrals that reached the person or the other side."""
    return {fact.referral_id for fact in facts if isinstance(fact, ReferralDelivered)}


async def _hand_over(scene: Scene, case: Case) -> UUID | None:
    entry, wanted = case.first, case.script.service
    found = await candidates(scene, entry)
    fitting = [one for one in found if "self" in one.modes and one.association != scene.home.name]
    chosen = next((one for one in fitting if wanted in one.name), None)
    if not scene.checks.expect(f"there is a service for {entry.code}", chosen is not None) or chosen is None:
        return None
    referral_id = uuid4()
    order = SendReferral(
        referral_id=referral_id,
        concern_id=entry.concern_id,
        person_id=entry.person_id,
        service_id=chosen.service_id,
        mode="self",
    )
    answer = await scene.desk.order(order)
    scene.step()
    if scene.checks.expect("a person gets her card", answer.accepted):
        note(scene, entry, chosen, referral_id=referral_id, mode="self")
        rank = f"{found.index(chosen) + 1} of {len(found)}"
        scene.say(f"desk: {reference(case)} goes to {chosen.name} ({rank}, {chosen.score} points: {reasons(chosen)})")
    return referral_id


async def candidates(scene: Scene, entry: InboxEntry) -> Sequence[NamedCandidate]:
    """What referral suggests for a concern, best first, with a reason for each point."""
    answer = await scene.desk.ask(AskSuggestions(concern_id=entry.concern_id))
    found: Sequence[NamedCandidate] = answer.candidates
    explained = all(one.score == sum(factor.points for factor in one.factors) for one in found)
    best_first = [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    scene.checks.expect("suggestions come best first, with a reason for each point", explained and best_first)
    return found


def note(scene: Scene, entry: InboxEntry, chosen: NamedCandidate, *, referral_id: UUID, mode: str) -> None:
    """Remember for the report where somebody was referred, and why."""
    found: dict[str, Any] = {
        "referral_id": str(referral_id),
        "concern_id": str(entry.concern_id),
        "mode": mode,
        "code": entry.code,
        "language": entry.language,
        "service": chosen.name,
        "organization": chosen.organization,
        "score": chosen.score,
        "factors": [factor.model_dump() for factor in chosen.factors],
        "warnings": list(chosen.warnings),
    }
    scene.figures.referrals.append(found)


def reasons(chosen: NamedCandidate) -> str:
    """The reasons that count most."""
    ranked = sorted(chosen.factors, key=lambda factor: -factor.points)[:SHOWN_REASONS]
    return ", ".join(f"{factor.because} {factor.points}" for factor in ranked)
