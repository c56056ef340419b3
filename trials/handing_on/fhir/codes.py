"""The registry's enumerations in the code systems of FHIR R5; what has no code there is given in words."""

STATUS_SYSTEM = "http://hl7.org/fhir/research-study-status"
STATUS = {
    "RECRUITING": "recruiting",
    "NOT_YET_RECRUITING": "not-yet-recruiting",
    "ENROLLING_BY_INVITATION": "enrolling-by-invitation",
    "ACTIVE_NOT_RECRUITING": "active-but-not-recruiting",
    "SUSPENDED": "temporarily-closed-to-accrual",
    "COMPLETED": "completed",
    "TERMINATED": "terminated",
    "WITHDRAWN": "withdrawn",
}

PHASE_SYSTEM = "http://terminology.hl7.org/CodeSystem/research-study-phase"
PHASE = {
    ("NA",): "n-a",
    ("EARLY_PHASE1",): "early-phase-1",
    ("PHASE1",): "phase-1",
    ("PHASE1", "PHASE2"): "phase-1-phase-2",
    ("PHASE2",): "phase-2",
    ("PHASE2", "PHASE3"): "phase-2-phase-3",
    ("PHASE3",): "phase-3",
    ("PHASE4",): "phase-4",
}

PURPOSE_SYSTEM = "http://terminology.hl7.org/CodeSystem/research-study-prim-purp-type"
PURPOSE = {
    "TREATMENT": "treatment",
    "PREVENTION": "prevention",
    "DIAGNOSTIC": "diagnostic",
    "SUPPORTIVE_CARE": "supportive-care",
    "SCREENING": "screening",
    "HEALTH_SERVICES_RESEARCH": "health-services-research",
    "BASIC_SCIENCE": "basic-science",
    "DEVICE_FEASIBILITY": "device-feasibility",
}

# The Scientific Evidence Code System, as R5 has it.
DESIGN_SYSTEM = "http://hl7.org/fhir/study-design"
DESIGN = {
    "INTERVENTIONAL": "SEVCO:01001",
    "OBSERVATIONAL": "SEVCO:01002",
    "RANDOMIZED": "SEVCO:01003",
    "NON_RANDOMIZED": "SEVCO:01005",
    "PARALLEL": "SEVCO:01011",
    "CROSSOVER": "SEVCO:01012",
    "CASE_CONTROL": "SEVCO:01013",
    "SINGLE_GROUP": "SEVCO:01016",
    "CROSS_SECTIONAL": "SEVCO:01027",
}

ARM_SYSTEM = "http://hl7.org/fhir/research-study-arm-type"
ARM = {
    "EXPERIMENTAL": "experimental",
    "ACTIVE_COMPARATOR": "active-comparator",
    "PLACEBO_COMPARATOR": "placebo-comparator",
    "SHAM_COMPARATOR": "sham-comparator",
    "NO_INTERVENTION": "no-intervention",
    "OTHER": "other-arm-type",
}

ROLE_SYSTEM = "http://hl7.org/fhir/research-study-party-role"
ROLE = {
    "PRINCIPAL_INVESTIGATOR": "primary-investigator",
    "SUB_INVESTIGATOR": "sub-investigator",
    "STUDY_DIRECTOR": "study-director",
    "STUDY_CHAIR": "study-chair",
    "CONTACT": "general-contact",
}

PARTY_SYSTEM = "http://hl7.org/fhir/research-study-party-organization-type"
PARTY = {"NIH": "nih", "FED": "government", "OTHER_GOV": "government", "INDUSTRY": "industry"}

OBJECTIVE_SYSTEM = "http://hl7.org/fhir/research-study-objective-type"
TITLE_SYSTEM = "http://hl7.org/fhir/title-type"
# The identifier of the registry's naming system in HL7's terminology.
NCT_SYSTEM = "http://clinicaltrials.gov"
GENDER_SYSTEM = "http://hl7.org/fhir/administrative-gender"
