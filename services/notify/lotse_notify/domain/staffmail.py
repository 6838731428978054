"""What the staff's own mailboxes are told: numbers, dates of grants and where to look, never a person or a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from icu4py.messageformat import MessageFormat

from lotse_chassis.calendar import next_working_day, previous_working_day
from lotse_contracts.notify import OfficeLanguage

Note = Literal[
    "call_now",
    "person_to_call",
    "concern_escalated",
    "referral_escalated",
    "erasure_overdue",
    "cap_reached",
    "concern_overdue",
    "task_overdue",
    "contact_unreachable",
]
"""What is counted until the next digest, in the order in which it is shown."""
AT_ONCE: tuple[Note, ...] = (
    "call_now",
    "person_to_call",
    "concern_escalated",
    "referral_escalated",
    "erasure_overdue",
    "cap_reached",
)
"""What does not wait for the digest."""
Standing = Literal["message_unresolved", "message_failed"]
"""What is counted when the digest is written: it is as it is, until somebody does something."""

DEADLINE_DAYS_BEFORE = (30, 14, 7, 3, 1, 0)
"""When a grant's deadline stands in a digest again; the ledger says it 30 days before, at the first of them."""
DEADLINES_MAX = 50  # lines of one digest


@dataclass(frozen=True)
class GrantDeadline:
    """A day that an authority named; the code is the ledger's. `fresh`: no digest has named it yet."""

    grant: str
    code: str
    due_on: date
    fresh: bool = False


@dataclass(frozen=True)
class StaffMail:
    """Ready to be mailed as plain text."""

    subject: str
    text: str


_LINES: dict[OfficeLanguage, dict[Note | Standing, str]] = {
    "de": {
        "call_now": "{n, plural, one {# Notfall: bitte} other {# Notfälle: bitte}} sofort handeln",
        "person_to_call": "{n, plural, one {# Person ist} other {# Personen sind}} anzurufen: eine Nachricht zu einem"
        " Termin ist vielleicht nicht angekommen",
        "concern_escalated": "{n, plural, one {# Anliegen braucht} other {# Anliegen brauchen}} jetzt die Koordination",
        "referral_escalated": "{n, plural, one {# Vermittlung braucht} other {# Vermittlungen brauchen}} jetzt die"
        " Koordination",
        "erasure_overdue": "{n, plural, one {# Löschung ist} other {# Löschungen sind}} nicht rechtzeitig bestätigt",
        "cap_reached": "Nachrichten warten: {n, plural, one {# Tagesgrenze ist} other {# Tagesgrenzen sind}} erreicht",
        "concern_overdue": "{n, plural, one {# Anliegen ist} other {# Anliegen sind}} überfällig geworden",
        "task_overdue": "{n, plural, one {# Aufgabe ist} other {# Aufgaben sind}} überfällig geworden",
        "contact_unreachable": "{n, plural, one {# Kontakt führt} other {# Kontakte führen}} nicht mehr zu der Person",
        "message_unresolved": "{n, plural, one {# Nachricht, von der niemand weiß, ob sie angekommen ist}"
        " other {# Nachrichten, von denen niemand weiß, ob sie angekommen sind}}",
        "message_failed": "{n, plural, one {# Nachricht kam} other {# Nachrichten kamen}} seit gestern nicht an",
    },
    "en": {
        "call_now": "{n, plural, one {# emergency: please} other {# emergencies: please}} act at once",
        "person_to_call": "{n, plural, one {# person is} other {# people are}} to be called: a message about an"
        " appointment may not have arrived",
        "concern_escalated": "{n, plural, one {# concern needs} other {# concerns need}} a coordinator now",
        "referral_escalated": "{n, plural, one {# referral needs} other {# referrals need}} a coordinator now",
        "erasure_overdue": "{n, plural, one {# erasure was} other {# erasures were}} not confirmed in time",
        "cap_reached": "messages wait: {n, plural, one {# cap of a day is} other {# caps of a day are}} reached",
        "concern_overdue": "{n, plural, one {# concern has} other {# concerns have}} become overdue",
        "task_overdue": "{n, plural, one {# task has} other {# tasks have}} become overdue",
        "contact_unreachable": "{n, plural, one {# contact leads} other {# contacts lead}} to the person no more",
        "message_unresolved": "{n, plural, one {# message that} other {# messages that}} may or may not have arrived",
        "message_failed": "{n, plural, one {# message} other {# messages}} did not arrive since yesterday",
    },
}

_DEADLINES: dict[OfficeLanguage, dict[str, str]] = {
    "de": {
        "interim_proof": "Zwischennachweis",
        "final_proof": "Verwendungsnachweis",
        "use_money": "abgerufenes Geld verwenden",
    },
    "en": {"interim_proof": "interim proof", "final_proof": "final proof of use", "use_money": "use disbursed money"},
}

_LEFT: dict[OfficeLanguage, str] = {
    "de": "{n, plural, =0 {heute} one {noch # Tag} other {noch # Tage}}",
    "en": "{n, plural, =0 {today} one {# day left} other {# days left}}",
}

