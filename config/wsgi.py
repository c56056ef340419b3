"""The web process."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if "owner" in settings.DATABASES:
    raise ImproperlyConfigured(
        "A web process must not hold the owner's connection: unset TRIALDESK_AS_OWNER."
    )

application = get_wsgi_application()
