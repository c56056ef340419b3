"""The web process, which never holds the owner's connection and refuses an unsafe production start."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if "owner" in settings.DATABASES:
    raise ImproperlyConfigured(
        "A web process must not hold the owner's connection: unset TRIALDESK_AS_OWNER."
    )

application = get_wsgi_application()
if settings.MODE == "production":
    refuse_unsafe_start()
