"""What the vocabulary says is the same, and what it must never say is: pairs checked by hand, one by one."""

from __future__ import annotations

import pytest

from trials.vocabularies.loaded import vocabulary
from trials.vocabularies.wording import key

SAME = """
heart attack | myocardial infarction
IIM | myositis
idiopathic inflammatory myopathy | myositis
COPD | chronic obstructive pulmonary disease
chronic obstructive airway disease | COPD
SLE | systemic lupus erythematosus
systemic lupus erythematosus | lupus erythematosus, systemic
SSc | systemic sclerosis
systemic scleroderma | systemic sclerosis
RA | rheumatoid arthritis
T2DM | type 2 diabetes
diabetes mellitus, type 2 | type II diabetes mellitus
type 1 diabetes | insulin-dependent diabetes mellitus
NSCLC | non-small cell lung cancer
non-small cell lung carcinoma | carcinoma, non-small-cell lung
AML | acute myeloid leukaemia
acute myelogenous leukemia | acute myeloid leukemia
CLL | chronic lymphocytic leukemia
CML | chronic myeloid leukemia
breast cancer | breast neoplasms
breast carcinoma | breast cancer
lung cancer | pulmonary neoplasm
prostate cancer | prostatic neoplasms
colorectal cancer | CRC
gastric cancer | stomach cancer
kidney cancer | renal cancer
bladder cancer | urinary bladder neoplasms
cervical cancer | cancer of the cervix
brain tumour | brain tumor
tumour | neoplasm
cancer | malignancy
glioblastoma | GBM
hepatocellular carcinoma | HCC
renal cell carcinoma | RCC
Hodgkin lymphoma | Hodgkin disease
high blood pressure | hypertension
stroke | cerebrovascular accident
TIA | transient ischemic attack
DVT | deep vein thrombosis
congestive heart failure | heart failure
AF | atrial fibrillation
ADHD | attention deficit hyperactivity disorder
PTSD | post-traumatic stress disorder
OCD | obsessive-compulsive disorder
ALS | amyotrophic lateral sclerosis
Lou Gehrig disease | amyotrophic lateral sclerosis
Alzheimer's disease | Alzheimer disease
Parkinson's disease | Parkinson disease
Crohn's disease | Crohn disease
Sjögren's syndrome | Sjogren syndrome
coeliac disease | celiac disease
oesophageal cancer | esophageal neoplasms
anaemia | anemia
GERD | gastroesophageal reflux disease
shortness of breath | dyspnea
whooping cough | pertussis
chickenpox | varicella
shingles | herpes zoster
COVID | SARS-CoV-2 infection
flu | influenza
tuberculosis | TB
HIV | HIV infections
CKD | chronic kidney disease
kidney stones | kidney calculi
uterine fibroids | leiomyoma
Lyme disease | lyme borreliosis
Herceptin | trastuzumab
paracetamol | acetaminophen
adrenaline | epinephrine
MabThera | rituximab
salbutamol | albuterol
5-FU | fluorouracil
hip replacement | total hip arthroplasty
amyloidosis | amyloidoses
itching | pruritus
hair loss | alopecia
nosebleed | epistaxis
obesity | obesities
cystic fibrosis | mucoviscidosis
PCOS | polycystic ovary syndrome
"""

