"""Between the contracts and the matching: what was told becomes a need, and what was found becomes an answer."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from lotse_contracts.referral import (
    Candidate,
    Change,
    FreeTime,
    NeedFacts,
    QuestionToAsk,
    RuleFinding,
    ScoredFactor,
)
from lotse_contracts.referral.matching import RULES_MAX
from lotse_referral.domain.eligibility import Finding
from lotse_referral.domain.knowledge import Knowledge
from lotse_referral.domain.matching import Exclusion, Match, Suggestion
from lotse_referral.domain.needs import Free, Need, finest
from lotse_referral.domain.slots import WEEKDAYS

DETAIL_CHARACTERS_MAX = 80
WARNINGS_MAX = 20
EXCLUDED_KEPT_MAX = 150  # with the suggested ones they are named in one question of the directory
ABOUT_HER = frozenset(
    {"not_eligible", "eligibility_unknown", "pending_law", "minimum_age", "step_free_unknown", "declined_before"}
)
"""Warnings that say something of the person; they stay out of the facts, which are kept in a stream."""


def need_of(
    code: str,
    sub_code: str | None,
    language: str,
    urgency: str,
    facts: NeedFacts,
    *,
    refused: Iterable[tuple[UUID, str]] = (),
) -> Need:
    """What is looked for. What referral remembers of refusals counts more than what was told of them."""
    told = {one.service_id: str(one.reason) for one in facts.declined_by}
    return Need(
        code=finest(code, sub_code),
        languages=facts.languages or (language,),
        urgency=urgency,
        interpreter_possible=facts.interpreter_possible,
        status=facts.status,
        first_title=facts.first_title,
        receives=frozenset(facts.receives),
        age=facts.age,
        children=facts.children,
        pregnant=facts.pregnant,
        able_to_work=facts.able_to_work,
        women_only=facts.women_only,
        district=facts.district,
        postal_code=facts.postal_code,
        town=facts.town,
        step_free=facts.step_free,
        remote_possible=facts.remote_possible,
        free=tuple(free_of(one) for one in facts.times_free),
        preferred=frozenset(facts.preferred),
        declined=tuple(sorted((told | dict(refused)).items())),
    )


def free_of(time: FreeTime) -> Free:
    """A free time in minutes; without hours the whole day."""
    opens = _minutes(time.from_time) if time.from_time else 0
    closes = _minutes(time.to_time) if time.to_time else 24 * 60
    return Free(WEEKDAYS.index(time.byday), opens, closes)


def candidate_of(suggestion: Suggestion) -> Candidate:
    """As the fact says it: nothing of what a rule or an earlier answer says about her."""
    factors = tuple(ScoredFactor(factor=f.factor, points=f.points, because=f.because) for f in suggestion.factors)
    warnings = tuple(one for one in suggestion.warnings if one not in ABOUT_HER)[:WARNINGS_MAX]
    return Candidate(service_id=suggestion.service_id, score=suggestion.score, factors=factors, warnings=warnings)


def kept_of(suggestion: Suggestion) -> dict[str, Any]:
    """As it is kept for the desk: a `NamedCandidate` without the words of the directory."""
    return {
        "service_id": str(suggestion.service_id),
        "score": suggestion.score,
        "factors": [
            ScoredFactor(
                factor=f.factor, points=f.points, because=f.because, detail=_short(f.detail), source=_short(f.source)
            ).model_dump(mode="json", exclude_none=True)
            for f in suggestion.factors
        ],
        "warnings": list(suggestion.warnings[:WARNINGS_MAX]),
        "tier": suggestion.tier,
        "eligible": suggestion.eligible,
        "rules": [
            rule_of(one).model_dump(mode="json", exclude_none=True)
            for one in suggestion.findings[:RULES_MAX]
            if one.value != "true"
        ],
    }


def found_of(found: Match, known: Knowledge) -> dict[str, Any]:
    """The rest of a `SuggestionsAnswer`, as it is kept."""
    question = question_of(found.ask, known)
    return {
        "gap": found.gap,
        "question": None if question is None else question.model_dump(mode="json"),
        "excluded": [excluded_of(one) for one in found.excluded[:EXCLUDED_KEPT_MAX]],
        "excluded_more": max(0, len(found.excluded) - EXCLUDED_KEPT_MAX),
        "not_covering": found.not_covering,
        "more": found.more,
    }


def excluded_of(one: Exclusion) -> dict[str, Any]:
    """A `NamedExclusion` without its name."""
    told = {"service_id": str(one.service_id), "rule": one.rule, "because": one.because, "source": one.source}
    change = {"what": one.change.what, "to": _short(one.change.to)}
    return {name: value for name, value in told.items() if value is not None} | {"change": change}


def rule_of(finding: Finding) -> RuleFinding:
    """What one rule says, as the desk reads it."""
    return RuleFinding(
        rule=finding.rule,
        value=finding.value,
        state=finding.state,
        law=finding.law[:200],
        source=finding.source[:300],
        valid_from=None if finding.valid_from is None else finding.valid_from.isoformat(),
        valid_to=None if finding.valid_to is None else finding.valid_to.isoformat(),
        question=finding.ask,
        else_go=finding.else_go,
        change=None if finding.change is None else Change(what=finding.change[0], to=finding.change[1][:80]),
    )


def question_of(field: str | None, known: Knowledge) -> QuestionToAsk | None:
    """The question that fills a field; None where nothing is asked, or the desk itself knows."""
    asked = known.questions.get(field or "")
    return None if asked is None else QuestionToAsk(code=asked.code, field=asked.field, **asked.texts)


def _short(text: str | None) -> str | None:
    return None if text is None else text[:DETAIL_CHARACTERS_MAX]


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
