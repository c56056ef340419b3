"""The sites of one trial on its page: those asked for, in the order asked for, a page of them at a time.

All that decides is read of every site in one query, a few columns each; what is shown is read of one page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.models import Site, SiteContact, Trial
from trials.near import Around, around, in_words, unknown
from trials.paging import page_of
from trials.reading.portions import fair_share, size
from trials.searching.places import kilometres
from trials.templatetags.catalogue import status_word
from trials.text import folded
from trials.vocabulary import Status

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    type Asked = Mapping[str, str]
    type Choices = Sequence[tuple[str, str]]

# As many as a sheet or two of paper take: what is printed is the page that is shown.
PAGE_SIZE = 50
# Bytes of the contacts of all sites of a page; those of one site stand on its own page.
_CONTACTS_ROOM = 48_000
# Characters of a name or place in the table; all of it stands on the site's own page.
_LONGEST = 160
# Countries and statuses to choose from, those with the most sites first; there are not so many.
MOST_CHOICES = 250
_ROW, _CONTACT, _CHOICE = 300, 130, 50  # bytes of mark-up of each
NOT_REPORTED = "none"
_RANKS = {status: rank for rank, status in enumerate(Status.values)}


@dataclass(slots=True)
class Known:
    """What decides of a site whether it is shown, and where."""

    pk: int
    status: str
    country: str
    country_as_registered: str
    city: str
    facility: str
    search_text: str
    latitude: float | None
    longitude: float | None

    @property
    def coordinates(self) -> tuple[float, float] | None:
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    @property
    def country_named(self) -> str:
        return self.country or self.country_as_registered


_COLUMNS = (
    "pk", "status", "country_normalised", "country", "city_folded", "facility", "search_text",
    # The record's, or else those of the city.
    Coalesce("latitude", "approximate_latitude"), Coalesce("longitude", "approximate_longitude"),
)  # fmt: skip


def known_sites(trial: Trial) -> list[Known]:
    """Those that the record names today, by place."""
    return [Known(*row) for row in trial.sites.listed().by_place().values_list(*_COLUMNS)]


_TYPED, _CHOSEN = {"class": "form-control form-control-sm"}, {"class": "form-select form-select-sm"}


class SitesForm(forms.Form):
    site = forms.CharField(
        label=gettext_lazy("Name or town"),
        required=False,
        max_length=100,
        error_messages={"max_length": gettext_lazy("Look for 100 characters at most.")},
        widget=forms.TextInput({**_TYPED, "type": "search"}),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False, widget=forms.Select(_CHOSEN))
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False, widget=forms.Select(_CHOSEN))
    near = forms.CharField(
        label=gettext_lazy("Nearest to"),
        required=False,
        max_length=100,
        error_messages={"max_length": gettext_lazy("A place has 100 characters at most.")},
        widget=forms.TextInput({**_TYPED, "placeholder": gettext_lazy("City or postal code")}),
    )

    def __init__(self, data: Asked, countries: Choices, statuses: Choices) -> None:
        """A choice is offered where there is more than one to choose from."""
        super().__init__(data, auto_id="sites-%s")
        for name, everything, choices in (
            ("country", _("All countries"), countries),
            ("status", _("Any status"), statuses),
        ):
            if len(choices) < 2 and name not in data:
                del self.fields[name]
                continue
            field = self.fields[name]
            field.choices = [("", everything), *choices]  # type: ignore[attr-defined]
            field.error_messages["invalid_choice"] = _("No site of this trial has “%(value)s”.")

    def clean_near(self) -> Around | None:
        named = self.cleaned_data["near"]
        place = around(named) if named else None
        if named and place is None:
            raise forms.ValidationError(unknown(named))
        return place


@dataclass(frozen=True)
class Row:
    """A line of the table; `distance` in words, where a place was named. `more_contacts` are not shown."""

    site: Site
    distance: str
    contacts: Sequence[SiteContact]
    more_contacts: int

    @property
    def facility(self) -> str:
        return _short(self.site.facility)

    @property
    def town(self) -> str:
        """As normalised."""
        return _joined(self.site.city_normalised, self.site.state_normalised, self.site.zip_normalised)

    @property
    def place(self) -> str:
        return _short(_joined(self.town, self.site.country_normalised or self.site.country))

    @property
    def as_registered(self) -> str:
        """The town as registered, where that differs by more than capitals."""
        written = _joined(self.site.city, self.site.state, self.site.zip)
        return "" if folded(written) == folded(self.town) else _short(written)


@dataclass(frozen=True)
class Column:
    """A heading of the table, with the address that sorts by it."""

    name: str
    words: _StrPromise | str
    address: str
    direction: str


type _Sort = Callable[[Known, float | None], Any]
_SORTS: Mapping[str, tuple[_StrPromise, _Sort]] = {
    "site": (gettext_lazy("Site"), lambda site, _km: (folded(site.facility), site.city)),
    "place": (gettext_lazy("Place"), lambda site, _km: (folded(site.country_named), site.city)),
    "status": (gettext_lazy("Status"), lambda site, _km: _rank(site)),
    "distance": (gettext_lazy("Distance"), lambda _site, km: km or 0),
}


class SitesPage:
    """`asked` are the parameters of an address; those that say nothing of sites are left alone."""

    def __init__(self, trial: Trial, asked: Asked) -> None:
        self.trial = trial
        self.all = known_sites(trial)
        self._asked = asked
        self.form = SitesForm(
            {name: asked[name] for name in SitesForm.base_fields if name in asked},
            [(name, _counted(name, count)) for name, count in _offered(self.countries) if name],
            [
                (value or NOT_REPORTED, _counted(status_word(value), n))
                for value, n in _offered(self.statuses)
            ],
        )
        self.form.full_clean()
        self._wanted: dict[str, Any] = self.form.cleaned_data

    @cached_property
    def countries(self) -> list[tuple[str, int]]:
        """By name; the sites of a country that the record does not name last."""
        counts = Counter(site.country_named for site in self.all)
        return sorted(counts.items(), key=lambda item: (not item[0], folded(item[0])))

    @cached_property
    def statuses(self) -> list[tuple[str, int]]:
        return sorted(Counter(site.status for site in self.all).items(), key=lambda item: -item[1])

    @cached_property
    def has_central_contacts(self) -> bool:
        return bool(self.trial.central_contacts.all())

    @cached_property
    def reported_statuses(self) -> list[tuple[str, int]]:
        return [(status, count) for status, count in self.statuses if status]

    @property
    def not_on_map(self) -> int:
        return sum(site.coordinates is None for site in self.all)

    @cached_property
    def near(self) -> Around | None:
        return self._wanted.get("near") or None

    @cached_property
    def order(self) -> str:
        """As asked for; else the nearest to a place that is named, or those that recruit, come first."""
        asked = self._asked.get("sort", "")
        known = asked.removeprefix("-") in _SORTS and (self.near or asked.removeprefix("-") != "distance")
        return asked if known else "distance" if self.near else ""

    @cached_property
    def found(self) -> list[Known]:
        country, status = self._wanted.get("country"), self._wanted.get("status")
        named = folded(self._wanted.get("site", "")).split()
        return [
            site
            for site in self.all
            if (not country or site.country_named == country)
            and (not status or site.status == ("" if status == NOT_REPORTED else status))
            and all(word in site.search_text for word in named)
        ]

    @cached_property
    def distances(self) -> dict[int, float]:
        """Kilometres from the place that was named, of the sites whose own is known."""
        if self.near is None:
            return {}
        here = (self.near.latitude, self.near.longitude)
        return {site.pk: kilometres(*here, *site.coordinates) for site in self.all if site.coordinates}

    @cached_property
    def _page(self) -> tuple[Page[Known], str]:
        found = sorted(self.found, key=_rank)
        if self.order:
            _words, key = _SORTS[self.order.removeprefix("-")]
            found.sort(key=lambda site: key(site, self.distances.get(site.pk)), reverse=self.order[0] == "-")
        if self.order.endswith("distance"):
            found.sort(key=lambda site: site.pk not in self.distances)
        return page_of(Paginator(found, PAGE_SIZE), self._asked.get("page", "1"))

    @property
    def page(self) -> Page[Known]:
        return self._page[0]

    @property
    def page_problem(self) -> str:
        return self._page[1]

    @cached_property
    def rows(self) -> list[Row]:
        shown = [site.pk for site in self.page]
        sites = Site.objects.prefetch_related("contacts").in_bulk(shown)
        named = {pk: list(sites[pk].contacts.all()) for pk in shown}
        share = fair_share([sum(map(_size_of, contacts)) for contacts in named.values()], _CONTACTS_ROOM)
        rows = []
        for pk, contacts in named.items():
            first = [
                each
                for each, taken in zip(contacts, accumulate(map(_size_of, contacts)), strict=True)
                if taken <= share
            ]
            distance = in_words(self.distances[pk]) if pk in self.distances else ""
            rows.append(Row(sites[pk], distance, first, len(contacts) - len(first)))
        return rows

    @property
    def size(self) -> int:
        """About how many bytes of the page the table and its form take."""
        choices = min(len(self.countries), MOST_CHOICES) + min(len(self.statuses), MOST_CHOICES)
        rows = sum(_ROW + sum(map(size, (row.facility, row.place, row.as_registered))) for row in self.rows)
        contacts = sum(_size_of(each) for row in self.rows for each in row.contacts)
        return rows + contacts + _CHOICE * choices

    @property
    def columns(self) -> list[Column]:
        left_out = {"status": not self.reported_statuses, "distance": not self.near}
        return [self._column(name) for name in _SORTS if not left_out.get(name)]

    @cached_property
    def has_contacts(self) -> bool:
        """Whether anybody can be asked about one of the sites that are shown."""
        return self.has_central_contacts or any(row.contacts for row in self.rows)

    def _column(self, name: str) -> Column:
        direction = {name: "ascending", f"-{name}": "descending"}.get(self.order, "none")
        following = f"-{name}" if direction == "ascending" else name
        return Column(name, _SORTS[name][0], self.address(sort=following), direction)

    @property
    def is_narrowed(self) -> bool:
        return any(self._wanted.get(name) for name in ("site", "country", "status"))

    @property
    def everything(self) -> str:
        return self.address(site="", country="", status="")

    @property
    def other_places(self) -> list[tuple[str, str]]:
        """Places of the same name, each with the address that asks for it."""
        others = self.near.others if self.near else ()
        return [(place.label, self.address(near=place.label)) for place in others]

    @property
    def previous(self) -> str:
        return self.address(page=self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        return self.address(page=self.page.number + 1) if self.page.has_next() else ""

    @property
    def here(self) -> str:
        return self.address(page=self.page.number)

    def address(self, page: int = 1, **other: str) -> str:
        """Of these sites, with something asked for otherwise; equal questions have equal addresses."""
        usual = "distance" if self.near else ""
        asked = {
            "site": self._wanted.get("site", ""),
            "country": self._wanted.get("country", ""),
            "status": self._wanted.get("status", ""),
            "near": self._asked.get("near", "") if self.near else "",
            "sort": "" if self.order == usual else self.order,
            **other,
            "page": str(page) if page > 1 else "",
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        path = reverse("trials:trial", args=[self.trial.nct_id])
        return f"{path}?{query}" if query else path


def _rank(site: Known) -> int:
    """Those that recruit first, then by how soon they may."""
    return _RANKS.get(site.status, len(_RANKS))


def _offered(choices: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """In their order; of too many those with the most sites."""
    if len(choices) <= MOST_CHOICES:
        return choices
    least = sorted((count for _value, count in choices), reverse=True)[MOST_CHOICES - 1]
    return [choice for choice in choices if choice[1] >= least][:MOST_CHOICES]


def _counted(name: str, count: int) -> str:
    return f"{name} ({count})"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _short(name: str) -> str:
    return Truncator(name).chars(_LONGEST)


def _size_of(contact: SiteContact) -> int:
    """About how many bytes it takes: numbers and addresses stand there twice."""
    return _CONTACT + size(contact.name) + 2 * (size(contact.phone) + size(contact.email))