_DIGEST: dict[OfficeLanguage, tuple[str, str]] = {
    "de": (
        "Tagesübersicht, {day}",
        (
            "Guten Tag,\n\nseit der letzten Übersicht bei {association}:\n\n{lines}\n"
            "Näheres steht im Posteingang und im Fördermittel-Journal. Diese Nachricht nennt\n"
            "mit Absicht weder Personen noch Fälle. Bitte leiten Sie sie nicht weiter.\n\n"
            "Diese Nachricht wurde automatisch verschickt.\n"
        ),
    ),
    "en": (
        "Daily overview, {day}",
        (
            "Good day,\n\nsince the last overview at {association}:\n\n{lines}\n"
            "The inbox and the grant ledger say more. This message deliberately names neither\n"
            "people nor cases. Please do not forward it.\n\n"
            "This message was sent automatically.\n"
        ),
    ),
}

_ESCALATION: dict[OfficeLanguage, tuple[str, str]] = {
    "de": (
        "Bitte jetzt in den Posteingang sehen",
        (
            "Guten Tag,\n\nbei {association} wartet etwas, das nicht bis morgen warten kann:\n\n{lines}\n"
            "Bitte sehen Sie in den Posteingang. Diese Nachricht nennt mit Absicht weder\n"
            "Personen noch Fälle. Bitte leiten Sie sie nicht weiter.\n\n"
            "Diese Nachricht wurde automatisch verschickt.\n"
        ),
    ),
    "en": (
        "Please look into the inbox now",
        (
            "Good day,\n\nsomething at {association} cannot wait until tomorrow:\n\n{lines}\n"
            "Please look into the inbox. This message deliberately names neither people nor\n"
            "cases. Please do not forward it.\n\n"
            "This message was sent automatically.\n"
        ),
    ),
}

_HEADINGS: dict[OfficeLanguage, str] = {"de": "Fristen der Förderung:", "en": "Deadlines of grants:"}
_MORE: dict[OfficeLanguage, str] = {
    "de": "- und {n} weitere Fristen im Fördermittel-Journal",
    "en": "- and {n} more deadlines in the grant ledger",
}


def digest_of(
    language: OfficeLanguage,
    association: str,
    day: date,
    counts: Mapping[Note | Standing, int],
    deadlines: Sequence[GrantDeadline],
) -> StaffMail | None:
    """The overview of a day; None where there is nothing to say."""
    shown = [one for one in sorted(deadlines, key=lambda d: (d.due_on, d.code, d.grant)) if is_shown(one, day)]
    lines = _counted(language, counts)
    if shown:
        lines += ["", _HEADINGS[language], *(_deadline(language, one, day) for one in shown[:DEADLINES_MAX])]
    if len(shown) > DEADLINES_MAX:
        lines.append(_MORE[language].format(n=len(shown) - DEADLINES_MAX))
    if not lines:
        return None
    subject, text = _DIGEST[language]
    said = "\n".join(lines).strip("\n") + "\n"
    return StaffMail(subject.format(day=_day(language, day)), text.format(association=association, lines=said))


def escalation_of(language: OfficeLanguage, association: str, counts: Mapping[Note, int]) -> StaffMail | None:
    """What cannot wait; None where nothing of the kind was noted."""
    lines = _counted(language, {note: counts.get(note, 0) for note in AT_ONCE})
    if not lines:
        return None
    subject, text = _ESCALATION[language]
    return StaffMail(subject, text.format(association=association, lines="\n".join(lines) + "\n"))


def is_shown(deadline: GrantDeadline, day: date) -> bool:
    """Whether the digest of this working day names it.

    What fell on a day off since the last digest is made up for, and the last digest before the deadline names it.
    """
    since = previous_working_day(day)
    marks = (deadline.due_on - timedelta(days=days) for days in DEADLINE_DAYS_BEFORE)
    is_last = day <= deadline.due_on < next_working_day(day)
    return deadline.fresh or is_last or any(since < mark <= day for mark in marks)


def _counted(language: OfficeLanguage, counts: Mapping[Note, int] | Mapping[Note | Standing, int]) -> list[str]:
    known = _LINES[language]
    numbers = {str(name): count for name, count in counts.items()}
    return [
        f"- {MessageFormat(pattern, language).format({'n': numbers[name]})}"
        for name, pattern in known.items()
        if numbers.get(name, 0) > 0
    ]


def _deadline(language: OfficeLanguage, one: GrantDeadline, day: date) -> str:
    left = MessageFormat(_LEFT[language], language).format({"n": (one.due_on - day).days})
    return f"- {_day(language, one.due_on)}: {_named(language, one.code)} ({left}, {one.grant[:8]})"


def _named(language: OfficeLanguage, code: str) -> str:
    """`interim_proof_2026` is the interim proof of 2026; a code that is new here is shown as it is."""
    stem, _, year = code.rpartition("_")
    if year.isdigit() and stem in _DEADLINES[language]:
        return f"{_DEADLINES[language][stem]} {year}"
    return _DEADLINES[language].get(code, code)


def _day(language: OfficeLanguage, day: date) -> str:
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day.day} {day:%B %Y}"
