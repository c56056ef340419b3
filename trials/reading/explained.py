"""What the registry's words on a trial's design mean, for a reader who meets them for the first time."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Texts = Mapping[str, str | Promise]

ALLOCATION: Texts = {
    "RANDOMIZED": _("chance decides which group a participant joins."),
    "NON_RANDOMIZED": _("participants join a group by choice or by rule, not by chance."),
    "NA": _("there are no groups to choose between."),
}

INTERVENTION_MODEL: Texts = {
    "SINGLE_GROUP": _("everybody receives the same intervention."),
    "PARALLEL": _("two or more groups receive different interventions during the same time."),
    "CROSSOVER": _("participants receive the interventions one after another."),
    "FACTORIAL": _("groups receive different combinations of the interventions."),
    "SEQUENTIAL": _("groups start one after another, each building on what the former showed."),
}

TIME_PERSPECTIVE: Texts = {
    "PROSPECTIVE": _("participants are followed from now on."),
    "RETROSPECTIVE": _("records of the past are studied."),
    "CROSS_SECTIONAL": _("participants are looked at once."),
}

PRIMARY_PURPOSE: Texts = {
    "TREATMENT": _("it tests a way to treat a disease."),
    "PREVENTION": _("it tests a way to keep a disease from coming."),
    "DIAGNOSTIC": _("it tests a way to recognise a disease."),
    "ECT": _("it tests teaching, counselling or training."),
    "SUPPORTIVE_CARE": _("it tests a way to make living with a disease easier."),
    "SCREENING": _("it tests a way to find a disease early."),
    "HEALTH_SERVICES_RESEARCH": _("it studies how care is given, organised or paid for."),
    "BASIC_SCIENCE": _("it studies how the body or an intervention works."),
    "DEVICE_FEASIBILITY": _("it tests whether a device works as it was meant to."),
}

MASKING: Texts = {
    "NONE": _("everybody knows who receives what."),
    "SINGLE": _("one party does not know who receives what."),
    "DOUBLE": _("two parties do not know who receives what."),
    "TRIPLE": _("three parties do not know who receives what."),
    "QUADRUPLE": _("four parties do not know who receives what."),
}

PHASES: Texts = {
    "EARLY_PHASE1": _("a first look at very small numbers of people, before phase 1."),
    "PHASE1": _("safety and dose, in few people."),
    "PHASE2": _("whether it works and how safe it is, in more people."),
    "PHASE3": _("how it compares with what is used today, in many people."),
    "PHASE4": _("what is learnt after it has been approved."),
}
