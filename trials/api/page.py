"""The page on the read interface: what the OpenAPI document says, for people to read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from trials.api.columns import FIELDS, SORTED
from trials.api.openapi import document
from trials.api.searched import AREAS, area_pieces
from trials.handing_on.lists import MOST


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    server = request.build_absolute_uri(reverse("api:studies")).removesuffix("/studies")
    paths = document(server)["paths"]
    operations = [
        {
            "path": path,
            **{key: methods["get"].get(key, "") for key in ("summary", "description", "parameters")},
        }
        for path, methods in paths.items()
    ]
    context = {
        "server": server,
        "operations": operations,
        "areas": [(name, area_pieces(name)) for name in AREAS],
        "fields": sorted(FIELDS),
        "sorted": list(SORTED),
        "most": MOST,
    }
    return render(request, "trials/api.html", context)
