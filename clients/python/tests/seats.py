"""A transport that answers checks by the user's name."""

from __future__ import annotations

import asyncio
import json

from virtual import json_response, kind_of

from bheem_edge.messages import Failure, Request, Response


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
