"""The registry's enumerations (ClinicalTrials.gov API v2) in words that people read."""

from collections.abc import Mapping
from functools import cache

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trials.text import humanised


class Status(TextChoices):
    """Of a trial as a whole, and of one site."""

    RECRUITING = "RECRUITING", _("Recruiting")
    NOT_YET_RECRUITING = "NOT_YET_RECRUITING", _("Not yet recruiting")
    ENROLLING_BY_INVITATION = "ENROLLING_BY_INVITATION", _("Enrolling by invitation")
    ACTIVE_NOT_RECRUITING = "ACTIVE_NOT_RECRUITING", _("Active, not recruiting")
    SUSPENDED = "SUSPENDED", _("Suspended")
    COMPLETED = "COMPLETED", _("Completed")
    TERMINATED = "TERMINATED", _("Terminated")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    AVAILABLE = "AVAILABLE", _("Available")
    NO_LONGER_AVAILABLE = "NO_LONGER_AVAILABLE", _("No longer available")
    TEMPORARILY_NOT_AVAILABLE = "TEMPORARILY_NOT_AVAILABLE", _("Temporarily not available")
    APPROVED_FOR_MARKETING = "APPROVED_FOR_MARKETING", _("Approved for marketing")
    WITHHELD = "WITHHELD", _("Withheld")
    UNKNOWN = "UNKNOWN", _("Unknown status")


# Of trials that take people in.
OPEN = frozenset({Status.RECRUITING, Status.ENROLLING_BY_INVITATION})


def recruits(site: str, trial: str) -> bool:
    """By the statuses of both: where a trial says that it takes nobody in, what its sites say is outdated."""
    return site == Status.RECRUITING and (not trial or trial in OPEN)


class StudyType(TextChoices):
    INTERVENTIONAL = "INTERVENTIONAL", _("Interventional")
    OBSERVATIONAL = "OBSERVATIONAL", _("Observational")
    EXPANDED_ACCESS = "EXPANDED_ACCESS", _("Expanded access")


class Phase(TextChoices):
    EARLY_PHASE1 = "EARLY_PHASE1", _("Early phase 1")
    PHASE1 = "PHASE1", _("Phase 1")
    PHASE2 = "PHASE2", _("Phase 2")
    PHASE3 = "PHASE3", _("Phase 3")
    PHASE4 = "PHASE4", _("Phase 4")
    NA = "NA", _("Not applicable")


class Allocation(TextChoices):
    RANDOMIZED = "RANDOMIZED", _("Randomised")
    NON_RANDOMIZED = "NON_RANDOMIZED", _("Not randomised")
    NA = "NA", _("Not applicable")


class InterventionModel(TextChoices):
    SINGLE_GROUP = "SINGLE_GROUP", _("Single group")
    PARALLEL = "PARALLEL", _("Parallel groups")
    CROSSOVER = "CROSSOVER", _("Crossover")
    FACTORIAL = "FACTORIAL", _("Factorial")
    SEQUENTIAL = "SEQUENTIAL", _("Sequential")


class ObservationalModel(TextChoices):
    COHORT = "COHORT", _("Cohort")
    CASE_CONTROL = "CASE_CONTROL", _("Case-control")
    CASE_ONLY = "CASE_ONLY", _("Case-only")
    CASE_CROSSOVER = "CASE_CROSSOVER", _("Case-crossover")
    ECOLOGIC_OR_COMMUNITY = "ECOLOGIC_OR_COMMUNITY", _("Ecologic or community")
    FAMILY_BASED = "FAMILY_BASED", _("Family-based")
    DEFINED_POPULATION = "DEFINED_POPULATION", _("Defined population")
    NATURAL_HISTORY = "NATURAL_HISTORY", _("Natural history")
    OTHER = "OTHER", _("Other")


class TimePerspective(TextChoices):
    PROSPECTIVE = "PROSPECTIVE", _("Prospective")
    RETROSPECTIVE = "RETROSPECTIVE", _("Retrospective")
    CROSS_SECTIONAL = "CROSS_SECTIONAL", _("Cross-sectional")
    OTHER = "OTHER", _("Other")


