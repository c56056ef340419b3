"""Django's admin, as one of ours."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "screening.administration.Administration"
