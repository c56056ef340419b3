"""What may be asked of the search, and what is said to somebody who asks it wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trials.finding.stars import Stars
from trials.forms import UNKNOWN_CHOICE, HoldingForm, NamesField, several
from trials.near import RADII, USUAL, Around, around, radius, radius_words, unknown
from trials.place_names import PlaceFound
from trials.places import places_instead
from trials.searching import engine
from trials.searching.synonyms import canonical
from trials.searching.wanted import FACETS, Sort, Wanted
from trials.vocabulary import AgeGroup, AgencyClass, InterventionType, Phase, Sex, Status, StudyType

_SINCE = _("This does not say since when, so all that fits is listed.")
_YES_NO = [("yes", _("Yes")), ("no", _("No"))]
SORTS = [
    (Sort.RELEVANCE.value, _("Best match")),
    (Sort.DISTANCE.value, _("Nearest recruiting site")),
    (Sort.UPDATED.value, _("Last updated")),
    (Sort.START.value, _("Start date")),
    (Sort.TITLE.value, _("Title")),
]


class ConditionsField(NamesField):
    def read(self, name: str) -> str:
        return canonical(name)


def _one_of(choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=list(choices), required=False, error_messages={"invalid_choice": UNKNOWN_CHOICE}
    )


class RadiusField(forms.CharField):
    """One of the choices, or any other number of kilometres or miles that an address asks for."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        found = radius(text) if text else ""
        if found is None:
            raise ValidationError(
                _("“%(value)s” is no distance: write 30 km or 20 miles, up to 20,000. 100 km is searched."),
                params={"value": text[:20]},
            )
        return found


class SearchForm(HoldingForm):
    """A search as an address has it. What is not understood is in `errors`, and the rest holds."""

    q = forms.CharField(
        required=False,
        max_length=300,
        error_messages={"max_length": _("Search for 300 characters at most.")},
    )
    near = forms.CharField(
        required=False,
        max_length=100,
        error_messages={"max_length": _("Write a place in 100 characters at most.")},
    )
    within = RadiusField(required=False)
    status = several(Status.choices, partial(engine.known, "status"))
    phase = several(Phase.choices, partial(engine.known, "phase"))
    study_type = several(StudyType.choices, partial(engine.known, "study_type"))
    sex = _one_of([(Sex.FEMALE.value, Sex.FEMALE.label), (Sex.MALE.value, Sex.MALE.label)])
    age = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=130,
        error_messages={
            "invalid": _("Write the age in whole years, such as 54."),
            "min_value": _("Write an age from 0 to 130 years."),
            "max_value": _("Write an age from 0 to 130 years."),
        },
    )
    age_group = several(AgeGroup.choices, partial(engine.known, "age_group"))
    healthy = several(_YES_NO)
    condition = ConditionsField(partial(engine.known, "condition"))
    intervention_type = several(InterventionType.choices, partial(engine.known, "intervention_type"))
    country = NamesField(partial(engine.known, "country"))
    sponsor = NamesField(partial(engine.known, "sponsor"))
    sponsor_class = several(AgencyClass.choices, partial(engine.known, "sponsor_class"))
    has_results = several(_YES_NO)
    synonyms = _one_of([("off", "")])
    # The text, where it is to be sought as it is; another text is not meant.
    exactly = forms.CharField(required=False, max_length=300)
    starred = _one_of([("on", "")])
    since = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _SINCE),
    )
    sort = _one_of(SORTS)

    # The place that `near` names, or those that may be meant where it names none.
    around: Around | None = None
    instead: Sequence[PlaceFound] = ()
    # In which order hits come, and in which where no other is asked for.
    order = usual_order = Sort.UPDATED

    def clean_near(self) -> str:
        text = self.cleaned_data["near"]
        self.around = around(text) if text else None
        if text and self.around is None:
            self.instead = places_instead(text)
            raise ValidationError(unknown(text))
        return text

    def clean(self) -> None:
        super().clean()
        said = self.cleaned_data
        if not said.get("exactly") or said.get("exactly") != said.get("q"):
            said.pop("exactly", None)
        if said.get("q"):
            self.usual_order = Sort.RELEVANCE
        elif self.around:
            self.usual_order = Sort.DISTANCE
        if said.get("sort") == Sort.DISTANCE and said.get("near") == "":
            self.add_error("sort", _("To have the nearest first, write a place under “Near”."))
        asked = said.get("sort")
        self.order = Sort(asked) if asked in dict(self.orders) else self.usual_order

    @property
    def orders(self) -> list[tuple[str, Any]]:
        """Those that mean something for this search."""
        idle = set() if self.cleaned_data.get("q") else {Sort.RELEVANCE.value}
        idle |= set() if self.around else {Sort.DISTANCE.value}
        return [(value, label) for value, label in SORTS if value not in idle]

    @property
    def radius(self) -> str:
        return self.cleaned_data.get("within") or USUAL

    @property
    def radii(self) -> list[tuple[str, Any]]:
        """The choices, and what else was asked for."""
        asked = [] if self.radius in dict(RADII) else [(self.radius, radius_words(self.radius))]
        return [*asked, *RADII]

    def wanted(self, stars: Stars) -> Wanted:
        """What was asked for as far as it was understood, by somebody with these stars."""
        self.full_clean()
        said = self.cleaned_data
        filters: dict[str, Any] = {name: said.get(name) or () for name in FACETS}
        return Wanted(
            text=said.get("q", ""),
            synonyms=said.get("synonyms") != "off",
            exact="exactly" in said,
            age=said.get("age"),
            near=self.around.near(self.radius) if self.around else None,
            only=stars.keys() if said.get("starred") else None,
            newer_than=said.get("since"),
            sort=self.order,
            **{**filters, "sex": said.get("sex", "")},
        )

    def parameters(self) -> dict[str, list[str]]:
        """What was asked for and understood, but for what is usual: equal searches have equal addresses."""
        usual = {"sort": self.usual_order, "within": USUAL if self.around else self.radius}
        return {
            name: [str(each) for each in value] if isinstance(value, list) else [str(value)]
            for name, value in {**self.cleaned_data, "sort": self.order}.items()
            if value not in (None, "", [], usual.get(name))
        }