class PrimaryPurpose(TextChoices):
    TREATMENT = "TREATMENT", _("Treatment")
    PREVENTION = "PREVENTION", _("Prevention")
    DIAGNOSTIC = "DIAGNOSTIC", _("Diagnosis")
    ECT = "ECT", _("Educational, counselling or training")
    SUPPORTIVE_CARE = "SUPPORTIVE_CARE", _("Supportive care")
    SCREENING = "SCREENING", _("Screening")
    HEALTH_SERVICES_RESEARCH = "HEALTH_SERVICES_RESEARCH", _("Health services research")
    BASIC_SCIENCE = "BASIC_SCIENCE", _("Basic science")
    DEVICE_FEASIBILITY = "DEVICE_FEASIBILITY", _("Device feasibility")
    OTHER = "OTHER", _("Other")


class Masking(TextChoices):
    NONE = "NONE", _("None (open label)")
    SINGLE = "SINGLE", _("Single")
    DOUBLE = "DOUBLE", _("Double")
    TRIPLE = "TRIPLE", _("Triple")
    QUADRUPLE = "QUADRUPLE", _("Quadruple")


class WhoMasked(TextChoices):
    PARTICIPANT = "PARTICIPANT", _("Participant")
    CARE_PROVIDER = "CARE_PROVIDER", _("Care provider")
    INVESTIGATOR = "INVESTIGATOR", _("Investigator")
    OUTCOMES_ASSESSOR = "OUTCOMES_ASSESSOR", _("Outcomes assessor")


class ArmType(TextChoices):
    EXPERIMENTAL = "EXPERIMENTAL", _("Experimental")
    ACTIVE_COMPARATOR = "ACTIVE_COMPARATOR", _("Active comparator")
    PLACEBO_COMPARATOR = "PLACEBO_COMPARATOR", _("Placebo comparator")
    SHAM_COMPARATOR = "SHAM_COMPARATOR", _("Sham comparator")
    NO_INTERVENTION = "NO_INTERVENTION", _("No intervention")
    OTHER = "OTHER", _("Other")


class InterventionType(TextChoices):
    DRUG = "DRUG", _("Drug")
    BIOLOGICAL = "BIOLOGICAL", _("Biological")
    DEVICE = "DEVICE", _("Device")
    PROCEDURE = "PROCEDURE", _("Procedure")
    RADIATION = "RADIATION", _("Radiation")
    BEHAVIORAL = "BEHAVIORAL", _("Behavioural")
    GENETIC = "GENETIC", _("Genetic")
    DIETARY_SUPPLEMENT = "DIETARY_SUPPLEMENT", _("Dietary supplement")
    DIAGNOSTIC_TEST = "DIAGNOSTIC_TEST", _("Diagnostic test")
    COMBINATION_PRODUCT = "COMBINATION_PRODUCT", _("Combination product")
    OTHER = "OTHER", _("Other")


class Sex(TextChoices):
    ALL = "ALL", _("All")
    FEMALE = "FEMALE", _("Female")
    MALE = "MALE", _("Male")


class AgeGroup(TextChoices):
    CHILD = "CHILD", _("Child")
    ADULT = "ADULT", _("Adult")
    OLDER_ADULT = "OLDER_ADULT", _("Older adult")


class ContactRole(TextChoices):
    STUDY_CHAIR = "STUDY_CHAIR", _("Study chair")
    STUDY_DIRECTOR = "STUDY_DIRECTOR", _("Study director")
    PRINCIPAL_INVESTIGATOR = "PRINCIPAL_INVESTIGATOR", _("Principal investigator")
    SUB_INVESTIGATOR = "SUB_INVESTIGATOR", _("Sub-investigator")
    CONTACT = "CONTACT", _("Contact")


class AgencyClass(TextChoices):
    INDUSTRY = "INDUSTRY", _("Industry")
    NIH = "NIH", _("US National Institutes of Health")
    FED = "FED", _("US federal agency")
    OTHER_GOV = "OTHER_GOV", _("Other government body")
    NETWORK = "NETWORK", _("Network")
    INDIV = "INDIV", _("Individual")
    AMBIG = "AMBIG", _("Ambiguous")
    OTHER = "OTHER", _("Other organisation")
    UNKNOWN = "UNKNOWN", _("Class not known")


