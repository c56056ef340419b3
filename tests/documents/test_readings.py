"""How the texts were read, shown by participants whom a careless reading would get wrong."""

from typing import Any

import pytest

from screening.logic import Assessment, CaveatKind, Outcome, evaluate
from tests.documents.fixtures import fixture
from trials.criteria.tree import Op, Tree, parse_tree


def version_of(nct_id: str, label: str) -> dict[str, Any]:
    trial = fixture(f"trials/{nct_id}.yaml")
    [version] = [version for version in trial["criteria_versions"] if version["label"] == label]
    return version


def tree_of(version: dict[str, Any]) -> Tree:
    return parse_tree({key: version[key] for key in ("cohorts", "inclusion", "exclusion") if key in version})


class Participant:
    """Fulfils every inclusion statement and no exclusion statement, but for what a test says."""

    def __init__(self, nct_id: str, label: str) -> None:
        self.version = version_of(nct_id, label)
        self.tree = tree_of(self.version)
        self.answers = {
            node.identifier: answer
            for root, answer in ((self.tree.inclusion, "yes"), (self.tree.exclusion, "no"))
            for node in root.walk()
            if node.op is Op.STATEMENT
        }

    def who(self, *, has: str = "", lacks: str = "", lacks_all_of: str = "") -> "Participant":
        """Identifiers, separated by spaces; `lacks_all_of` names groups."""
        for group in lacks_all_of.split():
            lacks += "".join(
                f" {node.identifier}" for node in self.tree.nodes[group].walk() if node.op is Op.STATEMENT
            )
        self.answers |= dict.fromkeys(lacks.split(), "no") | dict.fromkeys(has.split(), "yes")
        assert self.answers.keys() == {node.identifier for node in self.tree.statements}
        return self

    def assessed(self, cohort: str | None = None) -> Assessment:
        complete = self.version["completeness"] == "complete"
        return evaluate(self.tree, self.answers, complete=complete, reviewed=True, cohort=cohort)

    def outcome(self, cohort: str | None = None) -> Outcome:
        return self.assessed(cohort).outcome


def rapcabtagene() -> Participant:
    return Participant("NCT06665256", "2026-01-22")


def ianalumab() -> Participant:
    return Participant("NCT06470048", "2025-11-01")


def demonstration() -> Participant:
    return Participant("NCT06470048", "Demonstration protocol 1.0 (made up)")


def nex_t() -> Participant:
    return Participant("NCT05869955", "Public text, undated")


# NCT06665256


def test_key_criteria_make_nobody_more_than_potentially_eligible() -> None:
    assert rapcabtagene().outcome() is Outcome.POTENTIALLY_ELIGIBLE


@pytest.mark.parametrize("limit", ["e2.bmi-low", "e2.bmi-high"])
def test_each_end_of_the_bmi_excludes_by_itself(limit: str) -> None:
    assessment = rapcabtagene().who(has=limit).assessed()
    assert assessment.outcome is Outcome.INELIGIBLE
    assert assessment.deciding_criteria == ("e2",)


# NCT06470048, the public text


def test_one_new_body_area_counts_only_with_a_rise_of_the_skin_score() -> None:
    assert ianalumab().who(lacks_all_of="i5", has="i5.area-1 i6.ata").outcome() is Outcome.INELIGIBLE
    with_a_rise = ianalumab().who(lacks_all_of="i5", has="i5.area-1 i5.mrss-increase-2")
    assert with_a_rise.outcome() is Outcome.POTENTIALLY_ELIGIBLE


def test_interstitial_lung_disease_is_active_disease_only_with_ata() -> None:
    assert ianalumab().who(lacks_all_of="i5", has="i5.ild").outcome() is Outcome.POTENTIALLY_ELIGIBLE
    without = ianalumab().who(lacks_all_of="i5", has="i5.ild", lacks="i6.ata")
    assert without.outcome() is Outcome.INELIGIBLE


def test_being_positive_for_ana_alone_excludes_nobody() -> None:
    assert ianalumab().who(lacks="i6.ata i6.rnap3").outcome() is Outcome.POTENTIALLY_ELIGIBLE


def test_anticentromere_excludes_without_ata_and_rnap3() -> None:
    assert ianalumab().who(has="e2.aca").outcome() is Outcome.POTENTIALLY_ELIGIBLE
    assert ianalumab().who(has="e2.aca", lacks="i6.ata").outcome() is Outcome.POTENTIALLY_ELIGIBLE
    assert ianalumab().who(has="e2.aca", lacks="i6.ata i6.rnap3").outcome() is Outcome.INELIGIBLE


def test_the_exception_for_secondary_sjogren_does_not_free_limited_disease() -> None:
    allowed = "e1.rheumatic e1.allowed"
    assert ianalumab().who(has=allowed).outcome() is Outcome.POTENTIALLY_ELIGIBLE
    assert ianalumab().who(has=f"{allowed} e1.subset").outcome() is Outcome.INELIGIBLE


