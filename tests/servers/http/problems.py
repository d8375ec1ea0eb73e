"""What every problem document has."""

from __future__ import annotations

from typing import Any

import httpx2

from crucible_tools.servers.problems import MEDIA_TYPE


def problem(response: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The document of a problem, which has all that a problem has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    document = response.json()
    assert document["type"] == f"/errors#{code}"
    assert (document["status"], document["code"]) == (status, code)
    assert document["title"]
    assert document["detail"]
    assert "hint" in document
    return document
