"""One action on many concerns: the preview says what would happen, and either exactly that happens or nothing."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.envelope import ITEMS_MAX, Message
from lotse_intake.domain.previews import fingerprint, moved_since, seal_of
from tests.intake.desk import COORDINATOR, act, enrol, held, raised, refused, state, timers
from tests.intake.given import Intake


async def preview(here: Intake, ids: list[UUID], action: str, *, actor: str = COORDINATOR, **given: Any) -> Any:
    question = intake.AskBulkPreview.model_validate({"concern_ids": ids, "action": action, **given})
    return await here.ask(question, actor=actor)


async def bulk(
    here: Intake, ids: list[UUID], action: str, seal: str, *, actor: str = COORDINATOR, **given: Any
) -> list[Message]:
    asked = {"bulk_id": uuid4(), "concern_ids": ids, "action": action, "preview": seal, **given}
    return await here.hear(intake.BulkActOnConcerns.model_validate(asked), actor=actor)


async def test_what_the_preview_says_is_what_happens(here: Intake) -> None:
    await enrol(here, "w-1", languages=("de",))
    fresh, screened, gone, unknown = await raised(here), await raised(here), await raised(here), uuid4()
    danger = await raised(here, flags=("danger",))
    await act(here, screened, "screen")
    await act(here, gone, "withdraw")
    ids = [fresh, gone, screened, unknown, danger]
    before = here.counts()
    told = await preview(here, ids, "assign", to="w-1")
    assert here.counts() == before
    assert [(one.state, one.next_state, one.refused) for one in told.entries] == [
        ("received", "assigned", None),
        ("withdrawn", None, "not_allowed_now"),
        ("screened", "assigned", None),
        (None, None, "unknown_concern"),
        ("received", "assigned", None),
    ]
    assert told.would_move == 3
    assert told.entries[0].warnings == ("language_not_spoken",)
    said = await bulk(here, ids, "assign", told.seal, to="w-1")
    moved = [one for one in said if isinstance(one, intake.ConcernMoved)]
    assert {one.concern_id for one in moved} == {fresh, screened, danger}
    for concern in (fresh, screened, danger):
        assert held(here, concern)[:2] == ("assigned", "w-1")
        assert timers(here, concern) == [("first_answer", "half")]
    assert state(here, gone) == "withdrawn"


async def test_if_one_has_changed_none_is_moved_and_it_is_named(here: Intake) -> None:
    await enrol(here, "w-1")
    ids = [await raised(here) for _ in range(5)]
    told = await preview(here, ids, "accept")
    await act(here, ids[3], "screen")
    await act(here, ids[1], "tag", tags=("a_tag",))
    before = here.counts(), [held(here, one) for one in ids]
    with pytest.raises(Refused) as caught:
        await bulk(here, ids, "accept", told.seal)
    assert (caught.value.code, caught.value.fields) == ("world_moved", ("concern_ids.1", "concern_ids.3"))
    assert (here.counts(), [held(here, one) for one in ids]) == before
    again = await preview(here, ids, "accept")
    assert len(await bulk(here, ids, "accept", again.seal)) == 10


@pytest.mark.parametrize("seal", ["", "x", "AAAA", "not base64 !"])
async def test_a_seal_that_we_did_not_give_moves_nothing(here: Intake, seal: str) -> None:
    ids = [await raised(here) for _ in range(2)]
    order = intake.BulkActOnConcerns.model_construct(
        bulk_id=uuid4(), concern_ids=tuple(ids), action="accept", preview=seal
    )
    with pytest.raises(Refused, match="world_moved"):
        await here.hear(order, actor=COORDINATOR)
    assert [state(here, one) for one in ids] == ["received", "received"]


async def test_the_seal_of_one_action_opens_no_other(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    ids = [await raised(here)]
    told = await preview(here, ids, "assign", to="w-1")
    for action, given_with in (("mark_spam", {}), ("assign", {"to": "w-2"}), ("withdraw", {"to": "w-1"})):
        with pytest.raises(Refused, match="world_moved"):
            await bulk(here, ids, action, told.seal, **given_with)


async def test_what_needs_a_second_person_is_never_done_to_many(here: Intake) -> None:
    calm, danger = await raised(here), await raised(here, flags=("danger",))
    told = await preview(here, [calm, danger], "mark_spam")
    assert [one.refused for one in told.entries] == [None, "second_person_needed"]
    await bulk(here, [calm, danger], "mark_spam", told.seal)
    assert [state(here, one) for one in (calm, danger)] == ["spam", "received"]
    assert here.counts()["concern_proposal"] == 0


async def test_many_are_closed_with_an_outcome_and_tagged(here: Intake) -> None:
    ids = [await raised(here) for _ in range(3)]
    for one in ids:
        await act(here, one, "answer")
    told = await preview(here, ids, "resolve", outcome="informed_only")
    await bulk(here, ids, "resolve", told.seal, outcome="informed_only")
    assert {held(here, one)[5] for one in ids} == {"informed_only"}
    told = await preview(here, ids, "tag", tags=("printed",))
    await bulk(here, ids, "tag", told.seal, tags=("printed",))
    assert here.rows("SELECT DISTINCT tags FROM concern") == [(["printed"],)]


async def test_a_concern_that_is_named_twice_is_refused(here: Intake) -> None:
    one = await raised(here)
    with pytest.raises(Refused, match="named_twice"):
        await preview(here, [one, one], "accept")


async def test_two_at_the_same_time_on_the_same_concerns_and_one_of_them_wins(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    ids = [await raised(here) for _ in range(6)]
    seals = {to: (await preview(here, ids, "assign", to=to)).seal for to in ("w-1", "w-2")}
    done = await asyncio.gather(
        bulk(here, ids, "assign", seals["w-1"], to="w-1"),
        bulk(here, ids[::-1], "assign", (await preview(here, ids[::-1], "assign", to="w-2")).seal, to="w-2"),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Refused) for one in done) == 1
    assert len({held(here, one)[1] for one in ids}) == 1


async def test_two_hundred_fit_into_one_order(here: Intake) -> None:
    first = await raised(here)
    ids = [first] + [await raised(here) for _ in range(3)]
    ids += [uuid4() for _ in range(ITEMS_MAX - len(ids))]
    told = await preview(here, ids, "accept")
    assert told.would_move == 4
    assert len(await bulk(here, ids, "accept", told.seal)) == 8


async def test_an_order_that_is_repeated_under_another_id_finds_that_the_world_has_moved(here: Intake) -> None:
    ids = [await raised(here)]
    told = await preview(here, ids, "accept")
    await bulk(here, ids, "accept", told.seal)
    with pytest.raises(Refused, match="world_moved"):
        await bulk(here, ids, "accept", told.seal)


async def test_a_restricted_person_is_left_out(here: Intake) -> None:
    concern = await raised(here)
    ((person_id,),) = here.rows("SELECT person_id FROM concern")
    await here.hear(
        intake.RestrictPerson(person_id=person_id, restricted=True, reason="accuracy_contested"), actor=COORDINATOR
    )
    assert (await preview(here, [concern], "accept")).entries[0].refused == "person_restricted"
    assert (await refused(here, concern, "accept")).code == "person_restricted"


@drawn(st.lists(st.binary(min_size=1, max_size=5), min_size=1, max_size=20, unique=True), st.data())
@settings(max_examples=200)
def test_whatever_has_changed_is_found_and_nothing_else(parts: list[bytes], data: st.DataObject) -> None:
    prints = [fingerprint(part.hex()) for part in parts]
    seal = seal_of(prints)
    assert moved_since(seal, prints) == []
    place = data.draw(st.integers(0, len(parts) - 1))
    other = [*prints]
    other[place] = fingerprint("another")
    assert moved_since(seal, other) == [place]
    assert moved_since(seal, prints[:-1]) == list(range(len(prints) - 1))
