"""Each app states its own paths in full; here they are only joined."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("trials.urls")),
    path("", include("screening.urls")),
    path("api/", include("trials.api.urls")),
    path("accounts/", include("config.accounts")),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
