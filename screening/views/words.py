"""How the desk names what it works with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from trials.models import CriteriaVersion


def version_words(version: CriteriaVersion) -> str:
    """Which text is screened against: its source, its label, whether it is whole."""
    return _("%(source)s: %(label)s (%(completeness)s)") % {
        "source": version.get_source_display(),
        "label": version.label,
        "completeness": version.get_completeness_display().lower(),
    }
