"""The closed lists that messages share; open lists, such as concern codes, are data and travel as `Code`."""

from typing import Literal

Channel = Literal["web", "bot", "phone", "walk_in", "paper", "letter", "partner", "group"]
"""How it reached us; `partner`: by a referral of the other association, `group`: contacts with a group only."""
RecordedChannel = Literal["phone", "walk_in", "paper", "letter"]
"""What staff write down for a person."""
DeadlineSettlement = Literal["met", "lapsed", "mistaken"]
"""What became of a deadline: kept, let go by, or never one."""
CodeListName = Literal["concerns", "legal_status", "periods", "senders"]
Urgency = Literal["normal", "urgent", "emergency"]
ContactKind = Literal["email", "sms", "none"]
NoticeChannel = Literal["email", "sms", "telegram"]
"""A way to tell a person something; Telegram only where she linked it herself."""
Detail = Literal["neutral", "time_and_place"]
"""What a message may show: only that it waits, or when and where as well; never authority, reason or surname."""
FieldGroup = Literal["identity", "contact", "status", "need_summary", "health", "documents"]
ConsentKind = Literal[
    "data_processing",
    "special_categories",
    "disclosure",
    "secrecy_release",
    "authorisation_to_act",
    "contact_channel",
    "handover_2027",
]
ConsentMethod = Literal["written", "oral_witnessed", "digital"]
Grantor = Literal["self", "guardian"]
CapacityCode = Literal["insight_14", "social_law_15", "online_16"]
"""Why a minor may consent herself: she understands what it means; § 36 SGB I; Art. 8 GDPR."""
ConsentStateName = Literal["valid", "pending_proof", "unproved", "expired", "withdrawn"]
"""`pending_proof`: in writing, valid until the day by which its scan must be here; `unproved`: it never came."""
Depth = Literal["information", "short_advice", "case_management"]
DeliveryMode = Literal["connected", "link", "letter", "self", "accompanied", "call"]
"""To the other association; by a page behind a link; by a letter; with a card; with a volunteer; by our own call."""
EnquiryStateName = Literal["received", "screened", "accepted", "answered", "referred", "closed"]
ConcernState = Literal[
    "received",
    "screened",
    "answered",
    "accepted",
    "assigned",
    "in_advice",
    "waiting_for_client",
    "referred",
    "resolved",
    "handed_over",
    "spam",
    "duplicate",
    "withdrawn",
    "unreachable",
    "no_show",
]
"""From the first look to `handed_over`; the last seven are ends, from which a concern may be reopened."""
ConcernAction = Literal[
    "screen",
    "answer",
    "accept",
    "claim",
    "assign",
    "offer",
    "take_over",
    "decline_offer",
    "take_back",
    "give_back",
    "begin",
    "wait",
    "resume",
    "resolve",
    "withdraw",
    "mark_spam",
    "mark_duplicate",
    "mark_unreachable",
    "mark_no_show",
    "reopen",
    "recode",
    "route",
    "prioritise",
    "tag",
    "untag",
]
"""What staff may do with a concern; `ask allowed-actions` says which of them now."""
ConcernReason = Literal[
    "language_not_spoken",
    "conflict_of_interest",
    "too_much_work",
    "absence",
    "client_request",
    "client_declined",
    "not_reachable",
    "need_met_elsewhere",
    "moved_away",
    "came_back",
    "new_facts",
    "entered_in_error",
    "other",
]
"""Why; a code, so that nothing of a person is told with it."""
ConcernClock = Literal["look", "assignment", "first_answer", "client", "look_again"]
"""What a concern waits for: a first look, somebody who carries it, her first answer, the person, or another look."""
InboxView = Literal["waiting", "team", "mine", "offered", "unassigned", "open"]
ReferralState = Literal[
    "draft",
    "consent_pending",
    "sent",
    "delivered",
    "info_requested",
    "accepted",
    "waitlisted",
    "scheduled",
    "in_service",
    "completed",
    "declined",
    "failed",
    "withdrawn",
    "expired",
    "rerouted",
    "unconfirmed",
    "error",
]
"""From the first draft on; the last eight are ends, and an end is never edited."""
ReferralAnswerName = Literal[
    "delivered",
    "info_requested",
    "accepted",
    "waitlisted",
    "scheduled",
    "service_started",
    "completed",
    "declined",
    "failed",
]
ReferralAction = Literal[
    "send",
    "deliver",
    "request_info",
    "answer_info",
    "accept",
    "waitlist",
    "decline",
    "start_service",
    "complete",
    "fail",
    "withdraw",
    "reroute",
    "sub",
    "reopen",
    "mark_error",
]
"""What the desk may do with a referral; `ask allowed-actions` says which of them now. Appointments are orders apart."""
ReferralLink = Literal["reroute", "sub", "reopen"]
"""Why one referral follows another: to another service, to one more, or the same again."""
ReferralClock = Literal["consent", "acknowledge", "decide", "waitlist_review", "service_ping"]
"""What an open referral waits for: the consent, a receipt, a decision, a place, or news of how it goes."""
InfoQuestion = Literal[
    "fields_missing", "documents_missing", "eligibility_unclear", "language_unclear", "contact_unclear", "other"
]
"""What a receiver asks back."""
InfoAnswer = Literal["given", "not_available", "told_by_phone"]
"""`given`: more fields came with the answer."""
OverruleReason = Literal["documents_seen", "facts_have_changed", "rule_in_doubt", "client_insists", "date_must_count"]
"""Why a counsellor refers although a rule speaks against it; `date_must_count`: of the application (§ 16 SGB I)."""
DeclineReason = Literal[
    "no_capacity",
    "not_eligible",
    "outside_area",
    "missing_documents",
    "wrong_service",
    "language_not_available",
    "duplicate",
    "other",
]
FailureReason = Literal["no_show", "not_reachable", "client_declined", "not_eligible_after_check", "service_ended"]
"""Why what was accepted was not achieved."""
WithdrawalReason = Literal[
    "client_request", "consent_withdrawn", "need_met_elsewhere", "moved", "error", "service_ended"
]
EndReason = Literal[
    "client_request",
    "consent_withdrawn",
    "need_met_elsewhere",
    "moved",
    "error",
    "service_ended",
    "expired",
    "rerouted",
    "handed_over",
    "erased_at_sender",
]
"""Why a receiver need do nothing more: all reasons to withdraw, and what the sender's side has become."""
ConfirmedBy = Literal["receiver", "person", "staff", "none"]
"""Who said how it ended."""
AppointmentEnd = Literal[
    "client_request", "office_request", "illness", "language_not_available", "no_longer_needed", "error"
]
"""Why an appointment is taken back."""
TimesParty = Literal["receiver", "person", "staff"]
"""Who proposes, confirms or may book: the office, she herself, or our desk."""
InterpreterAnswerName = Literal["confirmed", "refused", "cancelled"]
InterpreterStateName = Literal["requested", "confirmed", "refused", "cancelled"]
InterpreterRefusal = Literal["nobody_free", "language_not_offered", "too_late", "institution_does_not_book", "other"]
ReferralView = Literal["mine", "team", "all"]
OutcomeCode = Literal[
    "need_met",
    "partly_met",
    "informed_only",
    "application_filed",
    "approved",
    "refused",
    "enrolled",
    "waitlisted_elsewhere",
    "work_started",
    "training_started",
    "course_completed",
    "unknown",
]
LinkWay = Literal["mail", "desk", "letter"]
"""How the link to an office's page left: mailed to the address of the directory, told to the desk, on a letter."""
LinkStateName = Literal["open", "used", "expired", "replaced", "withdrawn"]
TaskKind = Literal["accompany", "call"]
TaskState = Literal["open", "assigned", "done", "failed", "stopped"]
"""`stopped`: the referral ended before."""
TaskResult = Literal["done", "failed", "no_answer"]
CallAnswer = Literal["accepted", "waitlisted", "declined"]
"""What an office said on the phone."""
CheckbackAnswerName = Literal["been_there", "not_yet", "not_helped", "no_longer_needed"]
CheckbackSeries = Literal["way", "visit"]
"""`way`: days 3, 10 and 30 after she was sent on her way; `visit`: the day after an appointment."""
CheckbackWay = Literal["message", "desk"]
CheckbackWord = Literal["person", "staff"]
CheckbackThrough = Literal["page", "bot", "desk"]
GroupKind = Literal["course", "club", "practice_group", "childrens_group", "event"]
"""What a group offer is: with a beginning and an end; a circle; practising a language; for children; once."""
ReferralReportPart = Literal["referrals", "gaps"]
"""`gaps`: what nobody serves, for the city; `referrals`: what became of people who were sent on, and of groups."""
ReferralReportState = Literal["draft", "published"]
MoveWish = Literal["earlier", "later", "another_day", "call_me"]
"""How she would like an appointment moved; the desk arranges it."""
TemplateName = Literal[
    "receipt",
    "answer_waits",
    "referral_made",
    "referral_sent",
    "referral_accepted",
    "referral_declined",
    "group_place",
    "group_booked",
    "group_moved_up",
    "group_cancelled",
    "appointment",
    "documents",
    "checkback",
    "handover",
    "erasure_done",
    "sms_stopped",
]
"""`referral_made` and `group_place` say only that there is news; the longer names say which. `sms_stopped` answers a
STOP, and only notify itself says it."""
NoticeCategory = Literal["answers", "referrals", "appointments", "checkbacks", "groups", "documents", "privacy"]
"""What a person may choose channels for, or do without; every template has one."""
RecipientNoticeKind = Literal["rectified", "restricted", "unrestricted"]
"""What a recipient of her fields is told about them (Art. 19 GDPR)."""
RecipientLanguage = Literal["uk", "ru", "de", "en"]
HandoverAnswerName = Literal["take_me", "my_papers", "close"]
"""What shall become of her case when the project ends; without an answer nothing is handed over."""
HandoverWay = Literal["written", "oral_witnessed"]
"""How an answer reached the desk."""
HandoverStep = Literal[
    "open", "asked", "take_me", "my_papers", "papers_given", "closed", "packaged", "receipted", "purged"
]
"""How far somebody's handover is; from `packaged` on only those who said `take_me`."""
DuplicateBand = Literal["merge", "look"]
"""`merge`: suggested to be one person; `look`: to be seen side by side. Nothing is ever merged by itself."""
MergedPart = Literal["merged", "kept"]
StaffRole = Literal["counsellor", "coordinator", "treasurer", "administrator"]

COUNSELLORS = frozenset({"counsellor", "coordinator"})
COORDINATORS = frozenset({"coordinator"})
TREASURERS = frozenset({"treasurer"})
