"""The vocabulary's file, put together from what open vocabularies say (docs/vocabulary.md tells of them).

MeSH is the ground: the terms of a descriptor's preferred concept are synonyms, the other entry terms of a
disease stand for something narrower or close to it. The Disease Ontology (DOID) and Mondo add diseases that
MeSH lacks, and synonyms on which both agree; what one says alone counts as an entry, because each holds
narrower and related terms among its synonyms. A term belongs to the concept that the best source gives it to;
where that source gives it to two, it is a synonym of neither.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from trials.text import folded
from trials.vocabularies.loaded import CONDITION, OTHER, SUBSTANCE
from trials.vocabularies.wording import key, stems, words


@dataclass
class Concept:
    """A thing with names: `terms` mean the same, `entries` something narrower or close to it."""

    identifier: str
    kind: str  # CONDITION, SUBSTANCE or OTHER
    name: str
    terms: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    broader: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Descriptor:
    """A line of MeSH: the terms of its preferred concept, its places in the tree, its further entry terms."""

    identifier: str
    name: str
    terms: Collection[str]
    tree: Collection[str]
    entries: Collection[str]


@dataclass(frozen=True)
class Disease:
    """An entry of an ontology, with what it says is the same elsewhere. `close` are no synonyms."""

    identifier: str
    name: str
    terms: Collection[str]
    broader: Collection[str]
    same: Collection[str]
    close: Collection[str] = ()


@dataclass(frozen=True)
class Addition:
    """A line of ours: `subject` is any name of a concept."""

    verb: str  # of VERBS
    subject: str
    terms: Collection[str]


SAME, NOT_SAME, KIND, UNDER, NOT_UNDER, NEW = VERBS = (
    "same",
    "not same",
    "kind",
    "under",
    "not under",
    "new",
)

# Of MeSH's tree, what a trial may be about: the body, bacteria and viruses, diseases, substances, procedures
# and devices, minds and behaviour, what goes on in a body, medical specialties, social life, food, persons,
# health care.
_BRANCHES = (
    "A", "B03", "B04", "C", "D", "E01", "E02", "E03", "E04", "E06", "E07", "F", "G", "H02.403", "I01", "I03",
    "J02", "M01", "N02", "N06",
)  # fmt: skip
# Diseases of animals, and tumors that are planted into them.
_ANIMALS = ("C22", "C04.619")
_OF_ANIMALS = re.compile(
    r"Animal|Avian|Bovine|Cattle|Canine|Equine|Feline|Murine|Ovine|Porcine|Simian|Swine|Experimental"
)
_CONDITIONS = ("C", "F03", "F01.145", "F01.470")
_SUBSTANCES = ("D",)
_LONGEST = 80
# Added to a name they change nothing.
_EMPTY = frozenset(
    {"disease", "disorder", "idiopathic", "infection", "infectious", "malignant", "primary", "syndrome"}
)
_SITE = re.compile(r"(.+) Neoplasms")
# Of the sources, and in each first its names, then its other terms.
_OURS, _MESH, _DOID, _MONDO = range(0, 8, 2)


class Vocabulary:
    """The concepts while they are put together."""

    def __init__(self) -> None:
        self._concepts: dict[str, Concept] = {}
        self._known_as: dict[str, str] = {}  # an identifier in a source -> the identifier here
        self._claims: dict[
            str, tuple[int, set[str]]
        ] = {}  # a key -> how well, and by which concepts it is claimed

    def add_descriptors(self, descriptors: Iterable[Descriptor]) -> None:
        descriptors = [each for each in descriptors if _is_ours(each)]
        by_place = {place: each.identifier for each in descriptors for place in each.tree}
        for each in descriptors:
            parents = {by_place.get(place.rpartition(".")[0]) for place in each.tree}
            name = _upright(each.name)
            concept = Concept(each.identifier, _kind(each.tree), name, [*each.terms], [*each.entries])
            concept.broader = {parent for parent in parents if parent and parent != each.identifier}
            # MeSH heads as neoplasms what registries call a cancer or a tumor.
            if site := _SITE.fullmatch(each.name):
                concept.terms += [f"{site[1]} Cancer", f"{site[1]} Tumors"]
            self._take(concept, _MESH)

    def add_disease_ontology(self, diseases: Iterable[Disease], mondo: Iterable[Disease]) -> None:
        """A term that Mondo does not give to the same disease is narrower or broader more often than not."""
        seconded: dict[str, set[str]] = defaultdict(set)
        for other in mondo:
            for same in other.same:
                seconded[same].update(map(key, (other.name, *other.terms)))
        self._add([_divided(each, seconded[each.identifier]) for each in diseases], _DOID)

    def add_mondo(self, diseases: Iterable[Disease]) -> None:
        self._add([_divided(each, ()) for each in diseases], _MONDO)

    def _add(self, diseases: Collection[Disease], source: int) -> None:
        merged = self._merged(diseases)
        for each in diseases:
            if found := merged.get(each.identifier):
                known = self._concepts[found]
                self._known_as[each.identifier] = found
                known.entries += each.close
                if source == _MONDO:
                    known.entries.append(each.name)
                else:
                    known.terms += [each.name, *each.terms]
                    self._claim(found, each.name, each.terms, source)
            else:
                name = each.name[:1].upper() + each.name[1:]
                self._take(Concept(each.identifier, CONDITION, name, [*each.terms], [*each.close]), source)
        for each in diseases:
            concept = self._concepts[self._known_as[each.identifier]]
            new = concept.identifier == each.identifier
            if new or source != _MONDO:
                related = [*each.broader, *(each.same if new else ())]
                concept.broader |= {self._known_as[other] for other in related if other in self._known_as}
                concept.broader.discard(concept.identifier)

    def _merged(self, diseases: Collection[Disease]) -> dict[str, str]:
        """Which are known already: by name, or as the only one that claims to be it and shares a term."""
        merged = {}
        claims: dict[str, list[str]] = defaultdict(list)
        for each in diseases:
            claimed = {found for same in each.same if (found := self._known_as.get(same))}
            named = self._condition(each.name)
            if named and (not claimed or named in claimed):
                merged[each.identifier] = named
            elif len(claimed) == 1 and claimed & {
                self._condition(term) for term in (*each.terms, *each.close)
            }:
                claims[claimed.pop()].append(each.identifier)
        taken = set(merged.values())
        return merged | {
            claiming[0]: found
            for found, claiming in claims.items()
            if len(claiming) == 1 and found not in taken
        }

    def _take(self, concept: Concept, source: int) -> None:
        self._concepts[concept.identifier] = concept
        self._known_as[concept.identifier] = concept.identifier
        self._claim(concept.identifier, concept.name, concept.terms, source)

    def _claim(self, identifier: str, name: str, terms: Iterable[str], source: int) -> None:
        for rank, claimed in ((source, [name]), (source + 1, terms)):
            for term_key in map(key, claimed):
                best, claiming = self._claims.get(term_key, (rank, set()))
                if rank == best:
                    self._claims[term_key] = (rank, claiming | {identifier})
                elif rank < best:
                    self._claims[term_key] = (rank, {identifier})

    def _owner(self, term: str) -> str | None:
        _, claiming = self._claims.get(key(term), (0, ()))
        return next(iter(claiming)) if len(claiming) == 1 else None

    def _condition(self, term: str) -> str | None:
        found = self._owner(term)
        return found if found and self._concepts[found].kind == CONDITION else None

    def amend(self, additions: Iterable[Addition]) -> None:
        """By hand, in the order of the lines. Raises KeyError where a line speaks of something unknown."""
        for line in additions:
            if line.verb == NEW:
                kinds = [self._concepts[self._named(term)].kind for term in line.terms]
                identifier = f"TD:{key(line.subject).replace(' ', '-')}"
                self._take(Concept(identifier, kinds[0], line.subject), _OURS)
            concept = self._concepts[self._named(line.subject)]
            if line.verb == SAME:
                for term in line.terms:
                    other = self._owner(term)
                    if other and other != concept.identifier and key(self._concepts[other].name) == key(term):
                        self._absorb(concept, self._concepts.pop(other))
                concept.terms += line.terms
                self._claim(concept.identifier, concept.name, line.terms, _OURS)
            elif line.verb == NOT_SAME:
                refused = set(map(key, line.terms))
                concept.terms = [term for term in concept.terms if key(term) not in refused]
                concept.entries = [term for term in concept.entries if key(term) not in refused]
                for term_key in refused:
                    self._claims.pop(term_key, None)
            elif line.verb == KIND:
                own = {key(term) for term in line.terms if self._owner(term) == concept.identifier}
                for term_key in own - {key(concept.name)}:
                    self._claims.pop(term_key)
                concept.entries += line.terms
            elif line.verb in (UNDER, NEW):
                concept.broader |= {self._named(term) for term in line.terms}
            elif line.verb == NOT_UNDER:
                concept.broader -= {self._named(term) for term in line.terms}
            else:
                raise KeyError(line.verb)

    def _absorb(self, concept: Concept, other: Concept) -> None:
        concept.terms += [other.name, *other.terms]
        concept.entries += other.entries
        concept.broader = (concept.broader | other.broader) - {concept.identifier, other.identifier}
        for each in self._concepts.values():
            if other.identifier in each.broader:
                each.broader = (each.broader - {other.identifier}) | (
                    {concept.identifier} - {each.identifier}
                )
        for term_key, (rank, claiming) in self._claims.items():
            if other.identifier in claiming:
                self._claims[term_key] = (rank, (claiming - {other.identifier}) | {concept.identifier})

    def _named(self, term: str) -> str:
        found = self._owner(term)
        if not found:
            raise KeyError(term)
        return found

    def settled(self) -> Iterator[Concept]:
        """Each concept with the terms that it owns, and with the entries that are its alone."""
        entries: dict[str, dict[str, str]] = {}
        owned: dict[str, list[str]] = {}
        listing: Counter[str] = Counter()
        for identifier, concept in self._concepts.items():
            terms = [term for term in (concept.name, *concept.terms) if self._owner(term) == identifier]
            owned[identifier] = [term for term in terms if not self._is_narrower(term, terms)]
            names = {key(term) for term in owned[identifier]}
            free = (
                term
                for term in (*concept.terms, *concept.entries)
                if self._owner(term) in (None, identifier) and key(term) not in names
            )
            entries[identifier] = {key(term): term for term in _as_typed(free)}
            listing.update([*entries[identifier]])
        for identifier, concept in sorted(self._concepts.items()):
            alone = [term for term_key, term in entries[identifier].items() if listing[term_key] == 1]
            terms = _as_typed(owned[identifier])
            yield Concept(identifier, concept.kind, concept.name, terms, alone, concept.broader)

    def _is_narrower(self, term: str, names: Iterable[str]) -> bool:
        """Whether an ontology makes a name with something added a synonym: "Kaposi sarcoma of lung"."""
        rank, _claiming = self._claims[key(term)]
        said = set(key(term).split())
        return rank > _DOID and any(
            bare < said and not said - bare <= _EMPTY for name in names if (bare := set(key(name).split()))
        )


def _divided(disease: Disease, synonyms: Collection[str]) -> Disease:
    """With those of its terms alone that have one of these keys; the others are close."""
    terms = [term for term in disease.terms if key(term) in synonyms]
    return replace(disease, terms=terms, close=[term for term in disease.terms if term not in terms])


def _upright(term: str) -> str:
    """As one says it: "Leukemia, Myeloid, Acute" is acute myeloid leukemia."""
    return " ".join(reversed(term.split(", ")))


def line(concept: Concept) -> str:
    """As the file has it: behind a term its key, where that differs, and of an entry the key alone."""
    terms = "|".join(
        term if (term_key := key(term)) == term else f"{term}={term_key}" for term in concept.terms
    )
    entries = "|".join(map(key, concept.entries))
    return "\t".join(
        (concept.identifier, concept.kind, concept.name, " ".join(sorted(concept.broader)), terms, entries)
    )


def _is_ours(each: Descriptor) -> bool:
    animal = [place for place in each.tree if place.startswith(_ANIMALS)]
    if animal and (len(animal) == len(each.tree) or _OF_ANIMALS.search(each.name)):
        return False
    return any(place.startswith(_BRANCHES) for place in each.tree)


def _kind(tree: Iterable[str]) -> str:
    places = tuple(tree)
    if any(place.startswith(_CONDITIONS) for place in places):
        return CONDITION
    return SUBSTANCE if any(place.startswith(_SUBSTANCES) for place in places) else OTHER


def _as_typed(terms: Iterable[str]) -> list[str]:
    """As they stand in a text, in each order of their words once: "gunshot wounds", not "wounds, gunshot"."""
    found: dict[tuple[str, ...], str] = {}
    usable = {term for term in terms if len(term) <= _LONGEST and "|" not in term and "=" not in term}
    for term in sorted(usable, key=lambda term: ("," in term, term)):
        phrase = folded(_upright(term))
        if key(phrase):
            found.setdefault(tuple(stems(words(phrase))), phrase)
    return [*found.values()]
