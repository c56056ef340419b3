"""Criteria as FHIR R5 characteristics: every text, and the logic as far as R5 can say it.

Groups become combinations (all-of, any-of, at-least), "not" and "except" become exclusions. R5 knows true and
false; a criterion that is not applicable is neither. Where it stands in an "all" it is left out of account,
elsewhere it does not count as true: each node is written for its place (`lenient`: also true when it is not
applicable). The characteristics together are true of those who are eligible, and of nobody else.

A reference to another criterion names it by its link, or repeats it where it does not stand by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trials.criteria.tree import Cohort, Node, Op, Test, Tree
from trials.handing_on.fhir.statements import Variable, combined, definition, timing
from trials.handing_on.fhir.words import Element, concept, notes, without_blanks

# What a test says, in words.
type InWords = Callable[[Test], str]


@dataclass
class Criteria:
    """One version's criteria, of one cohort or of everybody."""

    tree: Tree
    variables: Mapping[str, Variable]
    in_words: InWords
    cohort: Cohort | None = None
    links: dict[str, str] = field(init=False)
    # The links that stand in what was made last: only these can be referred to.
    standing: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.links = _links(self.tree)
        self.standing = set(self.links.values())

    def characteristics(self) -> list[Element]:
        """What includes, and what excludes; whoever is eligible has the one and not the other."""
        while True:
            inclusion = self._element(self.tree.inclusion, lenient=False)
            exclusion = self._element(self.tree.exclusion, lenient=False)
            made = [each for each in (inclusion, exclusion and _denied(exclusion)) if each]
            standing = set(_links_in(made))
            if standing == self.standing:
                return made
            self.standing = standing

    def _element(self, node: Node, *, lenient: bool, linked: bool = True) -> Element | None:
        """The node; None where nothing of it belongs to the cohort. A repetition has no link."""
        logic = self._logic(node, lenient=lenient, linked=linked)
        if logic is None:
            return None
        texts = [node.note, node.quota and f"Quota: {node.quota}", *node.warnings]
        if node.op is Op.LOST:
            texts.append("The source lost text here.")
        if node.op is Op.IF:
            texts.append("Applies only where the first of these holds.")
        if node.test:
            texts.append(self.in_words(node.test))
        return without_blanks(
            linkId=self.links[node.identifier] if linked else "",
            description=f"{node.label} {node.text}".strip(),
            note=notes(texts),
            **logic,
        )

    def _logic(self, node: Node, *, lenient: bool, linked: bool) -> Element | None:
        def parts(lenient: bool, of: Sequence[Node] | None = None) -> list[Element]:
            nodes = self._parts(node) if of is None else of
            made = (self._element(each, lenient=lenient, linked=linked) for each in nodes)
            return [each for each in made if each]

        match node.op:
            case Op.STATEMENT | Op.LOST:
                return self._statement(node)
            case Op.REF:
                return self._reference(node, lenient=lenient)
            case Op.ALL:
                below = parts(True)
                if below and not lenient and self._may_not_apply(node):
                    below.append(combined("any-of", self._repeated(node)))
                return _group("all-of", below)
            case Op.ANY | Op.AT_LEAST:
                code = "any-of" if node.op is Op.ANY else "at-least"
                return self._or_not_applicable(node, _group(code, parts(False), node.k), lenient=lenient)
            case Op.NOT:
                denied = _group("all-of", parts(not lenient))
                return denied and _denied(denied)
            case Op.EXCEPT:
                base, exceptions = parts(False, self._parts(node)[:1]), parts(False, self._parts(node)[1:])
                if not base or node.children[0] not in self._parts(node):
                    return None
                unless = [_denied(combined("any-of", exceptions))] if exceptions else []
                return self._or_not_applicable(node, combined("all-of", [*base, *unless]), lenient=lenient)
            case Op.IF:
                condition, consequence = parts(False, node.children[:1]), parts(lenient, node.children[1:])
                if len(self._parts(node)) < 2 or not condition or not consequence:
                    return None
                if lenient:
                    return combined("any-of", [_denied(condition[0]), *consequence])
                return combined("all-of", [*condition, *consequence])

    def _statement(self, node: Node) -> Element:
        said = definition(node.test, self.variables) if node.test else None
        when = timing(node.test) if node.test else {}
        return {**(said or {"definitionCodeableConcept": concept(node.text)}), **when}

    def _reference(self, node: Node, *, lenient: bool) -> Element | None:
        target = self.tree.nodes[node.target]
        link = self.links[node.target]
        if link in self.standing and not self._may_not_apply(target):
            return {"definitionId": link}
        repeated = self._element(target, lenient=lenient, linked=False)
        return repeated and combined("all-of", [repeated])

    def _or_not_applicable(self, node: Node, strict: Element | None, *, lenient: bool) -> Element | None:
        if strict is None or not lenient or not self._may_not_apply(node):
            return strict
        none_applies = [_denied(each) for each in self._repeated(node)]
        none_denied = self._repeated(node, lenient=True)
        return combined("any-of", [strict, combined("all-of", [*none_denied, *none_applies])])

    def _repeated(self, node: Node, *, lenient: bool = False) -> list[Element]:
        """What decides whether the node applies, once more."""
        deciding = node.children[:1] if node.op is Op.EXCEPT else self._parts(node)
        made = (self._element(each, lenient=lenient, linked=False) for each in deciding)
        return [each for each in made if each]

    def _parts(self, node: Node) -> Sequence[Node]:
        """The children that the cohort sees: its own, or all of them below a node of others."""
        if self.cohort is None or not self._belongs(node):
            return node.children
        return [child for child in node.children if self._belongs(child)]

    def _belongs(self, node: Node) -> bool:
        return self.cohort is None or self.cohort.code in self.tree.cohorts_of(node.identifier)

    def _may_not_apply(self, node: Node) -> bool:
        match node.op:
            case Op.STATEMENT | Op.LOST:
                return False
            case Op.IF:
                return True
            case Op.REF:
                return self._may_not_apply(self.tree.nodes[node.target])
            case Op.EXCEPT:
                return self._may_not_apply(node.children[0])
        return all(self._may_not_apply(child) for child in self._parts(node))


def _group(code: str, characteristics: list[Element], threshold: int | None = None) -> Element | None:
    return combined(code, characteristics, threshold) if characteristics else None


def _denied(characteristic: Element) -> Element:
    """Its opposite. What has a link stays as it is, for whatever refers to it."""
    if "exclude" in characteristic or "linkId" in characteristic:
        return {"exclude": True, **combined("all-of", [characteristic])}
    return characteristic | {"exclude": True}


def _links_in(characteristics: list[Element]) -> Iterator[str]:
    for each in characteristics:
        if "linkId" in each:
            yield each["linkId"]
        yield from _links_in(each.get("definitionByCombination", {}).get("characteristic", []))


def _links(tree: Tree) -> dict[str, str]:
    """A link of each node: its identifier in FHIR's letters, and no link twice."""
    links: dict[str, str] = {}
    taken: set[str] = set()
    for identifier in tree.nodes:
        plain = identifier.replace("_", "-")
        link, number = plain, 2
        while link in taken:
            ending = f"-{number}"
            link, number = plain[: 64 - len(ending)] + ending, number + 1
        links[identifier] = link
        taken.add(link)
    return links
