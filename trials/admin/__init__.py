"""The administrator's room for trial content; importing it registers the pages."""

from trials.admin import captions, criteria, parts, sites, trials, variables

__all__ = ["captions", "criteria", "parts", "sites", "trials", "variables"]
