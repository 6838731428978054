"""What intake says when it must say no, in four languages."""

from lotse_intake.problems import casework, consenting, desk, first, handover, letters, matching, reports, rights

_PARTS = (first, desk, letters, matching, casework, consenting, rights, reports, handover)

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    code: texts for part in _PARTS for code, texts in part.PROBLEM_TEXTS.items()
}
