"""Files as answers: named, and not sent again where nothing has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

JSON = "application/json"
CSV = "text/csv; charset=utf-8"
RIS = "application/x-research-info-systems; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FHIR = "application/fhir+json"


def as_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def unless_known(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """The content, or 304 for somebody who has it. Anybody may keep it, and asks whether it is still so."""
    etag = f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(content, content_type=content_type)
    response["ETag"] = etag
    patch_cache_control(response, public=True, no_cache=True)
    return response


def as_file[Response: HttpResponseBase](response: Response, name: str) -> Response:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def streamed(pieces: Iterable[str], content_type: str, name: str) -> StreamingHttpResponse:
    encoded = (piece.encode() for piece in pieces)
    return as_file(StreamingHttpResponse(encoded, content_type=content_type), name)
