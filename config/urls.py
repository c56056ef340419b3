"""Each app states its own paths in full; here they are only joined."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("trials.urls")),
    path("", include("screening.urls")),
    path("accounts/", include("config.accounts")),
    path("admin/", admin.site.urls),
]
