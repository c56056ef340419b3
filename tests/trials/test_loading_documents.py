"""Documents written by hand: loaded once, changed by further versions, refused with every problem named."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from config.context import acting_as, system
from trials.importers.fixtures import Loaded, load_document
from trials.importers.problems import RejectedError
from trials.importers.store import Change
from trials.importers.yaml_documents import read_yaml
from trials.models import CriteriaVersion, LoadedDocument, Trial, Variable
from trials.searching import engine
from trials.searching.wanted import Wanted

LOADING = system("test", edits_content=True, importing=True)

VARIABLES = """
- {code: age, label: Age, unit: a, loinc: "30525-0", kind: number}
- {code: sex, label: Sex, unit: null, loinc: null, kind: code, codes: [female, male], note: "As recorded."}
"""
TRIAL = """
protocolSection:
  identificationModule: {nctId: NCT01234567, briefTitle: A trial}
  statusModule: {startDateStruct: {date: 2024-12}}
  contactsLocationsModule:
    locations:
      - {facility: Hospital, city: Jena, zip: 07740, country: Germany}
supplement:
  nickname: NEX
  plain_summary: {text: In plain words., machine_made: true}
  periods: [Screening, Treatment]
  launched: 2025-04-16
  people_applied: 0
criteria_versions:
  - label: "2026-01-22"
    source: registry
    completeness: abridged
    effective: 2026-01-22
    change_reason: First version.
    inclusion:
      identifier: in
      op: all
      children:
        - {identifier: age, op: statement, label: "1.", text: Adults, test: {variable: age, comparator: ">=", value: 18, unit: a}}
    exclusion: {identifier: ex, op: any}
