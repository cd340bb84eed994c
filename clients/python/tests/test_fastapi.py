"""Seats in FastAPI: the dependency and the middleware."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Request, WebSocket
from seats import Seats, refusals, request_headers
from starlette.requests import HTTPConnection

from bheem_edge import AsyncEdgeClient, EdgeClient, OnUnavailable, SeatVerdict
from bheem_edge.fastapi import SeatMiddleware, SeatRefused, require_seat, seat_refused

Headers = dict[str, str]
ORGANIZATION = {"x-organization": "hospital_456"}


def user(request: HTTPConnection) -> str | None:
    return request.headers.get("x-user")


async def organization(request: HTTPConnection) -> str | None:
    return request.headers.get("x-organization")


def with_dependency(edge: AsyncEdgeClient | EdgeClient) -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(SeatRefused, seat_refused)
    seat = require_seat(edge, application_slug="healos", user=user, organization=organization)

    @app.get("/patients")
    async def patients(request: Request, verdict: SeatVerdict = Depends(seat)) -> dict[str, Any]:
        return {"reason": verdict.reason, "same": request.state.seat is verdict}

    @app.websocket("/live")
    async def live(socket: WebSocket, verdict: SeatVerdict = Depends(seat)) -> None:
        await socket.accept()
        await socket.send_text(verdict.reason)
        await socket.close()

    @app.get("/health")
    async def health() -> str:
        return "well"

    return app


def with_middleware(edge: AsyncEdgeClient | EdgeClient) -> FastAPI:
    app = FastAPI()
    app.add_middleware(
        SeatMiddleware,
        edge=edge,
        application_slug="healos",
        user=user,
        organization=organization,
        applies=lambda request: request.url.path != "/health",
    )

    @app.get("/patients")
    async def patients(request: Request) -> dict[str, Any]:
        return {"reason": request.state.seat.reason, "same": True}

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(socket.state.seat.reason)
        await socket.close()

    @app.get("/health")
    async def health() -> str:
        return "well"

    return app


Build = Callable[[AsyncEdgeClient | EdgeClient], FastAPI]
BUILDS = pytest.mark.parametrize("build", [with_dependency, with_middleware])


def get(build: Build, path: str, headers: Headers, on_unavailable: OnUnavailable = "stale") -> httpx.Response:
    async def ask() -> httpx.Response:
        async with AsyncEdgeClient("http://edge", transport=Seats(), on_unavailable=on_unavailable) as edge:
            transport = httpx.ASGITransport(build(edge))
            async with httpx.AsyncClient(transport=transport, base_url="http://app") as browser:
                return await browser.get(path, headers=headers)

    return asyncio.run(ask())


@BUILDS
def test_a_user_with_a_seat_reaches_the_route_which_finds_the_verdict(build: Build) -> None:
    response = get(build, "/patients", {"x-user": "ana", **ORGANIZATION})
    assert (response.status_code, response.json()) == (200, {"reason": "SEAT_ACTIVE", "same": True})


@BUILDS
@pytest.mark.parametrize("case", refusals(), ids=str)
def test_who_has_none_is_refused_as_by_the_other_libraries(build: Build, case: dict[str, Any]) -> None:
    response = get(build, "/patients", request_headers(case))
    status, code = case["status"], case["code"]
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers.get("retry-after") == case.get("retryAfter")
    body = response.json()
    assert body.pop("detail")
    assert body == {"status": status, "title": HTTPStatus(status).phrase, "code": code}


@BUILDS
def test_an_unavailable_edge_is_503_also_where_it_is_an_error(build: Build) -> None:
    response = get(build, "/patients", {"x-user": "eve", **ORGANIZATION}, "error")
    assert (response.status_code, response.json()["code"]) == (503, "EDGE_UNAVAILABLE")


@BUILDS
def test_what_needs_no_seat_is_reached_by_everybody(build: Build) -> None:
    assert get(build, "/health", {}).json() == "well"


async def connect(app: FastAPI, headers: Headers, extensions: dict[str, Any]) -> list[dict[str, Any]]:
    """What the application sends to a WebSocket."""
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "path": "/live",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
        "extensions": extensions,
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent


def live(build: Build, headers: Headers, extensions: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    async def ask() -> list[dict[str, Any]]:
        async with AsyncEdgeClient("http://edge", transport=Seats()) as edge:
            return await connect(build(edge), {**headers, **ORGANIZATION}, extensions or {})

    return asyncio.run(ask())


@BUILDS
def test_websockets_need_a_seat_as_well(build: Build) -> None:
    with_seat = live(build, {"x-user": "ana"})
    assert [message["type"] for message in with_seat] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert with_seat[1]["text"] == "SEAT_ACTIVE"
    (refused,) = live(build, {"x-user": "bob"})
    assert (refused["type"], refused["code"], refused["reason"]) == ("websocket.close", 1008, "SEAT_NOT_FOUND")


def test_a_server_that_can_answers_a_websocket_with_a_problem() -> None:
    start, body = live(with_middleware, {"x-user": "eve"}, {"websocket.http.response": {}})
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 503)
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert json.loads(body["body"])["code"] == "EDGE_UNAVAILABLE"


def test_a_client_for_threads_serves_as_well() -> None:
    async def ask() -> httpx.Response:
        with EdgeClient("http://edge", transport=Seats) as edge:
            transport = httpx.ASGITransport(with_dependency(edge))
            async with httpx.AsyncClient(transport=transport, base_url="http://app") as browser:
                return await browser.get("/patients", headers={"x-user": "ana", **ORGANIZATION})

    assert asyncio.run(ask()).json() == {"reason": "SEAT_ACTIVE", "same": True}


def test_without_the_handler_a_refusal_is_still_one() -> None:
    def bare(edge: AsyncEdgeClient | EdgeClient) -> FastAPI:
        app = with_dependency(edge)
        del app.exception_handlers[SeatRefused]
        return app

    response = get(bare, "/patients", {"x-user": "bob", **ORGANIZATION})
    assert (response.status_code, response.json()) == (403, {"detail": "SEAT_NOT_FOUND"})
