"""How static files are collected and stored for serving."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Packages ship far more than is served, and compressing it all would make the first start slow."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("*.map", "bootstrap-*", "bootstrap.css", "bootstrap.rtl*"),  # what bootstrap.min.css is made of
        *("ht*-4*", "hx-*-4*", "htmx-2.js"),  # htmx 4, and htmx 2 for debugging
        *("leaflet-src*", "supercluster.js", "topojson-client.js"),  # what the minified ones are made of
        *("land-*.json", "*-10m.json", "package.json", "README.md", "LICENSE"),  # of the world's atlas
    ]


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed, compressed files; comments that name a source map are left as they are.

    Packages ship such comments without the map, and following them would make the collecting fail.
    """

    support_js_module_import_aggregation = True  # our modules import one another
    patterns = tuple(
        (
            glob,
            tuple(
                rule
                for rule in rules
                if "sourceMappingURL" not in (rule if isinstance(rule, str) else rule[0])
            ),
        )
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )
