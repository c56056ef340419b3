"""What a registry's record says of a trial beyond what has columns, in words.

It is read from the record as it was kept. What is of another type than it should be is left out as if it were
not there: the page of a trial is no place to find fault with its record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trials.dates import PartialDate
from trials.importers.reading import Part
from trials.vocabulary import (
    DataSharing,
    IdentifierType,
    ReferenceType,
    SamplesKept,
    SharedDocument,
    Status,
    SubmissionStep,
    ViolationStep,
    words,
)

if TYPE_CHECKING:
    from django.db.models import TextChoices
    from django.utils.functional import _StrPromise

    type Labels = Mapping[str, _StrPromise]
    type Facts = list[tuple[_StrPromise, str]]

OVERSIGHT: Labels = {
    "oversightHasDmc": _("A data monitoring committee watches over it"),
    "isFdaRegulatedDrug": _("Studies a drug regulated by the US FDA"),
    "isFdaRegulatedDevice": _("Studies a device regulated by the US FDA"),
    "isUnapprovedDevice": _("Studies a device that the US FDA has not approved or cleared"),
    "isPpsd": _("Paediatric surveillance of a device on the market"),
    "isUsExport": _("Product made in the USA and exported from there"),
    "fdaaa801Violation": _("Violated the US law on registering trials (FDAAA 801)"),
}
ACCESS_KINDS: Labels = {
    "individual": _("For single patients"),
    "intermediate": _("For a group of patients of intermediate size"),
    "treatment": _("For many patients, by a treatment protocol"),
}
RESULTS: Labels = {
    "participantFlowModule": _("Participant flow"),
    "baselineCharacteristicsModule": _("Baseline characteristics"),
    "outcomeMeasuresModule": _("Outcome measures"),
    "adverseEventsModule": _("Adverse events"),
}
SUBMISSIONS: Labels = {
    "studyFirstSubmitQcDate": _("First submission that met the registry's standards"),
    "resultsFirstSubmitDate": _("Results first submitted"),
    "resultsFirstSubmitQcDate": _("First results that met the registry's standards"),
    "dispFirstSubmitDate": _("Delay of the results first requested or certified"),
    "dispFirstSubmitQcDate": _("First such request that met the registry's standards"),
}
STEP_DATES: Labels = {
    "issuedDate": _("Issued"),
    "releaseDate": _("Released"),
    "creationDate": _("Entered"),
    "postedDate": _("Posted"),
}


@dataclass(frozen=True)
class Link:
    """`address` is as the record gives it: it may be that of a page, or nothing of the kind."""

    words: str
    address: str


@dataclass(frozen=True)
class Reference:
    """A publication; `kind` says what it is to the trial."""

    kind: str
    citation: str
    publication: Link | None
    retractions: Sequence[str]


@dataclass(frozen=True)
class Document:
    link: Link
    date: PartialDate | None
    uploaded: PartialDate | None
    size: int | None


@dataclass(frozen=True)
class AvailableData:
    type: str
    link: Link
    comment: str


@dataclass(frozen=True)
class Step:
    """What happened to results that were submitted, or about a violation."""

    words: str
    dates: Sequence[tuple[_StrPromise | str, PartialDate]]
    description: str = ""


@dataclass(frozen=True)
class Terms:
    """Those of the registry's thesaurus, and the broader ones that they come under."""

    terms: Sequence[str]
    broader: Sequence[str]


