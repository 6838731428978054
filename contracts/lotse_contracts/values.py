"""The closed lists that messages share; open lists, such as concern codes, are data and travel as `Code`."""

from typing import Literal

Channel = Literal["web", "bot", "phone", "walk_in", "letter", "partner"]
"""How it reached us; `partner`: by a referral of the other association."""
Urgency = Literal["normal", "urgent", "emergency"]
ContactKind = Literal["email", "sms", "none"]
Detail = Literal["neutral", "time_and_place"]
"""What a message may show: only that it waits, or when and where as well; never authority, reason or surname."""
FieldGroup = Literal["identity", "contact", "status", "need_summary", "health", "documents"]
ConsentKind = Literal[
    "data_processing",
    "disclosure",
    "secrecy_release",
    "authorisation_to_act",
    "contact_channel",
    "handover_2027",
]
ConsentMethod = Literal["written", "oral_witnessed", "digital"]
Depth = Literal["information", "short_advice", "case_management"]
DeliveryMode = Literal["connected", "self"]
EnquiryStateName = Literal["received", "screened", "accepted", "answered", "referred", "closed"]
ReferralState = Literal[
    "draft", "consent_pending", "sent", "delivered", "accepted", "declined", "completed", "withdrawn"
]
ReferralAnswerName = Literal["delivered", "accepted", "declined", "completed"]
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
CheckbackAnswerName = Literal["been_there", "not_yet", "not_helped", "no_longer_needed"]
TemplateName = Literal["receipt", "answer_waits", "referral_made", "appointment", "checkback"]
RecipientLanguage = Literal["uk", "ru", "de", "en"]
StaffRole = Literal["counsellor", "coordinator", "treasurer", "administrator"]

COUNSELLORS = frozenset({"counsellor", "coordinator"})
COORDINATORS = frozenset({"coordinator"})
TREASURERS = frozenset({"treasurer"})
