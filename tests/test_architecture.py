"""Who may import whom, read from the source: what keeps the logic testable and the desk's data apart."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
APPS = ("config", "trials", "screening")
# Pure: what they are given is all they know. No framework, no clock, no files, no network, no chance.
LOGIC = (
    "screening.gates",
    "screening.circuit",
    "screening.explain",
    "screening.logic",
    "screening.signature",
    "screening.wizard",
    "screening.order",
    "screening.chances",
    "screening.blockers",
    "screening.flow",
    "screening.suppression",
    "screening.carrying",
    "screening.practice",
)
PURE = (
    "__future__ abc bisect calendar collections dataclasses datetime decimal difflib enum fractions functools"
    " graphlib hashlib heapq html itertools json math operator re string textwrap types typing unicodedata"
)
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "now", "today", "utcnow"})


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the three packages by its dotted name, migrations left out."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                found[name] = ast.parse(path.read_text(), str(path))
    return found


@cache
def imports(name: str) -> frozenset[str]:
    """What a module imports, anywhere in it; `from a import b` is a.b if that is a module, else a."""
    package = name if (ROOT.joinpath(*name.split(".")) / "__init__.py").exists() else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            )
            origin = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                submodule = f"{origin}.{alias.name}"
                found.add(submodule if submodule in modules() else origin)
    return frozenset(found)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def breaches(
    importers: tuple[str, ...], forbidden: tuple[str, ...], *, but: tuple[str, ...] = ()
) -> list[str]:
    return [
        f"{name} imports {imported}"
        for name in modules()
        if within(name, *importers) and not within(name, *but)
        for imported in sorted(imports(name))
        if within(imported, *forbidden)
    ]


def pure_modules() -> list[str]:
    return [name for name in modules() if within(name, "trials.criteria", "screening.deciding", *LOGIC)]


def test_the_rules_speak_about_modules_that_exist() -> None:
    assert set(LOGIC) <= modules().keys()
    assert "trials.criteria.tree" in modules()
    assert "trials.criteria.nodes" in imports("trials.criteria.tree")


def test_the_catalogue_knows_nothing_of_the_desk() -> None:
    assert breaches(("trials",), ("screening",)) == []


def test_the_logic_imports_the_criteria_tree_and_nothing_else() -> None:
    ours = {f"{name} imports {each}" for name in LOGIC for each in imports(name) if within(each, *APPS)}
    allowed = {f"{name} imports {each}" for name in LOGIC for each in (*LOGIC, "trials.criteria.tree")}
    assert ours <= allowed


def test_what_facts_decide_rests_on_the_criteria_tree_and_nothing_else() -> None:
    deciding = [name for name in modules() if within(name, "screening.deciding")]
    ours = {each for name in deciding for each in imports(name) if within(each, *APPS)}
    assert "screening.deciding.proposal" in deciding
    assert {each for each in ours if not within(each, "screening.deciding", "trials.criteria.tree")} == set()


def test_the_criteria_import_nothing_else_of_ours() -> None:
    others = tuple(name for name in modules() if not within(name, "trials.criteria"))
    assert breaches(("trials.criteria",), tuple(name for name in others if name not in ("trials",))) == []


def test_pure_modules_import_the_harmless_part_of_the_standard_library_alone() -> None:
    for name in pure_modules():
        for imported in imports(name):
            top = imported.partition(".")[0]
            assert top in APPS or top in PURE.split(), (name, imported)


def called(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_pure_modules_ask_no_clock_and_touch_no_file() -> None:
    for name in pure_modules():
        assert not IMPURE_CALLS & set(called(modules()[name])), name


def test_models_know_no_services_views_or_forms() -> None:
    for app in ("trials", "screening"):
        upper = tuple(f"{app}.{part}" for part in ("services", "views", "forms", "access", "urls"))
        assert breaches((f"{app}.models", f"{app}.querysets"), upper) == []


def test_services_know_no_views_or_forms() -> None:
    assert breaches(("screening.services",), ("screening.views", "screening.forms", "screening.urls")) == []


def test_nobody_imports_views_but_the_urls() -> None:
    views = tuple(name for name in modules() if name.rpartition(".")[2].startswith("views"))
    urls = tuple(name for name in modules() if within(name.rpartition(".")[2], "urls"))
    assert breaches(APPS, views, but=(*views, *urls)) == []


def test_no_star_imports_no_signals_and_no_drawer_for_everything() -> None:
    for name, tree in modules().items():
        assert name.rpartition(".")[2] not in ("utils", "helpers", "common", "misc"), name
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert all(alias.name != "*" for alias in node.names), name
        signals = {
            each for each in imports(name) if within(each, "django.dispatch", "django.db.models.signals")
        }
        assert not signals or within(name, "config"), name


def test_no_name_says_met_or_passed() -> None:
    """An exclusion that is "met" is bad and an inclusion that is "met" is good: say which truth is meant."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            said = {getattr(node, field, None) for field in ("id", "attr", "arg", "name")}
            if isinstance(node, ast.Constant):
                said.add(node.value if isinstance(node.value, str) else None)
            assert not {"met", "passed", "MET", "PASSED"} & said, (name, getattr(node, "lineno", 0))
