"""Act three: referral says which service fits and why; people go with a card in their hand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from lotse_contracts.intake import InboxEntry
from lotse_contracts.referral import (
    AskReferralActions,
    AskSuggestions,
    NamedCandidate,
    SendReferral,
    SuggestionsAnswer,
)
from lotse_local.demo.arriving import reference
from lotse_local.demo.cast import Case
from lotse_local.demo.frontend import AskRefused, Frontend
from lotse_local.demo.scene import FOLLOWS_SECONDS, Scene, at_once

FALLBACK = "fallback_orientation"  # the warning of a suggestion that fits nothing but the need to be guided
SHOWN_REASONS = 3  # of a suggestion, in a line


async def suggest(scene: Scene) -> None:
    """Wait until every accepted concern was matched; where nothing fits, orientation is suggested, which is a gap."""
    accepted = [entry for case in scene.with_step("accept", "self", "connected", "link") for entry in case.entries]
    matched = await at_once(lambda entry: _suggestions(scene, entry), accepted)
    scene.figures.gaps = sum(any(FALLBACK in one.warnings for one in found.candidates) for found in matched)
    scene.say(f"referral: {len(matched)} concerns matched with the directory, {scene.figures.gaps} gaps")


async def _suggestions(scene: Scene, entry: InboxEntry) -> SuggestionsAnswer:
    async def look() -> SuggestionsAnswer | None:
        answer: SuggestionsAnswer = await scene.desk.ask(AskSuggestions(concern_id=entry.concern_id))
        return answer if answer.matched else None

    found = await scene.desk.until(look, FOLLOWS_SECONDS, f"suggestions for {entry.code}")
    assert found is not None  # noqa: S101 - `until` returns what is true
    return found


async def hand_over(scene: Scene) -> None:
    """Send each with a card to the best service that takes people so, or the one that the counsellor knows is right."""
    await at_once(lambda case: _hand_over(scene, case), scene.with_step("self"))


async def reached(desk: Frontend, referral_id: UUID, *states: str) -> None:
    """Wait until a desk sees a referral in one of these states."""

    async def look() -> bool:
        try:
            answer = await desk.ask(AskReferralActions(referral_id=referral_id))
        except AskRefused:
            return False  # it has not arrived there yet
        return answer.state in states

    await desk.until(look, FOLLOWS_SECONDS, f"a referral that is {states[0]}")


async def _hand_over(scene: Scene, case: Case) -> None:
    entry, wanted = case.first, case.script.service
    found = await candidates(scene, entry)
    fitting = [one for one in found if "self" in one.modes and one.association != scene.home.name]
    chosen = next((one for one in fitting if wanted in one.name), None)
    if not scene.checks.expect(f"there is a service for {entry.code}", chosen is not None) or chosen is None:
        return
    referral_id = uuid4()
    order = SendReferral(
        referral_id=referral_id,
        concern_id=entry.concern_id,
        person_id=entry.person_id,
        service_id=chosen.service_id,
        mode="self",
    )
    answer = await scene.desk.order(order)
    await reached(scene.desk, referral_id, "delivered")
    scene.step()
    if scene.checks.expect("a person gets her card", answer.accepted):
        note(scene, entry, chosen, referral_id=referral_id, mode="self")
        rank = f"{found.index(chosen) + 1} of {len(found)}"
        scene.say(f"desk: {reference(case)} goes to {chosen.name} ({rank}, {chosen.score} points: {reasons(chosen)})")


async def candidates(scene: Scene, entry: InboxEntry) -> Sequence[NamedCandidate]:
    """What referral suggests for a concern, best first, with a reason for each point."""
    answer = await scene.desk.ask(AskSuggestions(concern_id=entry.concern_id))
    found: Sequence[NamedCandidate] = answer.candidates
    explained = all(one.score == sum(factor.points for factor in one.factors) for one in found)
    ranks = [(one.tier, -one.score) for one in found]
    best_first = ranks == sorted(ranks)
    scene.checks.expect("suggestions come best first, with a reason for each point", explained and best_first)
    return found


def note(scene: Scene, entry: InboxEntry, chosen: NamedCandidate, *, referral_id: UUID, mode: str) -> None:
    """Remember for the report where somebody was referred, and why."""
    found: dict[str, Any] = {
        "referral_id": str(referral_id),
        "concern_id": str(entry.concern_id),
        "mode": mode,
        "state": "delivered",
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
