"""From what was posted to one step of editing: what it does to the document, and what is shown next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from trials.criteria import edit, reshape
from trials.criteria.draft import Document, EditError
from trials.criteria.messages import gettext_noop
from trials.criteria.nodes import Op
from trials.drafts import Action, Edit, new_identifiers
from trials.editor.forms import CohortForm, PlainForm, SplitForm, WordsForm
from trials.editor.test_form import TestForm


@dataclass(frozen=True)
class Step:
    """`shows` is the criterion that is open afterwards. `redraws`: its forms are not what they were."""

    action: Action
    edit: Edit
    identifier: str
    shows: str
    redraws: bool = True


class BadInputError(Exception):
    """What was typed cannot be read; nothing is done."""

    def __init__(self, form: PlainForm) -> None:
        self.form = form
        super().__init__("; ".join(form.complaints()))


_MOVES: dict[str, Callable[[Document, str], Document]] = {
    "up": edit.move_up,
    "down": edit.move_down,
    "indent": edit.indent,
    "outdent": edit.outdent,
}
_JOINS: dict[str, Callable[[Document, str], Document]] = {
    "join": reshape.join,
    "join_next": reshape.join_next,
}


def step_of(post: QueryDict, around: Callable[[str], str]) -> Step:
    """The step that a form asks for. `around` names the group that a criterion stands in."""
    do, at = post.get("do", ""), post.get("at", "")
    if do in _MOVES:
        return Step(Action.MOVE, lambda of: _MOVES[do](of, at), at, at)
    if do in _JOINS:
        return Step(Action.JOIN, lambda of: _JOINS[do](of, at), at, at)
    match do:
        case "move":
            parent, index = post.get("parent", ""), _whole(post.get("index", ""))
            return Step(Action.MOVE, lambda of: edit.move(of, at, parent=parent, index=index), at, at)
        case "add" | "add_below":
            [new] = new_identifiers()
            add = edit.add_after if do == "add" else edit.add_below
            return Step(Action.ADD, lambda of: add(of, at, edit.new_node(new)), new, new)
        case "remove":
            return Step(Action.REMOVE, lambda of: edit.remove(of, at), at, around(at))
        case "wrap":
            [new] = new_identifiers()
            return Step(Action.WRAP, lambda of: reshape.wrap(of, at, Op.ALL, new=new), new, new)
        case "unwrap":
            return Step(Action.UNWRAP, lambda of: reshape.unwrap(of, at), at, around(at))
        case "operator":
            return _operator(post, at)
        case "split":
            split = _read(SplitForm(post))
            texts, op = split["texts"], split["op"]
            new_ones = new_identifiers(len(texts))
            return Step(Action.SPLIT, lambda of: reshape.split(of, at, texts, new_ones, op=op), at, at)
        case "words":
            words = _read(WordsForm(post))
            return Step(Action.WORDS, lambda of: edit.set_words(of, at, **words), at, at, redraws=False)
        case "test":
            form = TestForm(post)
            _read(form)
            test = form.test()
            return Step(Action.TEST, lambda of: edit.set_test(of, at, test), at, at, redraws=False)
        case "cohorts":
            codes = post.getlist("cohorts")
            return Step(Action.COHORTS, lambda of: edit.set_cohorts(of, at, codes), at, at, redraws=False)
        case "cohort_add" | "cohort_change" | "cohort_remove":
            return _cohort(do, post, at)
    raise EditError(gettext_noop("There is no such step."))


def _operator(post: QueryDict, at: str) -> Step:
    op, target, count = post.get("op", ""), post.get("target", ""), post.get("k", "")
    [new] = new_identifiers()

    def change(of: Document) -> Document:
        k = _whole(count) if op == Op.AT_LEAST and count else None
        after = reshape.change_operator(of, at, op, new=new, k=k, target=target)
        return edit.set_count(after, at, k) if k is not None else after

    return Step(Action.OPERATOR, change, at, at)


def _cohort(do: str, post: QueryDict, at: str) -> Step:
    known = post.get("cohort", "")
    if do == "cohort_remove":
        return Step(Action.COHORT, lambda of: edit.remove_cohort(of, known), known, at)
    said = _read(CohortForm(post))
    if do == "cohort_add":
        return Step(Action.COHORT, lambda of: edit.add_cohort(of, **said), said["code"], at)
    code, label, note = said["code"], said["label"], said["note"]
    return Step(
        Action.COHORT,
        lambda of: edit.change_cohort(of, known, new_code=code, label=label, note=note),
        code,
        at,
    )


def _read[F: PlainForm](form: F) -> dict[str, str]:
    if not form.is_valid():
        raise BadInputError(form)
    return dict(form.cleaned_data)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise EditError(gettext_noop("Give a whole number from 1."))
    return int(text)


def in_words(error: EditError) -> str:
    """Why a step makes no sense, in the reader's language."""
    return _(error.message.template) % error.message.parameters
