"""Whatever is written into a sealed text is refused by a code that names the field, or kept and read back as it was."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lotse_chassis.faults import Refused
from lotse_contracts.catalogue import orders_to, questions_to
from lotse_contracts.envelope import Question, Sealed
from lotse_contracts.schemas import PLAINTEXTS
from tests.intake.given import Intake
from tests.intake.hostile import (
    CLOSED,
    FREE,
    KEY,
    TEXTS,
    Path,
    as_json,
    is_refused,
    nothing_changes,
    put,
    text_fields,
)
from tests.intake.scenes import MORE, SCENES, Turn

DRAWN = 5  # texts beside those that are listed, for each plaintext
SEALED_CHARACTERS = 150_000  # of all texts together, so that what is sealed still is a message
SHORT = ("nul", "lone high surrogate", "bidi override", "10,000 characters")
"""What is tried where only a code, a digest or a PIN may stand."""


def test_no_plaintext_that_intake_opens_is_left_out() -> None:
    heard = {
        f"{kind.type_name()}.{field}"
        for kind in (*orders_to("intake"), *questions_to("intake"))
        for field, info in kind.model_fields.items()
        if info.annotation is Sealed
    }
    ours = {"intake.receive-person.v1.fields", "intake.receive-more-fields.v1.fields"}  # bound to what they came with
    theirs = {"referral.referral-offered.v1.fields", MORE}
    assert heard - ours | theirs == SCENES.keys()
    assert SCENES.keys() <= PLAINTEXTS.keys()


def drawn_texts() -> dict[str, str]:
    """Some that nobody thought of, always the same ones."""
    found: dict[str, str] = {}

    @settings(
        max_examples=DRAWN,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(st.text(st.characters(exclude_categories=()), min_size=3, max_size=40))
    def collect(text: str) -> None:
        found[f"drawn {len(found)}"] = text

    collect()
    return found


def read_at(plain: Any, path: Path) -> Any:
    for name in path:
        plain = plain["value"] if name == KEY else plain[0] if name == "[]" else plain.get(name, "")
    return plain


async def given_to(here: Intake, turn: Turn) -> None:
    if isinstance(turn.order, Question):
        await here.ask(turn.order, actor=turn.actor)
    else:
        await here.hear(turn.order, actor=turn.actor)


async def taken(here: Intake, turn: Turn, text: str, *paths: Path) -> bool:
    """Whether it was kept, and then it is read back as it was; else it was refused as it should be."""
    try:
        await given_to(here, turn)
    except Refused as fault:
        is_refused(here, fault, text, "body", *(name for path in paths for name in path))
        return False
    back = await turn.back()
    assert not back or [read_at(back, path) for path in paths] == [text] * len(paths)
    return True


@pytest.mark.parametrize("name", SCENES)
async def test_a_text_is_refused_by_its_field_or_kept_as_it_was(here: Intake, name: str) -> None:
    """First in many fields at once; what is refused so is tried in each field, and once more where nothing may move."""
    stage_of, scene, least = SCENES[name]
    stage, refused = await stage_of(here), []
    texts = {**TEXTS, **drawn_texts()}
    free, closed = text_fields(PLAINTEXTS[name], FREE), text_fields(PLAINTEXTS[name], CLOSED)
    tries = [(path, texts[what]) for path in closed for what in SHORT]
    for text in texts.values():
        together = max(1, SEALED_CHARACTERS // len(json.dumps(text)))
        for some in (free[start : start + together] for start in range(0, len(free), together)):
            whole = least
            for path in some:
                whole = put(whole, path, text)
            if not await taken(here, await scene(here, stage, as_json(whole)), text, *some):
                tries += [(path, text) for path in some]
    for path, text in tries:
        turn = await scene(here, stage, as_json(put(least, path, text)))
        if not await taken(here, turn, text, path):
            refused.append(turn)
    assert refused
    async with nothing_changes(here):
        for turn in refused:
            with pytest.raises(Refused):
                await given_to(here, turn)