"""  # noqa: E501

Load = Callable[[str], Loaded]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load_text(text: str) -> Loaded:
        path = tmp_path / "document.yaml"
        path.write_text(text, encoding="utf-8")
        with acting_as(LOADING):
            return load_document(path)

    return load_text


def problems(load: Load, text: str) -> list[str]:
    with pytest.raises(RejectedError) as caught:
        load(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.django_db
class TestTrials:
    @pytest.fixture(autouse=True)
    def variables(self, load: Load) -> None:
        load(VARIABLES)

    def test_a_document_becomes_a_trial_with_published_criteria(self, load: Load) -> None:
        assert load(TRIAL) == Loaded("NCT01234567", Change.CREATED)
        trial = Trial.objects.get()
        assert (trial.nickname, trial.people_applied, str(trial.launched)) == ("NEX", 0, "16 Apr 2025")
        assert trial.plain_summary_machine_made
        assert trial.sites.get().zip == "07740"
        assert engine.count(Wanted("nex jena")) == 1
        version = trial.criteria_versions.get()
        assert version.is_published
        assert (version.change_reason, str(version.effective)) == ("First version.", "2026-01-22")
        assert version.tree().nodes["age"].text == "Adults"

    def test_loading_it_again_changes_nothing(self, load: Load) -> None:
        load(TRIAL)
        before = Trial.objects.values().get()
        assert load(TRIAL).change is Change.UNCHANGED
        assert Trial.objects.values().get() == before
        assert CriteriaVersion.objects.count() == 1

    def test_what_was_edited_since_stays_until_the_document_changes(self, load: Load) -> None:
        load(TRIAL)
        with acting_as(LOADING):
            Trial.objects.update(nickname="edited")
        assert load(f"# a remark\n{TRIAL}").change is Change.UNCHANGED
        assert Trial.objects.get().nickname == "edited"
        assert load(TRIAL.replace("people_applied: 0", "people_applied: 1")).change is Change.UPDATED
        assert Trial.objects.get().nickname == "NEX"

    def test_a_document_that_is_loaded_anew_finds_its_rows(self, load: Load) -> None:
        load(TRIAL)
        with acting_as(LOADING):
            LoadedDocument.objects.all().delete()
        assert load(TRIAL).change is Change.UNCHANGED
        assert CriteriaVersion.objects.count() == 1

    def test_changed_criteria_become_a_further_version(self, load: Load) -> None:
        load(TRIAL)
        first = CriteriaVersion.objects.get()
        changed = TRIAL.replace("value: 18", "value: 21").replace("First version.", "Of age is 21.")
        assert load(changed).change is Change.UPDATED
        assert load(changed).change is Change.UNCHANGED
        assert [version.number for version in CriteriaVersion.objects.in_effect()] == [2, 1]
        first.refresh_from_db()
        assert first.digest == first.tree().digest

    def test_criteria_that_change_back_become_a_further_version_too(self, load: Load) -> None:
        for text in (TRIAL, TRIAL.replace("value: 18", "value: 21"), TRIAL):
            load(text)
        one, _two, three = CriteriaVersion.objects.order_by("number")
        assert one.digest == three.digest
        assert load(TRIAL).change is Change.UNCHANGED

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("nickname: NEX", "nickname: NEXT"),
            ("briefTitle: A trial", "briefTitle: A study"),
            ("  people_applied: 0", ""),
        ],
    )
    def test_changed_content_updates_the_trial_alone(self, load: Load, old: str, new: str) -> None:
        load(TRIAL)
        assert load(TRIAL.replace(old, new)).change is Change.UPDATED
        assert CriteriaVersion.objects.count() == 1

    def test_every_problem_is_named(self, load: Load) -> None:
        text = (
            TRIAL.replace("briefTitle", "briefTitel")
            .replace("2024-12}", "2024-13}")
            .replace("nickname: NEX", "nick: NEX")
            .replace("people_applied: 0", "people_applied: none")
            .replace("variable: age", "variable: aeg")
            .replace("source: registry", "source: website")
            .replace("effective: 2026-01-22", "effective: soon")
            .replace("op: any", "op: some")
        )
        found = problems(load, text)
        assert list(dict.fromkeys(problem.partition(": ")[0] for problem in found)) == [
            "protocolSection.statusModule.startDateStruct.date",
            "protocolSection.identificationModule.briefTitel",
            "supplement.people_applied",
            "criteria_versions[0].exclusion.op",
            "criteria_versions[0].source",
            "criteria_versions[0].effective",
            "supplement.nick",
        ]
        assert "criteria_versions[0].effective: not a day such as 2026-01-22" in found
        assert not Trial.objects.exists()

    def test_a_variable_is_of_the_dictionary(self, load: Load) -> None:
        assert problems(load, TRIAL.replace("variable: age", "variable: aeg")) == [
            "criteria_versions[0].(age).test.variable: The dictionary has no variable “aeg”."
        ]

    def test_what_the_editor_would_not_publish_is_not_loaded(self, load: Load) -> None:
        assert problems(load, TRIAL.replace(", unit: a", "")) == [
            "criteria_versions[0].(age).test.unit: The number has no unit. The dictionary's is “a”."
        ]
        assert not CriteriaVersion.objects.exists()

    def test_two_versions_of_one_name_are_refused(self, load: Load) -> None:
        versions = TRIAL.partition("criteria_versions:\n")[2]
        assert "two registry versions" in problems(load, TRIAL + versions)[0]

    def test_a_lost_text_makes_a_version_abridged(self, load: Load) -> None:
        text = TRIAL.replace("abridged", "complete").replace(
            "{identifier: ex, op: any}",
            "{identifier: ex, op: any, children: [{identifier: l, op: lost, text: Item 1 is missing}]}",
        )
        assert problems(load, text) == [
            "criteria_versions[0].(l).op: "
            "The source lost this text, so the version is abridged, not complete."
        ]

    @pytest.mark.parametrize("text", ["", "text", "{}", "{protocolSection: {}}", "- 1"])
    def test_what_is_no_document_is_refused(self, load: Load, text: str) -> None:
        assert problems(load, text)


@pytest.mark.django_db
def test_variables_are_added_and_corrected_but_never_taken_away(load: Load) -> None:
    assert load(VARIABLES).change is Change.CREATED
    assert load(VARIABLES).change is Change.UNCHANGED
    assert load(VARIABLES.replace("label: Age", "label: Age in years")).change is Change.UPDATED
    assert load(VARIABLES.splitlines()[1]).change is Change.UPDATED
    assert [variable.label for variable in Variable.objects.all()] == ["Age", "Sex"]
    assert Variable.objects.get(code="sex").codes == ["female", "male"]


@pytest.mark.django_db
def test_a_variable_that_was_edited_here_keeps_the_edit_and_it_is_said(load: Load) -> None:
    load(VARIABLES)
    with acting_as(system("Ada", edits_content=True)):
        Variable.objects.filter(code="age").update(label="Age at consent")
    loaded = load(VARIABLES.replace("label: Age", "label: Age in years").replace("As recorded", "As told"))
    assert loaded.kept == (
        "age: label stays 'Age at consent', edited here; the document says 'Age in years'",
    )
    age, sex = Variable.objects.order_by("code")
    assert (age.label, age.edited_here) == ("Age at consent", ["label"])
    assert (sex.note, sex.edited_here) == ("As told.", [])
    with acting_as(system("Ada", edits_content=True)):
        Variable.objects.filter(code="age").update(label="Age in years")  # as the document has it again
    assert load(VARIABLES.replace("label: Age", "label: Age of life")).kept == ()
    assert Variable.objects.get(code="age").label == "Age of life"


@pytest.mark.django_db
def test_problems_of_variables_are_named(load: Load) -> None:
    text = """
    - {code: Age, label: Age, kind: number, loinc: LOINC, codes: [a]}
    - {code: b, kind: thing, units: a}
    - {code: b, label: B, kind: text}
    """
    found = problems(load, textwrap.dedent(text))
    assert [problem.partition(": ")[0] for problem in found] == [
        "[0].code", "[0].loinc", "[0].codes", "[1].kind", "[1].label", "[1].units", "[2].code",
    ]  # fmt: skip


def test_text_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "{a: no, b: 07740, c: 1., d: 12:30, e: 2024-12-17, f: 3, g: 0.25, h: true, i: null, j: 1e3, k: ~}"
    )
    assert read_yaml(path) == {
        "a": "no", "b": "07740", "c": "1.", "d": "12:30", "e": "2024-12-17",
        "f": 3, "g": 0.25, "h": True, "i": None, "j": "1e3", "k": None,
    }  # fmt: skip


def test_a_text_may_be_used_again(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("{a: &again same, b: *again}")
    assert read_yaml(path) == {"a": "same", "b": "same"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: 1\nb: [\n", "line 3"),
        (b"a: 1\nb: {x: 1\nc: 2\n", "line 3"),
        (b"a: 1\na: 2\n", 'line 2: the key "a" stands twice'),
        (b"a: 1\n2: b\n", "line 2: a key is text; put it in quotes"),
        (b"a: 1\nb: \xff\n", "line 2: is not UTF-8"),
        (b"a: 1\nb: \x07\n", "line 2: has a character that YAML does not allow"),
        (b"a: !!python/name:os.system x", "line 1"),
        (b"a: 1\nb: &b [*b]\n", "line 2: an alias stands within an anchor"),
        (b"[" * 5000, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(RejectedError) as caught:
        read_yaml(path)
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_said_not_to_be(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
