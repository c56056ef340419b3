"""YAML as our documents use it: what looks like a number is one, and everything else is text.

PyYAML follows YAML 1.1, where `no` is false, `12:30` is 750 and `2024-12-17` is no text; and where a key that
stands twice quietly loses its first value. Postal codes and labels do not survive that.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from trials.importers.problems import ImportProblem, RejectedError


class _Loader(yaml.SafeLoader):
    open_anchors = 0
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            if self.open_anchors:
                # A few lines of these make a document without end.
                problem = "an alias stands within an anchor; write it out"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.get_mark())
            return super().compose_node(parent, index)
        anchored = event.anchor is not None
        self.open_anchors += anchored
        node = super().compose_node(parent, index)
        self.open_anchors -= anchored
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is text; put it in quotes", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key}" stands twice', key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


for tag, pattern, first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?(0|[1-9][0-9]{0,17})", list("-0123456789")),
    ("float", r"-?(0|[1-9][0-9]*)\.[0-9]+", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def read_yaml(path: Path) -> Any:
    """The document; `RejectedError` names the line of what cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RejectedError([ImportProblem("", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RejectedError([ImportProblem(f"line {line}", "is not UTF-8")]) from error
    try:
        return yaml.load(text, _Loader)  # noqa: S506  (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(part for part in (error.context, error.problem) if part)
        raise RejectedError([ImportProblem(f"line {mark.line + 1}" if mark else "", reason)]) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise RejectedError(
            [ImportProblem(f"line {line}", "has a character that YAML does not allow")]
        ) from error
    except RecursionError as error:
        raise RejectedError([ImportProblem("", "is nested too deeply")]) from error
