"""The part of the table of what intake hears and answers that is about cases, their files, kin and contacts."""

from functools import partial

from lotse_chassis.service import Service
from lotse_contracts import intake
from lotse_intake.domain.kin import Kinds
from lotse_intake.handlers import (
    assignments,
    case_file,
    case_lists,
    cases,
    contacts,
    goals,
    kin,
    notes,
    plans,
    tasks,
)
from lotse_intake.providers.office import Office


def declare(service: Service, office: Office, kinds: Kinds) -> None:
    """Called once, by the composition root."""
    service.hears(intake.OpenCase, cases.open_case)
    service.hears(intake.EnterPhase, cases.enter_phase)
    service.hears(intake.CloseCase, cases.close_case)
    service.hears(intake.ReopenCase, cases.reopen_case)
    service.hears(intake.AssignCase, assignments.assign_case)
    service.hears(intake.ApproveAssignment, assignments.approve_assignment)
    service.hears(intake.MarkConflict, assignments.mark_conflict)
    service.hears(intake.SetGoal, partial(goals.set_goal, office))
    service.hears(intake.EndGoal, goals.end_goal)
    service.hears(intake.AddTask, partial(tasks.add_task, office))
    service.hears(intake.MoveTask, tasks.move_task)
    service.hears(intake.EndTask, tasks.end_task)
    service.on_timer(plans.TASK_TIMER, tasks.task_due)
    service.hears(intake.WriteNote, partial(notes.write_note, office))
    service.hears(intake.ShowNote, notes.show_note)
    service.hears(intake.UseNoteAsSummary, partial(notes.use_note_as_summary, office))
    service.hears(intake.LinkPersons, partial(kin.link_persons, kinds))
    service.hears(intake.UnlinkPersons, kin.unlink_persons)
    service.hears(intake.RecordContact, contacts.record_contact)
    service.hears(intake.RecordQuickContact, contacts.record_quick_contact)
    service.hears(intake.CorrectContact, contacts.correct_contact)
    service.hears(intake.RecordGroupContact, contacts.record_group_contact)
    service.answers(intake.AskCase, partial(case_file.ask_case, office, kinds))
    service.answers(intake.AskCases, case_lists.ask_cases)
    service.answers(intake.AskContactsOfDay, case_lists.ask_contacts_of_day)
