"""Failures as other programs receive them: problem details (RFC 9457) with a code and the id of the request."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse


def problem_json(
    request_id: str, status: int, code: str, detail: str, retry_after: int | None = None, **headers: str
) -> HttpResponse:
    """An `application/problem+json` response; `retry_after` is in seconds.

    `detail` says what went wrong, without personal data. `headers` are added, with "-" for each "_" in their names.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": str(code),
        "detail": detail,
        "request_id": request_id,
    }
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
