from trials.models.arm import Arm, ArmIntervention, Intervention
from trials.models.caption import Caption
from trials.models.criteria import Cohort, CriteriaVersion, Criterion
from trials.models.document import LoadedDocument
from trials.models.draft import DraftRevision
from trials.models.imported import TrialImport
from trials.models.kept import SavedSearch, Star
from trials.models.local_edit import LocalEdit
from trials.models.people import CentralContact, Official, Sponsor, TrialSponsor
from trials.models.record import TrialRecord, TrialRemoval
from trials.models.site import Site, SiteContact
from trials.models.trial import Condition, Keyword, OtherIdentifier, Outcome, Trial
from trials.models.variable import Variable

__all__ = [
    "Arm",
    "ArmIntervention",
    "Caption",
    "CentralContact",
    "Cohort",
    "Condition",
    "CriteriaVersion",
    "Criterion",
    "DraftRevision",
    "Intervention",
    "Keyword",
    "LoadedDocument",
    "LocalEdit",
    "Official",
    "OtherIdentifier",
    "Outcome",
    "SavedSearch",
    "Site",
    "SiteContact",
    "Sponsor",
    "Star",
    "Trial",
    "TrialImport",
    "TrialRecord",
    "TrialRemoval",
    "TrialSponsor",
    "Variable",
]