def test_a_b_cell_depleting_therapy_excludes_by_its_date_or_by_the_count() -> None:
    assert ianalumab().who(has="e7.used").outcome() is Outcome.POTENTIALLY_ELIGIBLE
    assert ianalumab().who(has="e7.count").outcome() is Outcome.POTENTIALLY_ELIGIBLE
    assert ianalumab().who(has="e7.used e7.count").outcome() is Outcome.INELIGIBLE
    assert ianalumab().who(has="e7.used e7.recent").outcome() is Outcome.INELIGIBLE


def test_functional_class_3_excludes_with_pulmonary_hypertension_alone() -> None:
    assert ianalumab().who(has="e5.class").outcome() is Outcome.POTENTIALLY_ELIGIBLE
    assert ianalumab().who(has="e5.class e5.pah").outcome() is Outcome.INELIGIBLE


def test_childbearing_potential_excludes_without_contraception() -> None:
    assert ianalumab().who(has="e12.potential").outcome() is Outcome.INELIGIBLE
    protected = ianalumab().who(has="e12.potential e12.contraception")
    assert protected.outcome() is Outcome.POTENTIALLY_ELIGIBLE
    man = ianalumab()
    man.answers |= dict.fromkeys(("e12.potential", "e12.contraception"), "not_applicable")
    assert man.outcome() is Outcome.POTENTIALLY_ELIGIBLE


def test_what_counts_at_baseline_or_randomisation_is_due_again() -> None:
    assessment = ianalumab().who(has="e7.used").assessed()
    assert CaveatKind.RECHECK_DUE in {caveat.kind for caveat in assessment.caveats}
    assert {"e6", "e7.recent", "e9"} <= set(assessment.rechecks)


# NCT06470048, the made-up protocol


def test_on_the_complete_protocol_somebody_is_eligible() -> None:
    assessment = demonstration().assessed()
    assert assessment.outcome is Outcome.ELIGIBLE
    assert assessment.caveats == ()


@pytest.mark.parametrize(
    "statement",
    [node.identifier for node in demonstration().tree.exclusion.walk() if node.op is Op.STATEMENT],
)
def test_each_exclusion_of_the_complete_protocol_can_exclude(statement: str) -> None:
    participant = demonstration().who(lacks="i6.ata i6.rnap3", has=statement)
    if statement == "e12.contraception":
        assert participant.outcome() is Outcome.ELIGIBLE
    else:
        assert participant.outcome() is Outcome.INELIGIBLE


# NCT05869955


def test_the_overlap_exclusion_of_lupus_does_not_reach_scleroderma() -> None:
    scleroderma = nex_t().who(has="ex.sle-overlap ex.drug-induced-sle")
    assert scleroderma.outcome("SLE") is Outcome.INELIGIBLE
    assert scleroderma.outcome("SSc") is Outcome.POTENTIALLY_ELIGIBLE
    assert scleroderma.outcome() is Outcome.POTENTIALLY_ELIGIBLE


@pytest.mark.parametrize(("exclusion", "cohort"), [("ex.iim.cardiac", "IIM"), ("ex.ssc.renal-crisis", "SSc")])
def test_the_exclusions_of_a_disease_stay_in_its_cohort(exclusion: str, cohort: str) -> None:
    outcomes = {code: nex_t().who(has=exclusion).outcome(code) for code in ("SLE", "IIM", "SSc")}
    assert outcomes.pop(cohort) is Outcome.INELIGIBLE
    assert set(outcomes.values()) == {Outcome.POTENTIALLY_ELIGIBLE}


@pytest.mark.parametrize("code", ["SLE", "IIM", "SSc"])
def test_other_autoimmune_diseases_and_cns_pathology_exclude_in_every_cohort(code: str) -> None:
    assert nex_t().who(has="ex.cns").outcome(code) is Outcome.INELIGIBLE
    assert nex_t().who(has="ex.other-autoimmune.present").outcome(code) is Outcome.INELIGIBLE
    thyroid = nex_t().who(has="ex.other-autoimmune.present ex.other-autoimmune.allowed")
    assert thyroid.outcome(code) is Outcome.POTENTIALLY_ELIGIBLE


def test_methotrexate_and_azathioprine_are_one_failed_treatment_in_lupus_and_two_in_myositis() -> None:
    both = "{0}.azathioprine {0}.methotrexate"
    lupus = nex_t().who(lacks_all_of="sle.prior.two", has=both.format("sle.prior"))
    assert lupus.outcome("SLE") is Outcome.INELIGIBLE
    assert lupus.who(has="sle.prior.belimumab").outcome("SLE") is Outcome.POTENTIALLY_ELIGIBLE
    myositis = nex_t().who(lacks_all_of="iim.prior.two", has=both.format("iim.prior"))
    assert myositis.outcome("IIM") is Outcome.POTENTIALLY_ELIGIBLE


def test_scleroderma_needs_progressive_lung_disease_in_either_subset() -> None:
    assert nex_t().who(lacks="ssc.progressive-ild").outcome("SSc") is Outcome.INELIGIBLE


def test_a_screen_failure_names_the_criterion_below_the_heading_of_the_disease() -> None:
    assert nex_t().who(lacks="sle.bilag").assessed("SLE").deciding_criteria == ("sle.bilag",)