# Near each other in letters or in a clinic, and not the same; or with several meanings, so with none.
NOT_SAME = """
dermatomyositis | polymyositis
dermatomyositis | myositis
inclusion body myositis | polymyositis
amyopathic dermatomyositis | dermatomyositis
type 1 diabetes | type 2 diabetes
diabetes mellitus | diabetes insipidus
gestational diabetes | type 2 diabetes
MODY | type 2 diabetes
Crohn disease | ulcerative colitis
IBS | IBD
irritable bowel syndrome | Crohn disease
hepatitis A | hepatitis B
hepatitis B | hepatitis C
hepatitis A | hepatitis
vitamin A | vitamins
vitamin D deficiency | vitamin B12 deficiency
hypertension | hypotension
hyperthyroidism | hypothyroidism
hyperglycemia | hypoglycemia
pulmonary hypertension | hypertension
pulmonary arterial hypertension | arterial hypertension
myocardial infarction | angina
myocardial infarction | cardiac arrest
myocardial infarction | stroke
heart failure | kidney failure
ischemic stroke | hemorrhagic stroke
atrial fibrillation | ventricular fibrillation
deep vein thrombosis | pulmonary embolism
AML | ALL
acute lymphoblastic leukemia | acute myeloid leukemia
CLL | CML
Hodgkin lymphoma | non-Hodgkin lymphoma
NSCLC | SCLC
lung cancer | lung metastases
breast cancer | ovarian cancer
liver cancer | liver metastases
hepatocellular carcinoma | cholangiocarcinoma
melanoma | basal cell carcinoma
cervical cancer | endometrial cancer
uterine cancer | cervical cancer
brain tumor | glioblastoma
systemic lupus erythematosus | discoid lupus erythematosus
lupus nephritis | systemic lupus erythematosus
systemic sclerosis | multiple sclerosis
amyotrophic lateral sclerosis | multiple sclerosis
rheumatoid arthritis | osteoarthritis
rheumatoid arthritis | juvenile arthritis
psoriasis | psoriatic arthritis
AIDS | hearing aids
HIV | HPV
MS | mitral stenosis
MS | multiple sclerosis
AS | ankylosing spondylitis
AS | aortic stenosis
PE | pulmonary embolism
MI | mitral insufficiency
PD | Parkinson disease
ED | erectile dysfunction
depression | bipolar disorder
autism | ADHD
anorexia | bulimia
dementia | Alzheimer disease
influenza | common cold
COVID-19 | SARS
pneumonia | pneumothorax
asthma | COPD
bacterial meningitis | viral meningitis
dengue | malaria
measles | rubella
trastuzumab | trastuzumab emtansine
paclitaxel | docetaxel
rituximab | infliximab
acetaminophen | ibuprofen
epinephrine | norepinephrine
prednisone | prednisolone
women | girl
visual impairment | blindness
PSA | psoriatic arthritis
high grade glioma | glioma
Kaposi sarcoma of lung | Kaposi sarcoma
HCl | hairy cell leukemia
lumbar spinal stenosis | spinal stenosis
retinal | retinaldehyde
scleroderma | morphea
chronic kidney disease | acute kidney injury
kidney cancer | kidney failure
"""

NARROWER = """
dermatomyositis | myositis
polymyositis | myositis
inclusion body myositis | myositis
antisynthetase syndrome | myositis
immune-mediated necrotizing myopathy | IIM
juvenile idiopathic arthritis | arthritis
lupus nephritis | SLE
NSCLC | lung cancer
triple negative breast cancer | breast cancer
glioblastoma | cancer
STEMI | heart attack
ulcerative colitis | inflammatory bowel disease
trastuzumab emtansine | Herceptin
"""


def pairs(listed: str) -> list[tuple[str, str]]:
    return [(first, other) for first, other in (line.split(" | ") for line in listed.split("\n") if line)]


def concept(term: str) -> str | None:
    return vocabulary().synonym(key(term))


def test_there_are_enough_pairs() -> None:
    assert min(len(set(pairs(SAME))), len(set(pairs(NOT_SAME)))) >= 60


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_the_same(one: str, other: str) -> None:
    assert concept(one)
    assert concept(one) == concept(other)


@pytest.mark.parametrize(("one", "other"), pairs(NOT_SAME))
def test_not_the_same(one: str, other: str) -> None:
    assert concept(one) is None or concept(one) != concept(other)


@pytest.mark.parametrize(("narrow", "broad"), pairs(NARROWER))
def test_narrower_and_not_the_other_way(narrow: str, broad: str) -> None:
    below, above = concept(narrow), concept(broad)
    assert below
    assert above
    assert above in vocabulary().broader(below)
    assert below not in vocabulary().broader(above)


def test_what_is_narrower_than_one_is_not_below_its_siblings() -> None:
    found = vocabulary()
    dermatomyositis, polymyositis = concept("dermatomyositis"), concept("polymyositis")
    assert dermatomyositis
    assert polymyositis
    assert polymyositis not in found.broader(dermatomyositis)
    assert dermatomyositis not in found.broader(polymyositis)


COMMON = """
    a about all also and as at can did do had hard has have here him his how i it its low men mi ms new no now
    of old on pd pe she some than the them this time trial us was we were who why with women study phase
    adults
    older treatment safety dose response test high cold hand effect retinal deformity
"""


@pytest.mark.parametrize("word", sorted(set(COMMON.split())))
def test_a_common_word_stands_for_no_condition_and_no_substance(word: str) -> None:
    found = concept(word)
    assert found is None or vocabulary()[found].kind == "o"
