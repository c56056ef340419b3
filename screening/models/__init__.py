from screening.models.access import Center, CenterSite, Membership, Role, SponsorMembership, User
from screening.models.audit import AuditEvent, AuditLink
from screening.models.patient import Patient, PatientKey, Sex
from screening.models.screening import (
    Answer,
    AnswerChange,
    Conclusion,
    Disposition,
    FailureKind,
    Kind,
    Outcome,
    Screening,
    Status,
    Value,
)

__all__ = [
    "Answer",
    "AnswerChange",
    "AuditEvent",
    "AuditLink",
    "Center",
    "CenterSite",
    "Conclusion",
    "Disposition",
    "FailureKind",
    "Kind",
    "Membership",
    "Outcome",
    "Patient",
    "PatientKey",
    "Role",
    "Screening",
    "Sex",
    "SponsorMembership",
    "Status",
    "User",
    "Value",
]
