from screening.models.access import Center, CenterSite, Membership, Role, SponsorMembership, User
from screening.models.answer import Answer, AnswerChange, AnswerFact, Value
from screening.models.audit import AuditEvent, AuditLink
from screening.models.estimate import ChanceEstimate
from screening.models.fact import AnchorDate, Fact, HalfLife, SourceKind
from screening.models.patient import Patient, PatientKey, Sex
from screening.models.practice import PracticeAnswer, PracticeRound
from screening.models.screening import (
    Conclusion,
    Disposition,
    FailureKind,
    Kind,
    Outcome,
    Screening,
    Status,
    VersionPin,
)
from screening.models.signature import Deviation, Meaning, Signature, VoidKind

__all__ = [
    "AnchorDate",
    "Answer",
    "AnswerChange",
    "AnswerFact",
    "AuditEvent",
    "AuditLink",
    "Center",
    "CenterSite",
    "ChanceEstimate",
    "Conclusion",
    "Deviation",
    "Disposition",
    "Fact",
    "FailureKind",
    "HalfLife",
    "Kind",
    "Meaning",
    "Membership",
    "Outcome",
    "Patient",
    "PatientKey",
    "PracticeAnswer",
    "PracticeRound",
    "Role",
    "Screening",
    "Sex",
    "Signature",
    "SourceKind",
    "SponsorMembership",
    "Status",
    "User",
    "Value",
    "VersionPin",
    "VoidKind",
]
