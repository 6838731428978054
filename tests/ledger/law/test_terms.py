"""Every parameter has a rule, every rule a source, and an answer says which value came from the decision."""

from dataclasses import fields
from datetime import date

import pytest

from lotse_ledger.domain.law.rules import RULES, of_rule
from lotse_ledger.domain.law.terms import PARAMETERS, Terms, UnknownTerm, cite, terms_of

NEVER_CITED = ("BHO", "SäHO", "StGB", "264")
"""For a city none of these is shown: she is bound by other law, and the ledger accuses nobody."""


def test_every_parameter_is_described_and_belongs_to_a_rule_that_has_a_source() -> None:
    assert set(PARAMETERS) == {one.name for one in fields(Terms)} - {"stated"}
    for parameter in PARAMETERS.values():
        assert parameter.meaning
        assert RULES[parameter.rule].source


def test_nothing_is_cited_that_does_not_bind_the_city() -> None:
    texts = [f"{rule.source} {rule.title_de} {rule.title_en}" for rule in RULES.values()]
    assert not [text for text in texts if any(name in text for name in NEVER_CITED)]


def test_an_answer_tells_a_default_from_what_the_decision_states() -> None:
    terms = terms_of("share", {"use_within_months": 3, "final_due_on": date(2027, 3, 31)})
    said = {one.parameter: (one.value, one.stated) for one in cite(terms, "use_within_months", "excess_percent")}
    assert said == {"use_within_months": ("3", True), "excess_percent": ("20", False)}
    assert cite(terms, "final_due_on")[0].value == "2027-03-31"
    assert cite(terms, "de_minimis_cents", "budget_reservation")[0].value == "none"
    assert cite(terms, "budget_reservation")[0].value == "no"


def test_a_parameter_that_the_law_does_not_know_is_refused() -> None:
    with pytest.raises(UnknownTerm) as refused:
        terms_of("share", {"exces_percent": 30})
    assert refused.value.name == "exces_percent"


def test_a_rule_that_nothing_backs_cannot_be_cited() -> None:
    with pytest.raises(KeyError):
        of_rule("R30")


def test_a_fixed_grant_is_free_unless_the_decision_says_so() -> None:
    fixed = terms_of("fixed", {})
    assert (fixed.line_percent, fixed.binds_total) == (None, False)
    assert terms_of("fixed", {"excess_percent": 20}).line_percent == 20
    assert terms_of("fixed", {"fixed_binds_total": True}).binds_total
    assert terms_of("fixed", {"excess_percent": 20, "fixed_binds_lines": False}).line_percent is None
    assert terms_of("share", {"excess_percent": None}).line_percent is None
