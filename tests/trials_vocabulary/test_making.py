"""How the vocabulary is put together from its sources."""

from __future__ import annotations

import pytest

from trials.management.commands.make_vocabulary import additions
from trials.vocabularies.loaded import CONDITION, SUBSTANCE
from trials.vocabularies.loaded import Vocabulary as Loaded
from trials.vocabularies.making import Addition, Descriptor, Disease, Vocabulary, line

HEART = Descriptor("D1", "Heart Diseases", ["Cardiac Diseases"], ["C14.280"], [])
ATTACK = Descriptor(
    "D2", "Myocardial Infarction", ["Infarction, Myocardial"], ["C14.280.647"], ["Silent Infarct"]
)
CHEMICAL = Descriptor("D3", "Aspirin", ["Acetylsalicylic Acid"], ["D02.455"], [])


def made(*diseases: Disease, mondo: tuple[Disease, ...] = (), additions: tuple[Addition, ...] = ()) -> Loaded:
    vocabulary = Vocabulary()
    vocabulary.add_descriptors([HEART, ATTACK, CHEMICAL])
    vocabulary.add_disease_ontology(diseases, mondo)
    vocabulary.add_mondo(mondo)
    vocabulary.amend(additions)
    return Loaded("\n".join(line(concept) for concept in vocabulary.settled()))


def test_the_tree_says_what_is_broader() -> None:
    assert made().broader("D2") == {"D1"}


def test_terms_are_synonyms_and_entries_are_not() -> None:
    found = made()
    assert found.synonym("infarction myocardial") == "D2"
    assert found.synonym("infarct silent") is None
    assert found.stands_for("silent infarct") == ("D2",)


def test_a_disease_with_the_name_of_a_descriptor_is_it() -> None:
    found = made(
        Disease("DOID:1", "myocardial infarction", ["heart attack", "heart trouble"], [], ["D2"]),
        mondo=(Disease("MONDO:1", "heart attack", [], [], ["DOID:1"]),),
    )
    assert found.synonym("attack heart") == "D2"
    assert found.synonym("heart trouble") is None  # one ontology alone says so
    assert found.stands_for("heart trouble") == ("D2",)
    assert len(found) == 3


def test_a_name_with_something_added_is_no_synonym() -> None:
    disease = Disease("DOID:1", "myocardial infarction", ["myocardial infarction of women"], [], ["D2"])
    found = made(
        disease, mondo=(Disease("MONDO:1", *("myocardial infarction of women", [], [], ["DOID:1"])),)
    )
    assert found.synonym("infarction myocardial woman") is None


def test_two_that_claim_a_descriptor_without_its_name_are_below_it() -> None:
    found = made(
        Disease("DOID:1", "big infarct", ["infarction, myocardial"], [], ["D2"]),
        Disease("DOID:2", "small infarct", ["infarction, myocardial"], [], ["D2"]),
    )
    assert found.broader("DOID:1") == found.broader("DOID:2") == {"D1", "D2"}
    assert found.synonym("infarction myocardial") == "D2"


def test_a_term_that_two_have_with_equal_right_is_a_synonym_of_neither() -> None:
    found = made(
        Disease("DOID:1", "one illness", ["the ague"], [], []),
        Disease("DOID:2", "other illness", ["ague"], [], []),
    )
    assert found.synonym("ague") is None
    assert found.stands_for("ague") == ()


def test_mondo_adds_no_synonyms_to_what_is_known() -> None:
    found = made(mondo=(Disease("MONDO:1", "myocardial infarction", ["heart trouble"], [], ["D2"]),))
    assert found.synonym("heart trouble") is None
    assert found.stands_for("heart trouble") == ("D2",)


def test_a_name_is_kept_in_each_order_of_its_words() -> None:
    found = made(
        additions=(Addition("same", "Myocardial Infarction", ["attack of the heart", "heart attacks"]),)
    )
    assert set(found["D2"].terms) == {"myocardial infarction", "attack of the heart", "heart attacks"}


def test_additions_have_the_last_word() -> None:
    found = made(
        Disease("DOID:1", "infarct", ["coronary"], [], []),
        additions=(
            Addition("same", "Myocardial Infarction", ["coronary", "infarct"]),
            Addition("not same", "Aspirin", ["acetylsalicylic acid"]),
            Addition("not under", "Myocardial Infarction", ["Heart Diseases"]),
            Addition("new", "Broken heart", ["Heart Diseases"]),
            Addition("new", "Better aspirin", ["Aspirin"]),
        ),
    )
    assert found.synonym("coronary") == found.synonym("infarct") == "D2"
    assert found.synonym("acetylsalicylic acid") is None
    assert found.broader("D2") == set()
    assert found.broader("TD:broken-heart") == {"D1"}
    assert (found.kind("TD:broken-heart"), found.kind("TD:aspirin-better")) == (CONDITION, SUBSTANCE)
    with pytest.raises(KeyError):
        made(additions=(Addition("same", "Nothing known", ["x"]),))


def test_each_line_of_ours_can_be_read() -> None:
    assert {addition.verb for addition in additions()} == {
        "same",
        "not same",
        "kind",
        "under",
        "not under",
        "new",
    }
    assert all(addition.subject and all(addition.terms) for addition in additions())