class ResponsiblePartyType(TextChoices):
    SPONSOR = "SPONSOR", _("Sponsor")
    PRINCIPAL_INVESTIGATOR = "PRINCIPAL_INVESTIGATOR", _("Principal investigator")
    SPONSOR_INVESTIGATOR = "SPONSOR_INVESTIGATOR", _("Sponsor-investigator")


class DateType(TextChoices):
    ACTUAL = "ACTUAL", _("actual")
    ESTIMATED = "ESTIMATED", _("estimated")


class SamplingMethod(TextChoices):
    PROBABILITY_SAMPLE = "PROBABILITY_SAMPLE", _("Probability sample")
    NON_PROBABILITY_SAMPLE = "NON_PROBABILITY_SAMPLE", _("Non-probability sample")


class IdentifierType(TextChoices):
    NIH = "NIH", _("US NIH grant or contract")
    FDA = "FDA", _("US FDA grant or contract")
    VA = "VA", _("US Veterans Affairs grant or contract")
    CDC = "CDC", _("US CDC grant or contract")
    AHRQ = "AHRQ", _("US AHRQ grant or contract")
    SAMHSA = "SAMHSA", _("US SAMHSA grant or contract")
    OTHER_GRANT = "OTHER_GRANT", _("Other grant or funding number")
    EUDRACT_NUMBER = "EUDRACT_NUMBER", _("EudraCT number")
    CTIS = "CTIS", _("EU CT number (CTIS)")
    REGISTRY = "REGISTRY", _("Registry identifier")
    OTHER = "OTHER", _("Other identifier")


class DataSharing(TextChoices):
    """Whether the data of individual participants will be shared."""

    YES = "YES", _("Yes")
    NO = "NO", _("No")
    UNDECIDED = "UNDECIDED", _("Not decided yet")


class SharedDocument(TextChoices):
    STUDY_PROTOCOL = "STUDY_PROTOCOL", _("Study protocol")
    SAP = "SAP", _("Statistical analysis plan")
    ICF = "ICF", _("Informed consent form")
    CSR = "CSR", _("Clinical study report")
    ANALYTIC_CODE = "ANALYTIC_CODE", _("Analytic code")


class ReferenceType(TextChoices):
    BACKGROUND = "BACKGROUND", _("Background")
    RESULT = "RESULT", _("Results of the trial")
    DERIVED = "DERIVED", _("Found by the registry to be about the trial")


class SamplesKept(TextChoices):
    NONE_RETAINED = "NONE_RETAINED", _("None")
    SAMPLES_WITH_DNA = "SAMPLES_WITH_DNA", _("Samples from which DNA can be taken")
    SAMPLES_WITHOUT_DNA = "SAMPLES_WITHOUT_DNA", _("Samples without DNA")


class SubmissionStep(TextChoices):
    """What became of results that were sent to the registry and are not posted."""

    RELEASE = "RELEASE", _("Submitted to the registry")
    UNRELEASE = "UNRELEASE", _("Submission cancelled")
    RESET = "RESET", _("Returned by the registry for corrections")


class ViolationStep(TextChoices):
    VIOLATION_IDENTIFIED = "VIOLATION_IDENTIFIED", _("Violation identified")
    CORRECTION_CONFIRMED = "CORRECTION_CONFIRMED", _("Correction confirmed")
    PENALTY_IMPOSED = "PENALTY_IMPOSED", _("Penalty imposed")
    ISSUES_IN_LETTER_ADDRESSED_CONFIRMED = (
        "ISSUES_IN_LETTER_ADDRESSED_CONFIRMED",
        _("Issues of the letter confirmed as addressed"),
    )


def words(vocabulary: type[TextChoices], values: list[str]) -> list[str]:
    """Each value in its words; one that the vocabulary lacks is made readable."""
    labels = _labels(vocabulary)
    return [str(labels[value]) if value in labels else humanised(value) for value in values]


@cache
def _labels(vocabulary: type[TextChoices]) -> Mapping[str, str | Promise]:
    """Still to be translated: each reader may have another language."""
    return dict(vocabulary.choices)
