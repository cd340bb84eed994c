"""What middleware answers to a request that has no seat."""

from __future__ import annotations

import http
from dataclasses import dataclass, field

from .verdict import SeatVerdict

UNAVAILABLE = "EDGE_UNAVAILABLE"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Refusal:
    """A problem (RFC 9457)."""

    status: int
    code: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        title = http.HTTPStatus(self.status).phrase
        return {"status": self.status, "title": title, "code": self.code, "detail": self.detail}


NO_USER = Refusal(401, "UNAUTHENTICATED", "The request names no user.")
NO_ORGANIZATION = Refusal(403, "ORGANIZATION_NOT_FOUND", "The request names no organization.")
NO_EDGE = Refusal(503, UNAVAILABLE, "Whether there is a seat cannot be determined at present.", {"Retry-After": "1"})


def refusal(verdict: SeatVerdict) -> Refusal | None:
    """Why a request is refused; None if the user has a seat."""
    if verdict.has_access:
        return None
    if verdict.reason == UNAVAILABLE:
        return NO_EDGE
    return Refusal(403, verdict.reason, "The user has no seat that grants access.")
