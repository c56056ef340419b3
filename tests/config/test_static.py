"""Static files: from packages as they are shipped, and from here alone."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from pytest_django import Settings


def test_a_missing_source_map_does_not_stop_the_collecting(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text(
        'a { background: url("dot.svg") }\n/*# sourceMappingURL=page.css.map */\n'
    )
    (source / "page.js").write_text('import "./part.js";\n//# sourceMappingURL=page.js.map\n')
    (source / "part.js").write_text("alert()\n")
    (source / "dot.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "config.static.HashedStaticFiles"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    [styles] = settings.STATIC_ROOT.glob("page.*.css")
    assert "sourceMappingURL=page.css.map" in styles.read_text()
    assert 'url("dot.svg")' not in styles.read_text()
    # Only hashed names are served, so a module has to ask for another one by its hashed name.
    [module] = settings.STATIC_ROOT.glob("page.*.js")
    [part] = settings.STATIC_ROOT.glob("part.*.js")
    assert part.name in module.read_text()


@pytest.mark.parametrize(
    "name",
    [
        "bootstrap/bootstrap.min.css",
        "django_htmx/htmx-2.min.js",
        "leaflet/leaflet.js",
        "supercluster/supercluster.min.js",
        "topojson/topojson-client.min.js",
        "world-atlas/countries-110m.json",
    ],
)
def test_what_the_pages_take_from_packages_is_there(name: str) -> None:
    assert finders.find(name)
