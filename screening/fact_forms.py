"""Forms that enter what is known of a participant: a value, a half-life, dates of events, a source."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from screening.deciding.facts import Presence
from screening.deciding.problems import UnitError
from screening.deciding.units import check_unit
from screening.forms import FREE_TEXT, REASON, DateField
from screening.models import SourceKind
from trials.criteria.tree import Anchor, LimitTerm, RelativeTo, Test
from trials.models import Variable

# What laboratories report in; a form offers those that its variable can be in, and takes others that convert.
UNITS = (
    "U/L", "[IU]/L", "ukat/L", "g/L", "g/dL", "mg/L", "mg/dL", "ug/L", "ng/mL", "mol/L", "mmol/L", "umol/L",
    "nmol/L", "10*9/L", "10*6/L", "10*3/uL", "/uL", "[IU]/mL", "m[IU]/mL", "g/g", "mg/g", "mg/mmol",
    "g/mmol", "g/d", "mg/d", "mL/min", "mL/min/{1.73_m2}", "mm/h", "%", "{xULN}", "ms", "s", "/min", "kg",
    "g", "[lb_av]", "cm", "m", "[in_i]", "mm[Hg]", "kPa", "mL/min/mm[Hg]", "mmol/min/kPa", "L", "mL", "a",
    "mo", "wk", "d", "Cel", "[degF]", "kg/m2",
)  # fmt: skip
DIGITS, DECIMALS = 24, 8  # of the columns that numbers go to
PRESENCE = [(Presence.PRESENT.value, _("present")), (Presence.ABSENT.value, _("absent"))]


class SourceFields(forms.Form):
    """The document that says so; all of it optional."""

    source_kind = forms.ChoiceField(
        label=_("Source document"), required=False, choices=[("", _("not named")), *SourceKind.choices]
    )
    source_date = DateField(label=_("Date of the document"), required=False)
    source_reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=200,
        help_text=_("Where to find it, such as a report's number. Kept encrypted; write no names."),
    )


class FactForm(SourceFields):
    """One value of one variable; its fields are those that this variable has."""

    operation = forms.UUIDField(widget=forms.HiddenInput)
    observed_on = DateField(label=_("Observed on"))
    field_order = (
        "number",
        "code",
        "date",
        "text",
        "unit",
        "lower_limit",
        "upper_limit",
        "product",
        "observed_on",
        "source_kind",
        "source_date",
        "source_reference",
        "operation",
    )

    def __init__(
        self, *args: Any, variable: Variable, today: datetime.date, test: Test | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.variable = variable
        self.initial.setdefault("operation", uuid.uuid4())
        self.initial.setdefault("observed_on", today)
        self._ask_for_value(variable, test)
        if variable.code.startswith("rx."):
            self.fields["product"] = forms.CharField(
                label=_("Product"),
                required=False,
                max_length=200,
                help_text=_("The drug's name: its half-life is entered once for all participants."),
            )
        self.order_fields(self.field_order)
        # The source lies folded on the page, so that the form stays short.
        self.value_fields = [
            self[name] for name in self.fields if not name.startswith("source_") and name != "operation"
        ]
        self.source_fields = [self[name] for name in self.fields if name.startswith("source_")]

    def _ask_for_value(self, variable: Variable, test: Test | None) -> None:
        kinds = Variable.Kind
        match variable.kind:
            case kinds.NUMBER:
                self.fields["number"] = forms.DecimalField(
                    label=_("Value"), max_digits=DIGITS, decimal_places=DECIMALS
                )
                if units := units_of(variable):
                    of_predicted = test is not None and test.relative_to is RelativeTo.PREDICTED
                    usual = "%" if of_predicted and "%" in units else variable.unit
                    self.fields["unit"] = forms.CharField(
                        label=_("Unit"),
                        required=False,
                        max_length=64,
                        initial=usual,
                        widget=forms.TextInput(attrs={"list": f"units-{variable.pk}", "autocomplete": "off"}),
                    )
                self.units = units
                if variable.code.startswith("lab.") or needs_limits(test):
                    for name, label in (
                        ("lower_limit", _("Lower limit of normal")),
                        ("upper_limit", _("Upper limit of normal")),
                    ):
                        self.fields[name] = forms.DecimalField(
                            label=label, required=False, max_digits=DIGITS, decimal_places=DECIMALS
                        )
            case kinds.BOOLEAN:
                self.fields["code"] = forms.ChoiceField(label=_("Value"), choices=PRESENCE)
            case kinds.CODE:
                codes = [(code, code) for code in variable.codes]
                self.fields["code"] = forms.ChoiceField(label=_("Value"), choices=codes)
            case kinds.DATE:
                self.fields["date"] = DateField(label=_("Value"))
            case _:
                self.fields["text"] = forms.CharField(label=_("Value"), max_length=FREE_TEXT)

    def said(self) -> dict[str, Any]:
        """For `record_fact`."""
        said = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        said["operation_id"] = said.pop("operation")
        return said


class HalfLifeForm(forms.Form):
    product = forms.CharField(label=_("Product"), max_length=200)
    hours = forms.DecimalField(
        label=_("Half-life in hours"), min_value=Decimal("0.001"), max_digits=10, decimal_places=3
    )
    source = forms.CharField(
        label=_("Where this is from"), max_length=500, help_text=_("Such as the product's label.")
    )


class AnchorForm(forms.Form):
    """Both empty: the event has no date (any more)."""

    anchor = forms.ChoiceField(
        choices=[(each.value, each.value) for each in Anchor if each is not Anchor.CONSENT],
        widget=forms.HiddenInput,
    )
    planned_on = DateField(label=_("Planned"), required=False)
    actual_on = DateField(label=_("Actual"), required=False)


class SourceForm(SourceFields):
    """The source of an answer."""

    source_page = forms.CharField(label=_("Page"), required=False, max_length=40)
    source_quote = forms.CharField(
        label=_("Words quoted"),
        required=False,
        max_length=FREE_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept encrypted; write no names."),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=REASON, help_text=_("Needed where a source is changed.")
    )
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    operation = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("source_kind", "source_date", "source_page", "source_reference", "source_quote")


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it withdrawn?"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 2})
    )


class VariableForm(forms.Form):
    """Which value to enter; the dictionary has some two hundred."""

    variable = forms.ModelChoiceField(
        label=_("What was observed"), queryset=Variable.objects.order_by("label"), to_field_name="code"
    )


def units_of(variable: Variable) -> list[str]:
    """The units that a value of this variable can be in, its own first."""
    found = [variable.unit] if variable.unit else []
    for unit in UNITS:
        try:
            check_unit(Decimal(1), unit, variable.code, variable.unit)
        except UnitError:
            continue
        if unit not in found:
            found.append(unit)
    return found if variable.unit else []


def needs_limits(test: Test | None) -> bool:
    """Whether a test compares with the laboratory's own limits of normal."""
    if test is None:
        return False
    terms = getattr(test.value, "terms", ())
    return test.relative_to in (RelativeTo.ULN, RelativeTo.LLN) or any(
        isinstance(term, LimitTerm) for term in terms
    )
