"""Which names are the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.vocabularies.wording import american, heads, key, narrowings, parts, remembered


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Diabetes Mellitus, Type 2", "type II diabetes mellitus"),
        ("Crohn's Disease", "Crohn disease"),
        ("Crohn\u2019s disease", "crohns disease"),
        ("Tumours of the Lung", "lung tumor"),
        ("Leukaemia", "leukemias"),
        ("Oesophageal carcinoma", "esophageal carcinomas"),
        ("COVID-19", "Covid19"),
        ("IL-6", "IL6"),
        ("TGF-\u03b2", "TGF beta"),
        ("Sj\u00f6gren syndrome", "sjogren syndrome"),
        ("Metastases", "metastasis"),
        ("Fibroses", "fibrosis"),
    ],
)
def test_the_same_words(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


def test_british_words_are_american_ones_and_others_stay_apart() -> None:
    british = "the behaviour of paediatric tumours: apnoea, gastro-oesophageal, randomised at four centres"
    ours = "the behavior of pediatric tumors: apnea, gastroesophageal, randomized at four centers"
    assert american(british) == american(ours) == ours.replace("oe", "e")
    for word in (
        "four hours of your tour",
        "toe",
        "shoe",
        "poet",
        "disease",
        "analysis",
        "swelling",
        "israel",
    ):
        assert american(word) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vitamin A", "vitamins"),
        ("Hepatitis A", "hepatitis"),
        ("type 1 diabetes", "type 2 diabetes"),
        ("CD4", "CD8"),
        ("AIDS", "aid"),
    ],
)
def test_not_the_same_words(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("Stage IIIA Rectal Cancer", "rectal cancer"),
        ("Stage IV Thymoma AJCC v8", "thymoma"),
        ("Recurrent Childhood Brain Tumor", "brain tumor"),
        ("Asthma in Children", "asthma"),
        ("Paroxysmal Nocturnal Hemoglobinuria (PNH)", "paroxysmal nocturnal hemoglobinuria"),
        ("AIDS-related Lymphoblastic Lymphoma", "lymphoblastic lymphoma"),
        ("HER2-positive Breast Cancer", "breast cancer"),
        ("Myeloid Leukemia With Del(5q)", "myeloid leukemia"),
        ("Locally Advanced Unresectable Pancreatic Cancer", "pancreatic cancer"),
    ],
)
def test_what_only_narrows_is_left_out(name: str, within: str) -> None:
    found = list(narrowings(name))
    assert found[0] == key(name)
    assert key(within) in found


def test_the_least_is_left_out_first() -> None:
    found = list(narrowings("Recurrent Chronic Lymphocytic Leukemia"))
    assert found.index(key("chronic lymphocytic leukemia")) < found.index(key("lymphocytic leukemia"))


def test_the_parts_of_a_list() -> None:
    assert parts("Anxiety and Depression") == ["anxiety", "depression"]
    assert parts("Ovarian Cancer (Peritoneal Cancer)") == ["ovarian cancer", "peritoneal cancer"]
    assert parts("Asthma") == ["asthma"]


def test_of_what_kind_a_thing_is_stands_last() -> None:
    assert list(heads("Phantom Limb Pain of Amputees")) == [
        key("phantom limb pain"), key("limb pain"), key("pain"),
    ]  # fmt: skip
    assert key("syndrome") not in list(heads("Benign Frequency Syndrome"))


def test_what_is_longer_than_any_name_is_not_remembered() -> None:
    read: list[str] = []

    @remembered(9)
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    short, long = "a" * 200, "a" * 201
    assert [length(short), length(short), length(long), length(long)] == [200, 200, 201, 201]
    assert read == [short, long, long]


@given(st.text())
def test_any_text_has_a_key_that_is_its_own(text: str) -> None:
    assert key(text) == key(text.upper()) or not text.isascii()
    list(narrowings(text)), list(heads(text)), parts(text)
