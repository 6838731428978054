"""Act two: the desk finds everything in its inbox, takes concerns on, and answers."""

from collections.abc import Sequence

from lotse_contracts.intake import (
    AcceptConcern,
    AnswerEnquiry,
    AskInbox,
    InboxEntry,
    TextContent,
)
from lotse_contracts.sealed import seal
from lotse_contracts.values import Urgency
from lotse_local.demo.arriving import reference
from lotse_local.demo.cast import Case
from lotse_local.demo.frontend import Frontend
from lotse_local.demo.scene import Scene, at_once

PAGE = 50
PAGES_MAX = 200
ORIENTATION = "orientation"
UNKNOWN_CODE = "pension_abroad"  # in no list: somebody's own word
URGENT: dict[str, Urgency] = {"suicidal": "emergency", "homeless_tonight": "emergency", "violence": "emergency"}


async def read_inbox(scene: Scene) -> None:
    """Page through what waits, most urgent first, and find every enquiry of the story with its concerns."""
    entries = await _inbox(scene.desk)
    order = [(entry.due_at, entry.concern_id) for entry in entries]
    scene.checks.expect("the inbox has the most urgent first", order == sorted(order))
    for case in scene.cases:
        case.entries = [entry for entry in entries if entry.enquiry_id == case.enquiry_id]
        _expect_entries(scene, case)
    _count(scene, [entry for case in scene.cases for entry in case.entries])
    first = next(entry for entry in entries if any(entry in case.entries for case in scene.cases))
    scene.say(f"desk: {len(entries)} concerns wait, first of ours a {first.code} concern, {first.urgency}")


async def _inbox(desk: Frontend) -> list[InboxEntry]:
    entries: list[InboxEntry] = []
    cursor = None
    for _ in range(PAGES_MAX):
        page = await desk.ask(AskInbox(size=PAGE, cursor=cursor))
        entries += page.entries
        cursor = page.cursor
        if cursor is None:
            break
    return entries


def _expect_entries(scene: Scene, case: Case) -> None:
    script, entries = case.script, case.entries
    known = {code for code in script.codes if code != UNKNOWN_CODE} or {ORIENTATION}
    scene.checks.expect(f"every concern of {reference(case)} waits", {entry.code for entry in entries} == known)
    told = all((entry.channel, entry.language) == (script.channel, script.language) for entry in entries)
    scene.checks.expect("channel and language are those of the enquiry", told)
    marked = [entry.unknown_code for entry in entries]
    scene.checks.expect("only an unknown code is marked", any(marked) == (UNKNOWN_CODE in script.codes))
    for flag in script.flags:
        urgency = URGENT.get(flag)
        if urgency is not None:
            scene.checks.expect(f"{flag} is an {urgency}", all(entry.urgency == urgency for entry in entries))


def _count(scene: Scene, entries: Sequence[InboxEntry]) -> None:
    figures, enquiries = scene.figures, {entry.enquiry_id: entry for entry in entries}
    figures.enquiry_ids = [str(enquiry_id) for enquiry_id in enquiries]
    figures.by_channel.update(entry.channel for entry in enquiries.values())
    figures.by_language.update(entry.language for entry in enquiries.values())
    figures.by_urgency.update(entry.urgency for entry in enquiries.values())
    figures.by_code.update(entry.code for entry in entries)
    figures.unknown_codes = sum(entry.unknown_code for entry in entries)


async def accept(scene: Scene) -> None:
    """Take concerns on; where somebody named a code that nobody knows, the counsellor says which it is."""
    orders = [
        (case, AcceptConcern(concern_id=entry.concern_id, code=case.script.own_code or None))
        for case in scene.with_step("accept", "self", "connected", "link")
        for entry in case.entries
    ]
    await at_once(lambda given: _accept(scene, *given), orders)


async def _accept(scene: Scene, case: Case, order: AcceptConcern) -> None:
    if case is scene.connected_case:
        with scene.trail.step(f"{scene.home.name}/desk", "publish accept-concern") as traceparent:
            answer = await scene.desk.order(order, traceparent=traceparent)
    else:
        answer = await scene.desk.order(order)
    scene.step()
    if scene.checks.expect("a counsellor takes a concern on", answer.accepted):
        own = f" as {order.code}" if order.code else ""
        scene.say(f"desk: a concern of {reference(case)} taken on{own}")


async def answer(scene: Scene) -> None:
    """Answer in the person's language, sealed; the person is told only that something waits."""
    await at_once(lambda case: _answer(scene, case), [case for case in scene.cases if case.script.answer])


async def _answer(scene: Scene, case: Case) -> None:
    plaintext = TextContent(text=case.script.answer).model_dump_json().encode()
    key = str(case.enquiry_id)
    content = seal(plaintext, scene.seal_key, type_name=AnswerEnquiry.type_name(), key=key)
    said = AnswerEnquiry(enquiry_id=case.enquiry_id, content=content)
    if case is scene.connected_case:
        with scene.trail.step(f"{scene.home.name}/desk", "publish answer-enquiry") as traceparent:
            given = await scene.desk.order(said, traceparent=traceparent)
    else:
        given = await scene.desk.order(said)
    scene.step()
    if scene.checks.expect("a counsellor answers", given.accepted):
        scene.say(f"desk: enquiry {reference(case)} answered ({case.script.language})")
