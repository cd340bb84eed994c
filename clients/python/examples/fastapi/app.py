"""A product that only users with a seat may use: README.md says how to run it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request

from bheem_edge import AsyncEdgeClient, SeatVerdict
from bheem_edge.fastapi import SeatRefused, require_seat, seat_refused

edge = AsyncEdgeClient(os.environ["EDGE"], os.environ["KEY"])


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with edge:
        yield


app = FastAPI(lifespan=lifespan)
app.add_exception_handler(SeatRefused, seat_refused)


# A real product takes both from its session or its token.
def user(request: Request) -> str | None:
    return request.headers.get("x-user")


def organization(request: Request) -> str | None:
    return request.headers.get("x-organization")


seat = require_seat(edge, application_slug="healos", user=user, organization=organization)


@app.get("/patients")
async def patients(verdict: SeatVerdict = Depends(seat)) -> dict[str, object]:
    return {"patients": ["Ana", "Ben"], "seat": verdict.seat_id, "origin": verdict.origin}
