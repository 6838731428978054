"""Who may give which consent, and how: minors, guardians, witnesses, proofs, and the tick for health."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lotse_contracts.intake import ConsentTerms
from lotse_intake.domain.consents import HEALTH

WITNESSED = "oral_witnessed"
DIGITAL = "digital"
GUARDIAN = "guardian"


@dataclass(frozen=True)
class CapacityRule:
    """From which age a minor may consent herself, to what, and how."""

    age: int
    kinds: frozenset[str]
    methods: frozenset[str]


@dataclass(frozen=True)
class KindRule:
    """What a consent of one kind must name, and how it may be given."""

    needs: frozenset[str]
    methods: frozenset[str]


@dataclass(frozen=True)
class ConsentRules:
    """The rules as they stand in the data; `pending_days` is how long one in writing counts without its scan."""

    version: str
    pending_days: int
    adult_age: int
    kinds: Mapping[str, KindRule]
    capacities: Mapping[str, CapacityRule]


@dataclass(frozen=True)
class Giver:
    """Who stands before the counsellor. `age` is None where nothing is known of it."""

    age: int | None
    guardian_linked: bool
    counsellor: str


@dataclass(frozen=True)
class Refusal:
    """A code and the field at fault."""

    code: str
    field: str


def refusal_to_give(terms: ConsentTerms, giver: Giver, rules: ConsentRules, now: datetime) -> Refusal | None:
    """Why this consent cannot be taken; None if it can."""
    if terms.valid_to is not None and terms.valid_to <= now:
        return Refusal("consent_not_valid", "valid_to")
    rule = rules.kinds[terms.kind]
    for name in sorted(rule.needs):
        if not getattr(terms, name):
            return Refusal("consent_scope_empty", name)
    if HEALTH in terms.field_groups and not terms.health_ticked:
        return Refusal("health_needs_tick", "health_ticked")
    return _method_refusal(terms, giver, rule) or _grantor_refusal(terms, giver, rules)


def is_minor(age: int | None, rules: ConsentRules) -> bool:
    """Whether she is a minor as far as is known."""
    return age is not None and age < rules.adult_age


def _method_refusal(terms: ConsentTerms, giver: Giver, rule: KindRule) -> Refusal | None:
    if terms.method not in rule.methods:
        return Refusal("method_not_enough", "method")
    if terms.method == WITNESSED and terms.witness in (None, giver.counsellor):
        return Refusal("witness_needed", "witness")
    if terms.method == DIGITAL and terms.proof_sha256 is None:
        return Refusal("proof_needed", "proof_sha256")
    return None


def _grantor_refusal(terms: ConsentTerms, giver: Giver, rules: ConsentRules) -> Refusal | None:
    if terms.grantor == GUARDIAN:
        return (
            None if terms.guardian_id is not None and giver.guardian_linked else Refusal("no_guardian", "guardian_id")
        )
    if terms.guardian_id is not None:
        return Refusal("no_guardian", "grantor")
    if giver.age is None or not is_minor(giver.age, rules):
        return None
    if terms.capacity is None:
        return Refusal("guardian_needed", "grantor")
    enough = rules.capacities[terms.capacity]
    if giver.age < enough.age or terms.kind not in enough.kinds or terms.method not in enough.methods:
        return Refusal("capacity_not_enough", "capacity")
    return None
