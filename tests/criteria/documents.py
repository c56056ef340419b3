"""Short spellings of whole documents."""

from typing import Any

from tests.logic.trees import group, leaf


def document(*inclusion: Any, exclusion: Any = (), cohorts: str = "") -> dict[str, Any]:
    codes = [{"code": code, "label": code} for code in cohorts.split()]
    return {
        **({"cohorts": codes} if codes else {}),
        "inclusion": group("all", "inclusion", *inclusion),
        "exclusion": group("any", "exclusion", *exclusion),
    }


def with_test(**test: Any) -> dict[str, Any]:
    return document(leaf("a", test=test))
