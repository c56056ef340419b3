"""The administrator's room for trial content; importing it registers the pages."""

from trials.admin import criteria, sites, trials, variables

__all__ = ["criteria", "sites", "trials", "variables"]
