"""How a message can fail, and what becomes of it.

Refused      the rules say no                 dead letter at once; the same message would always fail
Malformed    not what its contract says       dead letter at once; what was in it is never logged
anything else  the world, or a bug            retried with growing pauses, then dead letter
"""

from collections.abc import Iterable

from pydantic import ValidationError

FIELDS_NAMED_MAX = 20
CODES_OF_ERRORS = {
    "extra_forbidden": "unknown_field",
    "int_from_float": "not_a_whole_number",
    "int_parsing": "not_a_whole_number",
    "int_type": "not_a_whole_number",
}
"""By what pydantic finds wrong; amounts are integers in the smallest unit, so a float or a decimal is one of these."""


class Refused(Exception):
    """This message broke a rule. `code` has texts in four languages; `fields` are names, never values.

    `rule` names where the rule stands and `allowed` what it would let pass, where that helps: both are ours, never
    something that came in. `retry_after_seconds` says when the same would be taken.
    """

    def __init__(
        self,
        code: str,
        *,
        fields: tuple[str, ...] = (),
        rule: str | None = None,
        allowed: str | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.rule = rule
        self.allowed = allowed
        self.retry_after_seconds = retry_after_seconds


class Malformed(Refused):
    """This message is not what its contract says; where one thing alone is wrong, `code` says which."""

    def __init__(self, fields: tuple[str, ...] = (), code: str = "malformed") -> None:
        super().__init__(code, fields=fields)


class Away(Exception):
    """The broker or the database is not there; the message waits and no attempt is counted."""


def malformed(fault: ValidationError, known: Iterable[str]) -> Malformed:
    """Names the fields at fault. A name that no contract knows came from outside and may be a value: it stays out."""
    allowed = frozenset(known)
    names = []
    errors = fault.errors(include_input=False, include_url=False, include_context=False)
    codes = {CODES_OF_ERRORS.get(error["type"], "malformed") for error in errors}
    for error in errors:
        path = (str(part) if isinstance(part, int) or part in allowed else "unknown_field" for part in error["loc"])
        names.append(".".join(path) or "body")
    code = codes.pop() if len(codes) == 1 else "malformed"
    return Malformed(tuple(dict.fromkeys(names))[:FIELDS_NAMED_MAX], code)


def reason(fault: BaseException) -> str:
    """One line that may be stored and logged: codes, types and field names, never values."""
    if isinstance(fault, Malformed):
        return "malformed: " + ", ".join(fault.fields)
    if isinstance(fault, Refused):
        fields = f" ({', '.join(fault.fields)})" if fault.fields else ""
        return f"refused: {fault.code}{fields}"
    return f"gave up: {type(fault).__name__}"
