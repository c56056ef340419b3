"""How static files are collected and stored for serving."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Source maps, larger than what they map, are for those who develop the packages."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map"]


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed, compressed files; comments that name a source map are left as they are.

    Packages ship such comments without the map, and following them would make the collecting fail.
    """

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
