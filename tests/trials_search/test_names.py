"""A thing is found by each of its names and spellings alike, and by the mistakes that people make in them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trials_views.catalogue import add_trial
from trials.searching import engine
from trials.searching.results import Understanding
from trials.searching.spelling import distance, sound_of
from trials.searching.wanted import Area, Wanted

SAME = """
diarrhoea | diarrhea
anaemia | anemia
oestrogen | estrogen
haemophilia | hemophilia
oesophageal cancer | cancer of the esophagus
gastro-oesophageal reflux | gastroesophageal reflux
leukaemia | leukemia
kidney failure | renal failure
high blood pressure | hypertension
type II diabetes | type 2 diabetes mellitus
bone metastases | bone metastasis
stem cell transplant | stem cell transplantation
paediatric | pediatric
foetal | fetal
behaviour | behavior
tumour growth | tumor growth
randomised | randomized
counselling | counseling
Advil | ibuprofen
Keytruda | pembrolizumab
Herceptin | trastuzumab
Humira | adalimumab
Ozempic | semaglutide
Xarelto | rivaroxaban
Entresto | sacubitril/valsartan
"""
PAIRS = [tuple(map(str.strip, line.split("|"))) for line in SAME.strip().splitlines()]


def trial(number: int, summary: str, title: str = "A Study", **more: Any) -> None:
    add_trial(
        f"NCT{number:08}",
        identificationModule={"briefTitle": title, "officialTitle": "", "acronym": ""},
        conditionsModule={"conditions": ["Hiccup"], "keywords": []},
        descriptionModule={"briefSummary": summary},
        eligibilityModule={"eligibilityCriteria": "Adults"},
        armsInterventionsModule={"interventions": []},
        **more,
    )


def found(text: str, **more: Any) -> list[int]:
    return sorted(int(hit.nct_id[3:]) for hit in engine.search(Wanted(text, **more), facets=()).hits)


def understood(text: str) -> Understanding:
    return engine.search(Wanted(text), facets=()).understanding


@pytest.mark.django_db
def test_whichever_name_is_typed_the_same_trials_are_found() -> None:
    for number, names in enumerate(zip(*PAIRS, strict=True), 1):
        trial(number, ". ".join(names), title=f"A Study of {names[7]}")
    trial(3, "Nothing of the kind. Failure of a pump, and a kidney-shaped bowl.")
    for one, other in PAIRS:
        assert found(one) == found(other) == [1, 2], (one, other)
    for name in PAIRS[7]:
        assert found("", areas=((Area.TITLE, name),)) == [1, 2]
        assert len(found(name, synonyms=False)) >= 1
    assert found('"kidney failure"') == [1]


@pytest.mark.django_db
def test_a_name_is_found_where_it_stands_also_one_of_letters_and_digits_or_of_two_things() -> None:
    trial(1, "HIV-1 after silicon, Parkinson's and cochlear implants, with GM-CSF and HFpEF")
    trial(2, "HIV after silicone, parkinsonism and cochlear implantation")
    trial(3, "Diabetes type 2, retinopathy of prematurity and quality of life")
    assert found("HIV-1") == found("HIV1 OR HIV-1") == [1]
    assert found("diabetes type 2") == found("type 2 diabetes") == [3]
    assert found("retinopathy of prematurity") == found("quality of life") == [3]
    for name in (
        *("silicon", "Parkinson", "cochlear implant", "heart failure with preserved ejection fraction"),
        "granulocyte-macrophage colony-stimulating factor",
    ):
        assert found(name) == [1], name
    assert found("cochlear implantation") == found("silicones") == [2]


@pytest.mark.django_db
def test_a_name_finds_what_it_finds_in_quotation_marks_in_whatever_order_its_words_are_known() -> None:
    names = {
        "prostate cancer": "cancer of the prostate",
        "attention deficit hyperactivity disorder": "attention deficit disorder with hyperactivity",
        "patient education": "education of patients",
        "traditional chinese medicine": "chinese traditional medicine",
        "native american": "american native",
        "body fat": "adipose tissue",
        "larynx carcinoma": "carcinoma of the larynx",
        "rectum adenocarcinoma": "adenocarcinoma of the rectum",
        "gunshot wound": "gunshot wounds",
    }
    for number, (name, other) in enumerate(names.items(), 1):
        trial(2 * number, f"Who has or had {name}, whichever")
        trial(2 * number + 1, f"Who has or had {other}, whichever")
    for number, (name, other) in enumerate(names.items(), 1):
        assert found(name) == found(other) == [2 * number, 2 * number + 1], name
        assert set(found(f'"{name}"')) <= set(found(name)), name


@pytest.mark.django_db
def test_between_slashes_stand_words() -> None:
    trial(1, "Asthma before eczema")
    trial(2, "Asthma; HIV/AIDS. 5 mg/kg")
    trial(3, "5 kg of mg")
    assert found("asthma/eczema") == [1]
    assert found("HIV/AIDS") == found("mg/kg") == [2]


@pytest.mark.django_db
def test_what_has_the_same_stem_as_a_name_is_not_named() -> None:
    trial(1, "Hepatitis, pancreatitis, prostatitis, cervicitis, ALS, IBS, AIDS, romosozumab, tumours")
    trial(2, "Hepatic, pancreatic and prostate cancer of stage IB; cervical smears; et al; even aid")
    for name in ("hepatitis", "pancreatitis", "prostatitis", "cervicitis", "ALS", "IBS", "AIDS", "Evenity"):
        assert found(name) == [1], name
    assert found("cancer") == [1, 2]


@pytest.mark.django_db
def test_a_word_whose_parts_are_too_long_together_is_sought_in_its_parts() -> None:
    chemical = "2-amino-4-oxo-1H-pteridin-6-yl-methylamino-benzoyl-amino-pentanedioate-monohydrate"
    trial(1, f"Given is {chemical}.")
    assert found(chemical) == found(f'"{chemical}"') == [1]
    assert found(chemical.replace("oxo", "thio")) == []


@pytest.mark.django_db
def test_mistakes_are_mended_by_what_sounds_alike_and_by_the_words_beside_them() -> None:
    trial(
        1,
        "Dermatomyositis, myositis, asthma, cirrhosis, mucositis, heart attack, breast cancer, haemorrhoids",
    )
    for typed, meant in {
        "myosytis": "myositis", "myocitis": "myositis", "myositus": "myositis", "mysitis": "myositis",
        "miositis": "myositis", "dermatomyosytis": "dermatomyositis", "mucosytis": "mucositis",
        "asma": "asthma", "cirosis": "cirrhosis", "hart attack": "heart attack",
        "brest cancer": "breast cancer",
    }.items():  # fmt: skip
        assert found(typed) == [1], typed
        assert understood(typed).words == meant
    assert found("hemoroids") == [1]
    assert found("myosytis", exact=True) == found("zzzz") == found("qwertzuiop") == []


@pytest.mark.django_db
def test_a_word_that_little_has_is_doubted_where_another_has_far_more() -> None:
    trial(1, "Cancer at Brest. DIAB, a code.")
    for number in range(2, 13):
        trial(number, "Cancer of the breast, breast cancer", title="Diabetes")
    assert found("brest cancer") == found("diab") == [1]
    assert understood("brest cancer").doubts == (("brest", "breast"),)
    assert understood("diab").doubts == (("diab", "diabetes"),)
    assert understood("breast cancer").doubts == understood("cancer").doubts == ()


@pytest.mark.django_db
def test_a_number_is_found_among_other_words() -> None:
    trial(1234567, "One")
    trial(2, "Other")
    assert found("see NCT01234567 please") == found("NCT01234567, NCT09999999") == [1234567]
    assert found("NCT01234567 or NCT 00000002") == [2, 1234567]
    assert understood("see NCT01234567 please").ignored == ("see", "please")
    assert understood("01234567").goes_to == "NCT01234567"
    assert understood("01234568").goes_to == ""


@pytest.mark.django_db
def test_only_whole_names_are_marked() -> None:
    summary = (
        "The inflammatory disorder of muscle is no muscle disorder of disease. Myositis; a polymyositis."
    )
    trial(1, f"{'Some words before it. ' * 30}{summary}{' And some after.' * 30}")
    results = engine.search(Wanted("IIM"), facets=())
    [snippet] = engine.snippets(results).values()
    marked = [text for text, is_marked in snippet.text if is_marked]
    assert marked == ["inflammatory disorder of muscle", "Myositis", "polymyositis"]
    assert len("".join(text for text, _is_marked in snippet.text)) <= 240


def test_how_far_words_are_off_and_how_they_sound() -> None:
    assert distance("myocitis", "myositis") == distance("hart", "heart") == distance("ab", "ba") == 1
    assert distance("", "abc") == 3
    for one, other in (("cirosis", "cirrhosis"), ("asma", "asthma"), ("miositis", "myositis")):
        assert sound_of(one) == sound_of(other)
    assert sound_of("myositis") != sound_of("mucositis")