class Registered:
    def __init__(self, nct_id: str, record: Mapping[str, Any]) -> None:
        self._nct_id = nct_id
        self._record = Part(record)
        protocol = self._record.part("protocolSection")
        self._status = protocol.part("statusModule")
        self._design = protocol.part("designModule")
        self._oversight = protocol.part("oversightModule")
        self._references = protocol.part("referencesModule")
        self._sharing = protocol.part("ipdSharingStatementModule")
        self._identification = protocol.part("identificationModule")
        self._annotations = self._record.part("annotationSection").part("annotationModule")
        self._derived = self._record.part("derivedSection")

    # --- Design, and the treatment outside of the trial ---

    @property
    def target_duration(self) -> str:
        return self._design.text("targetDuration")

    @property
    def patient_registry(self) -> str:
        return _yes_or_no(self._design.boolean("patientRegistry"))

    @property
    def samples_kept(self) -> str:
        return _word(SamplesKept, self._design.part("bioSpec").text("retention"))

    @property
    def samples(self) -> str:
        return self._design.part("bioSpec").text("description")

    @property
    def access_kinds(self) -> list[_StrPromise]:
        """Of a trial that is itself one of expanded access."""
        kinds = self._design.part("expandedAccessTypes")
        return [label for key, label in ACCESS_KINDS.items() if kinds.boolean(key)]

    @property
    def expanded_access(self) -> str:
        return _yes_or_no(self._status.part("expandedAccessInfo").boolean("hasExpandedAccess"))

    @property
    def expanded_access_trial(self) -> str:
        return self._status.part("expandedAccessInfo").text("nctId")

    @property
    def expanded_access_status(self) -> str:
        return _word(Status, self._status.part("expandedAccessInfo").text("statusForNctId"))

    # --- Dates ---

    @cached_property
    def submissions(self) -> list[tuple[_StrPromise, PartialDate | None, str]]:
        """Dates of the record itself, each with its name and whether it is actual or estimated."""
        posted = self._status.part("dispFirstPostDateStruct")
        return [
            *((label, self._status.date(key), "") for key, label in SUBMISSIONS.items()),
            (_("Delay of the results first posted"), posted.date("date"), posted.text("type")),
        ]

    @property
    def delayed_posting(self) -> bool:
        return bool(self._status.boolean("delayedPosting"))

    @property
    def results_waived(self) -> bool:
        return bool(self._status.boolean("resultsWaived"))

    # --- Results that are there, and those that are not ---

    @cached_property
    def results(self) -> list[_StrPromise]:
        """Which parts the published results have."""
        section = self._record.part("resultsSection")
        return [label for key, label in RESULTS.items() if key in section]

    @property
    def limitations(self) -> str:
        more = self._record.part("resultsSection").part("moreInfoModule")
        return more.part("limitationsAndCaveats").text("description")

    @cached_property
    def unposted(self) -> list[Step]:
        events = self._annotations.part("unpostedAnnotation").parts("unpostedEvents")
        return [
            Step(_word(SubmissionStep, event.text("type")), [("", day)] if day else [])
            for event in events
            for day in [event.date("date")]
        ]

    @property
    def unposted_by(self) -> str:
        return self._annotations.part("unpostedAnnotation").text("unpostedResponsibleParty")

    # --- Oversight ---

    @cached_property
    def oversight(self) -> Facts:
        said = ((label, _yes_or_no(self._oversight.boolean(key))) for key, label in OVERSIGHT.items())
        return [(label, words) for label, words in said if words]

    @cached_property
    def violations(self) -> list[Step]:
        return [
            Step(
                _word(ViolationStep, event.text("type")),
                sorted(
                    ((label, day) for key, label in STEP_DATES.items() if (day := event.date(key))),
                    key=lambda dated: dated[1],
                ),
                event.text("description"),
            )
            for event in self._annotations.part("violationAnnotation").parts("violationEvents")
        ]

    # --- What was written, and what will be shared ---

    @cached_property
    def references(self) -> list[Reference]:
        """Publications by what they are to the trial: its results, found to be about it, background."""
        by_type: dict[str, list[Reference]] = {
            ReferenceType.RESULT: [],
            ReferenceType.DERIVED: [],
            ReferenceType.BACKGROUND: [],
        }
        for reference in self._references.parts("references"):
            number = reference.text("pmid")
            publication = Link(f"PMID {number}", f"https://pubmed.ncbi.nlm.nih.gov/{number}/")
            retractions = [
                retraction.text("source") or retraction.text("pmid")
                for retraction in reference.parts("retractions")
            ]
            by_type.setdefault(reference.text("type"), []).append(
                Reference(
                    _word(ReferenceType, reference.text("type")),
                    reference.text("citation"),
                    publication if number.isascii() and number.isdecimal() else None,
                    retractions,
                )
            )
        return [reference for found in by_type.values() for reference in found]

    @cached_property
    def links(self) -> list[Link]:
        links = self._references.parts("seeAlsoLinks")
        return [link for part in links if (link := _link(part.text("label"), part.text("url"))).words]

    @cached_property
    def available_data(self) -> list[AvailableData]:
        return [
            AvailableData(part.text("type"), _link(part.text("id"), part.text("url")), part.text("comment"))
            for part in self._references.parts("availIpds")
        ]

    @property
    def sharing(self) -> str:
        return _word(DataSharing, self._sharing.text("ipdSharing"))

    @property
    def sharing_description(self) -> str:
        return self._sharing.text("description")

    @property
    def shared_documents(self) -> list[str]:
        return list(dict.fromkeys(words(SharedDocument, self._sharing.texts("infoTypes"))))

    @property
    def sharing_times(self) -> str:
        return self._sharing.text("timeFrame")

    @property
    def sharing_access(self) -> str:
        return self._sharing.text("accessCriteria")

    @cached_property
    def sharing_link(self) -> Link | None:
        address = self._sharing.text("url")
        return _link("", address) if address else None

    @cached_property
    def documents(self) -> list[Document]:
        """Those that the registry keeps, each in a folder named by the trial's last two digits."""
        folder = f"https://cdn.clinicaltrials.gov/large-docs/{self._nct_id[-2:]}/{self._nct_id}"
        documents = self._record.part("documentSection").part("largeDocumentModule").parts("largeDocs")
        return [
            Document(
                Link(part.text("label") or name, f"{folder}/{name}" if _is_plain(name) else ""),
                part.date("date"),
                part.converted("uploadDate", lambda written: PartialDate(written[:10])),
                part.integer("size"),
            )
            for part in documents
            for name in [part.text("filename")]
        ]

    @property
    def no_analysis_plan(self) -> bool:
        return bool(self._record.part("documentSection").part("largeDocumentModule").boolean("noSap"))

    # --- What the registry made of it ---

    @cached_property
    def condition_terms(self) -> Terms:
        return _terms(self._derived.part("conditionBrowseModule"))

    @cached_property
    def intervention_terms(self) -> Terms:
        return _terms(self._derived.part("interventionBrowseModule"))

    @cached_property
    def removed_countries(self) -> list[str]:
        return list(dict.fromkeys(self._derived.part("miscInfoModule").texts("removedCountries")))

    # --- The sponsor's own reference, which may be a grant with a page of its own ---

    @property
    def reference_address(self) -> str:
        return self._identification.part("orgStudyIdInfo").text("link")

    @property
    def reference_type(self) -> str:
        return _word(IdentifierType, self._identification.part("orgStudyIdInfo").text("type"))


def _terms(module: Part) -> Terms:
    named = [
        [term for part in module.parts(key) if (term := part.text("term"))] for key in ("meshes", "ancestors")
    ]
    terms, broader = (list(dict.fromkeys(names)) for names in named)
    return Terms(terms, [term for term in broader if term not in terms])


def _link(label: str, address: str) -> Link:
    return Link(label.strip() or address, address.strip())


def _word(vocabulary: type[TextChoices], value: str) -> str:
    return words(vocabulary, [value])[0] if value else ""


def _yes_or_no(value: bool | None) -> str:
    return {True: gettext("Yes"), False: gettext("No"), None: ""}[value]


def _is_plain(name: str) -> bool:
    """A file's name that is one part of an address as it is."""
    return bool(name) and all(character.isalnum() or character in "._-" for character in name)
