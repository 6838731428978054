"""The people of the demonstration are judged as their stories are: nobody else's contact is unsafe."""

import pytest

from lotse_intake.domain.triage import triage
from lotse_intake.providers.wordlist import read_words
from lotse_local.demo.cast import Case, cast

WORDS = read_words()
NEAR_VIOLENCE = {"violence", "danger"}


@pytest.mark.parametrize("case", cast(), ids=lambda case: case.script.name or case.script.text[:20])
def test_only_where_violence_is_near_nothing_is_pushed(case: Case) -> None:
    script = case.script
    judged = triage(flags=tuple(script.flags), codes=tuple(script.codes), text=script.text, words=WORDS)
    assert judged.contact_safe == (not NEAR_VIOLENCE & {*script.flags, *script.codes})
