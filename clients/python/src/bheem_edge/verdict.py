"""Seat checks and what is answered to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

__all__ = ["Origin", "SeatCheck", "SeatVerdict"]

Origin = Literal["edge", "memory", "outage", "unavailable"]
"""Where an answer comes from.

`edge`: the edge has answered this check. `memory`: it was remembered. `outage`: it was remembered, and is used because the
edge cannot answer. `unavailable`: nobody knows.
"""


class SeatCheck(NamedTuple):
    """A question: has this user a seat of the application in the organization?"""

    application_slug: str
    external_org_id: str
    user_id: str
    min_version: int | None = None


@dataclass(frozen=True)
class SeatVerdict:
    """A grant or a denial."""

    has_access: bool
    reason: str
    """`SEAT_ACTIVE`, `SEAT_REVOKED`, …: docs/seats.md. `EDGE_UNAVAILABLE` where nobody knows."""
    origin: Origin
    seat_id: str | None = None
    subscription_status: str | None = None
    expires_at: str | None = None
    """When the paid period ends, RFC 3339."""
    source: str | None = None
    """Where the edge had it from: `erp`, `record`, `cache`, `stale`."""
    as_of: str | None = None
    """When the ERP or the record said so, RFC 3339."""
    version: int | None = None
    """Pass it as `min_version` to exclude what is older."""

    @classmethod
    def unavailable(cls, has_access: bool = False, reason: str = "EDGE_UNAVAILABLE") -> SeatVerdict:
        """The answer where the edge cannot answer and nothing is remembered."""
        return cls(has_access, reason, "unavailable")


def read_verdict(body: object) -> SeatVerdict | None:
    """The answer of the edge; None if it cannot be read."""
    if not isinstance(body, Mapping):
        return None
    has_access, reason, version = body.get("hasAccess"), body.get("reason"), body.get("version")
    if not isinstance(has_access, bool) or not isinstance(reason, str):
        return None
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        return None

    def text(name: str) -> str | None:
        value: Any = body.get(name)
        return value if isinstance(value, str) else None

    return SeatVerdict(
        has_access,
        reason,
        "edge",
        text("seatId"),
        text("subscriptionStatus"),
        text("expiresAt"),
        text("source"),
        text("asOf"),
        version,
    )
