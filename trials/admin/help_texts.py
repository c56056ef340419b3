"""What each field of the administrator's pages is for, said to somebody who has never seen a registry."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Help = Mapping[str, str | Promise]

_DATE = _(
    "A day, a month or a year alone: 2024-12-17, 2024-12 or 2024. Leave it empty where it is not known."
)
_DATE_TYPE = _("Estimated while it lies ahead; actual once it has come.")
_ROLE = _("As the record gives it; leave it empty rather than guess.")
_POSITION = _("Degrees as a decimal number, such as 48.11; south and west are negative.")

TRIAL: Help = {
    "nct_id": _(
        "The trial's number at ClinicalTrials.gov: NCT and eight digits. Imports find the trial by it, so it"
        " cannot be changed later."
    ),
    "org_study_id": _("The number under which the sponsor itself runs the trial."),
    "organization_name": _("Who registered the trial; mostly the sponsor."),
    "brief_title": _("The short title that lists and pages show, in words that a patient understands."),
    "official_title": _("The full title, as in the protocol."),
    "acronym": _("Letters by which the trial is known, such as RECOVERY."),
    "nickname": _("What people at the desk call it. It is found in searches."),
    "overall_status": _(
        "Whether the trial as a whole takes participants. Each site has a status of its own."
    ),
    "last_known_status": _("The status before it became unknown, for want of an update."),
    "why_stopped": _("For a trial that was suspended, terminated or withdrawn: the reason, in a sentence."),
    "has_results": _("Whether the registry has results of the trial."),
    "start_date": _DATE,
    "start_date_type": _DATE_TYPE,
    "primary_completion_date": _(
        "When the last participant was, or will be, examined for the primary outcome. A day, a month or a"
        " year"
        " alone: 2024-12-17, 2024-12 or 2024."
    ),
    "primary_completion_date_type": _DATE_TYPE,
    "completion_date": _(
        "When the last participant was, or will be, seen for the last time. A day, a month or a year alone:"
        " 2024-12-17, 2024-12 or 2024."
    ),
    "completion_date_type": _DATE_TYPE,
    "first_submitted_date": _DATE,
    "first_posted_date": _DATE,
    "first_posted_date_type": _DATE_TYPE,
    "last_update_submitted_date": _DATE,
    "last_update_posted_date": _DATE,
    "last_update_posted_date_type": _DATE_TYPE,
    "status_verified_date": _("When the sponsor last confirmed the record. A month is enough: 2024-12."),
    "results_first_posted_date": _DATE,
    "brief_summary": _("What the trial is about, in a paragraph. Markdown is rendered: lists, emphasis."),
    "detailed_description": _("More of the same, for readers who know the field. Markdown is rendered."),
    "study_type": _(
        "Interventional: participants are given something. Observational: they are only watched."
        " Expanded access: treatment outside of a trial."
    ),
    "enrollment_count": _("How many participants the trial is to have, or had."),
    "enrollment_type": _("Estimated until the trial has ended; then the actual number."),
    "allocation": _("Whether chance decides which group a participant joins."),
    "intervention_model": _(
        "How the groups are treated: side by side, one after another, or one group alone."
    ),
    "intervention_model_description": _("Details of the above, such as how cohorts follow one another."),
    "observational_model": _("For observational trials: who is watched, and compared with whom."),
    "time_perspective": _("For observational trials: whether the time studied lies ahead or in the past."),
    "primary_purpose": _("What the trial wants to find out in the first place."),
    "masking": _("How many parties do not know who receives what. None is also called open label."),
    "masking_description": _("Details of the masking."),
    "eligibility_text": _(
        "The criteria exactly as registered, for reading. Screening uses the criteria versions, which are"
        " edited"
        " on their own pages."
    ),
    "sex": _("Who may join by sex; All if it does not matter."),
    "gender_based": _("Whether gender as people describe it themselves decides, and not sex."),
    "gender_description": _("What is meant by the above, in words."),
    "minimum_age": _("A number and a unit: 18 Years, 6 Months. Empty or N/A: no limit."),
    "maximum_age": _("A number and a unit: 75 Years. Empty or N/A: no limit."),
    "healthy_volunteers": _("Whether people without the condition may join."),
    "study_population": _("For observational trials: the group from which participants are drawn."),
    "sampling_method": _("For observational trials: how participants are chosen from that group."),
    "responsible_party_type": _("Who answers for what the record says."),
    "responsible_party_name": _("The person's name, where it is a person."),
    "responsible_party_title": _("That person's title, such as Professor of Medicine."),
    "responsible_party_affiliation": _("Where that person works."),
    "plain_summary": _(
        "A summary for patients, without terms of the trade. It is shown first on the trial's page."
    ),
    "plain_summary_machine_made": _("Marks the summary on the page as written by a machine."),
    "about_sponsor": _("A sentence or two on the sponsor, for the trial's page."),
    "worldwide_contacts_note": _("Shown where a site names nobody who can be asked."),
    "people_applied": _("How many people have asked to join, where the source says so."),
    "launched": _("When the trial was opened, by its own page. 2024-12-17, 2024-12 or 2024."),
    "current_as_of": _("When the source was last known to be right. 2024-12-17, 2024-12 or 2024."),
    "related_trials": _('Trials that the source names, as JSON: [{"nct_id": "NCT01234567", "title": "…"}].'),
}

ARM: Help = {
    "label": _("The group's name, such as “Placebo” or “Cohort A”."),
    "type": _("What the group is for: the treatment tested, or what it is compared with."),
    "description": _("What this group receives, how much and how long."),
}
ARM_INTERVENTION: Help = {"intervention": _("One that this group receives. It has to be one of the trial's.")}
INTERVENTION: Help = {
    "type": _("What kind of thing it is."),
    "name": _("Its name, such as the drug's."),
    "description": _("Dose, form, how often and how long."),
}
OUTCOME: Help = {
    "trial": _("The trial that measures it. It cannot be changed later."),
    "kind": _("Primary: what the trial was made to find out. Secondary and other: what else is measured."),
    "measure": _("What is measured, as a title."),
    "description": _("How it is measured, and what a change means."),
    "time_frame": _("When, such as “Week 52”."),
}
TRIAL_SPONSOR: Help = {
    "sponsor": _("Type a part of the name. A new organisation is added with the plus sign."),
    "role": _("One sponsor leads the trial; all others are collaborators."),
    "agency_class": _("What kind of organisation it is, as this trial's record says."),
}
OFFICIAL: Help = {
    "name": _("Who answers for the trial as a whole."),
    "affiliation": _("Where this person works."),
    "role": _ROLE,
}
CONTACT: Help = {
    "name": _("A person, or a desk such as “Study coordinator”."),
    "role": _ROLE,
    "phone": _("With the country's code: +33 2 99 00 00 00."),
    "phone_ext": _("The extension, if any."),
    "email": _("Everybody can read it on the trial's page."),
}
OTHER_IDENTIFIER: Help = {
    "identifier": _("The number, such as 2020-000001-11."),
    "type": _("Whose kind of number it is."),
    "domain": _("Who gave it, where the kind does not say."),
    "link": _("An address where more is found."),
}
SITE: Help = {
    "trial": _("The trial that this place takes part in. It cannot be changed later."),
    "origin": _("Whether the registry named the site, or it was added here."),
    "listed": _(
        "Whether the registry's record names the site today. What is not listed is kept: screenings rest"
        " on it."
    ),
    "status": _("Whether this place takes participants; often different from the trial as a whole."),
    "facility": _(
        "The hospital or practice. The registry's sites are known again by it, so theirs cannot be changed."
    ),
    "city": _("As written; the normalised form below is made from it."),
    "state": _("State, province or prefecture, where the country has them."),
    "zip": _("Letters and leading noughts stay as they are."),
    "country": _("In English, as the registry writes it."),
    "city_normalised": _("Made from the address when it is saved: lists, filters and the map use it."),
    "state_normalised": _("Made from the address."),
    "zip_normalised": _("Made from the address."),
    "country_normalised": _("Made from the address."),
    "latitude": _POSITION,
    "longitude": _(
        "Give both or none. Without them the map shows the site at its city, marked as approximate."
    ),
}
SPONSOR: Help = {
    "name": _(
        "As records write it. Imports know the sponsor again by its name, so that of a sponsor with trials"
        " cannot"
        " be changed."
    ),
    "agency_class": _("What kind of organisation it is. Each trial's record may say otherwise for itself."),
}
VARIABLE: Help = {
    "code": _(
        "A short name for criteria to refer to, such as bmi: lower-case letters, digits and . _ -. It"
        " cannot be"
        " changed later."
    ),
    "label": _("What people read: “Body mass index”."),
    "kind": _(
        "How the value is given: a number with a unit, one of a list of codes, yes or no, a date, or free"
        " text."
    ),
    "unit": _(
        "For numbers, in the spelling of UCUM, so that machines agree: kg/m2, mg/dL, a for years, % for"
        " percent."
    ),
    "loinc": _("The code by which laboratories know it, such as 39156-5, where there is one."),
    "note": _("How it is to be measured or understood, for whoever writes criteria."),
}
