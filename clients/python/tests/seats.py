"""A transport that answers checks by the user's name."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from virtual import json_response, kind_of

from bheem_edge.messages import Failure, Request, Response

REQUESTS = Path(__file__).parents[2] / "cases" / "middleware" / "requests.json"


def refusals() -> list[dict[str, Any]]:
    """How all libraries refuse requests: of `clients/cases/middleware`, those that are refused."""
    return [case for case in json.loads(REQUESTS.read_text()) if "code" in case]


def request_headers(case: dict[str, Any]) -> dict[str, str]:
    """The headers of a request as the case has it."""
    found = {"x-user": case["user"], "x-organization": case["organization"]}
    return {name: value for name, value in found.items() if value is not None}


class Seats:
    """`ana` has a seat, `eve` makes the edge fail, nobody else has one."""

    def __init__(self) -> None:
        self.checks: list[dict[str, object]] = []

    async def send(self, request: Request) -> Response | Failure:
        if kind_of(request) == "changes":
            if "since" in request.query:
                await asyncio.sleep(3600)
            return json_response({"changes": [], "next": "p1", "reset": True})
        body = json.loads(request.body or b"")
        self.checks.append(body)
        if body["userId"] == "eve":
            return json_response({}, 500)
        granted = body["userId"] == "ana"
        return json_response({"hasAccess": granted, "reason": "SEAT_ACTIVE" if granted else "SEAT_NOT_FOUND"})

    async def close(self) -> None:
        pass
