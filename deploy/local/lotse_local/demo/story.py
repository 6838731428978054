"""The story from the first enquiry to the last look into the books, act by act."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from lotse_contracts.intake import AskEnquiryState
from lotse_local.demo import (
    arriving,
    closing,
    connecting,
    counselling,
    mails,
    money,
    proving,
    reading,
    referring,
    trails,
)
from lotse_local.demo.cast import Case
from lotse_local.demo.frontend import AskRefused, NotAnswered
from lotse_local.demo.scene import Scene, at_once
from lotse_local.demo.trails import Span

BREAKS = (NotAnswered, AskRefused, LookupError, httpx.HTTPError)
TRACE_SECONDS = 6.0
TRACE_WANTED = (
    "handle lotse.*.cmd.intake.submit-enquiry",
    "handle lotse.*.cmd.notify.tell",
    "referral handle lotse.*.xfer",
    "handle lotse.*.cmd.intake.receive-person",
    "handle lotse.*.evt.referral.appointment-fixed",
    "auslaenderrat/notify send mail",
    "plattform/notify send mail",
    "publish lotse.*.evt.notify.message-sent",
)
TRACE_TO_THE_MAIL = ("handle lotse.*.cmd.notify.tell", "send mail", "publish lotse.*.evt.notify.message-sent")
OTHER_STEPS = 18  # of the progress bar, beside those that each case brings


def steps_of(cases: list[Case]) -> int:
    """How long the progress bar is."""
    accepted = sum(max(1, len(case.script.codes)) for case in cases if case.script.step)
    answered = sum(bool(case.script.answer) for case in cases)
    handed_over = sum(case.script.step == "self" for case in cases)
    return len(cases) + accepted + 2 * answered + handed_over + OTHER_STEPS


async def told(scene: Scene) -> list[Span]:
    """Tell the whole story; returns the spans of the one enquiry whose trace is drawn.

    Where somebody does not answer, the story breaks off there, which is an expectation that failed.
    """
    try:
        return await _acts(scene)
    except BREAKS as fault:
        scene.checks.expect(f"the story comes to its end ({type(fault).__name__}: {fault})", holds=False)
        return []


async def _acts(scene: Scene) -> list[Span]:
    await _act(scene, "arriving", _arriving)
    await _act(scene, "counselling", _counselling)
    await _act(scene, "referring", _referring)
    await _act(scene, "money", _money)
    await _act(scene, "mails", mails.collect)
    await _act(scene, "states", _states)
    return await _trace(scene)


async def _arriving(scene: Scene) -> None:
    await arriving.arrive(scene)
    await counselling.read_inbox(scene)
    await reading.read_photos(scene)


async def _counselling(scene: Scene) -> None:
    await counselling.accept(scene)
    await counselling.answer(scene)
    await reading.read_answers(scene)


async def _referring(scene: Scene) -> None:
    await referring.suggest(scene)
    await referring.hand_over(scene)
    await connecting.refer_to_partner(scene)
    await connecting.own_appointment(scene)
    await closing.refer_to_office(scene)
    await closing.look_at_own_page(scene)
    await closing.meet(scene)


async def _money(scene: Scene) -> None:
    grant_id = await money.keep_books(scene)
    await money.audit(scene, grant_id)
    await proving.prove(scene, grant_id)


async def _states(scene: Scene) -> None:
    """What each person sees with her receipt code alone."""
    await at_once(lambda case: _state(scene, case), scene.cases)


async def _state(scene: Scene, case: Case) -> None:
    answer = await scene.frontends[case.script.by].ask(AskEnquiryState(receipt_code=case.receipt_code))
    scene.checks.expect("every receipt code has a state", answer.known)
    scene.figures.states[answer.state or "unknown"] += 1
    if case is scene.connected_case:
        scene.checks.expect("her enquiry is closed when her referral is", answer.state == "closed")


async def _trace(scene: Scene) -> list[Span]:
    files = [file for house in (scene.home, scene.partner) for file in house.traces.values()]
    spans = await trails.whole(scene.trail, files, TRACE_WANTED, TRACE_SECONDS)
    names = [f"{span.who} {span.name}" for span in spans]
    for wanted in TRACE_WANTED:
        scene.checks.expect(f"the trace shows: {wanted}", any(wanted in name for name in names))
    scene.checks.expect("the trace reaches the mail and goes on", trails.descends(spans, TRACE_TO_THE_MAIL))
    scene.checks.expect("nothing in the trace failed", not any(span.failed for span in spans))
    scene.figures.trace = {"trace_id": scene.trail.trace_id, "spans": len(spans)}
    return spans


async def _act(scene: Scene, name: str, act: Callable[[Scene], Awaitable[Any]]) -> None:
    began = time.monotonic()
    await act(scene)
    scene.figures.seconds[name] = round(time.monotonic() - began, 2)
