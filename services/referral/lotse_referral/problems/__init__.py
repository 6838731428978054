"""Why referral says no, in Ukrainian, Russian, German and English."""

from lotse_referral.problems import (
    appointments,
    calls,
    delivering,
    directory,
    first,
    groups,
    machine,
    matching,
    ownpage,
    reports,
)

_PARTS = (first, machine, directory, matching, delivering, ownpage, groups, appointments, reports, calls)

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    code: texts for part in _PARTS for code, texts in part.PROBLEM_TEXTS.items()
}
STATUSES: dict[str, int] = {**groups.STATUSES, **ownpage.STATUSES}
"""Of HTTP, where it is not the 422 of whatever a rule forbids."""
