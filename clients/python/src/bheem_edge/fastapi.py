"""Seats in FastAPI and Starlette: a dependency for routes, or a middleware for a whole application."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Coroutine
from typing import Any, Optional, Union

from fastapi import Depends, WebSocketException
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .aio import AsyncEdgeClient
from .errors import EdgeUnavailableError
from .refusal import MEDIA_TYPE, NO_EDGE, NO_ORGANIZATION, NO_USER, Refusal, refusal
from .sync import EdgeClient
from .verdict import SeatVerdict

__all__ = ["SeatMiddleware", "SeatRefused", "require_seat", "seat_refused"]

Edge = Union[AsyncEdgeClient, EdgeClient]
Found = Callable[[HTTPConnection], Any]
"""Gives the user's or the organization's id, None if the request has none; may be a coroutine function."""

POLICY_VIOLATION = 1008


class SeatRefused(HTTPException):
    """The request has no seat. `seat_refused` answers it as `application/problem+json`."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.status, why.code, dict(why.headers))
        self.refusal = why


async def seat_refused(request: Request, error: Exception) -> Response:
    """The exception handler: `app.add_exception_handler(SeatRefused, seat_refused)`."""
    assert isinstance(error, SeatRefused)
    return response(error.refusal)


def response(why: Refusal) -> Response:
    return JSONResponse(why.body(), why.status, why.headers, MEDIA_TYPE)


def require_seat(
    edge: Edge, *, application_slug: str, user: Callable[..., Any], organization: Callable[..., Any]
) -> Callable[..., Coroutine[Any, Any, SeatVerdict]]:
    """A dependency that gives the verdict of a user with a seat, and refuses everybody else.

    `user` and `organization` are dependencies themselves, and give the ids, or None. The verdict is `request.state.seat`
    as well. Errors: `SeatRefused`; `ProblemError` for a mistake in the program or its key.
    """

    async def seat(
        connection: HTTPConnection,
        user_id: Optional[str] = Depends(user),  # noqa: B008, UP045
        organization_id: Optional[str] = Depends(organization),  # noqa: B008, UP045
    ) -> SeatVerdict:
        verdict = await decide(edge, application_slug, user_id, organization_id)
        if isinstance(verdict, Refusal):
            if connection.scope["type"] == "websocket":
                raise WebSocketException(POLICY_VIOLATION, verdict.code)
            raise SeatRefused(verdict)
        connection.state.seat = verdict
        return verdict

    return seat


class SeatMiddleware:
    """ASGI middleware: only users with a seat reach the application. The verdict is `request.state.seat`.

    `applies` says which requests need a seat, by default all: leave out what has no user, as health checks and login.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        edge: Edge,
        application_slug: str,
        user: Found,
        organization: Found,
        applies: Callable[[HTTPConnection], bool] = lambda connection: True,
    ) -> None:
        self._app = app
        self._edge = edge
        self._application_slug = application_slug
        self._user = user
        self._organization = organization
        self._applies = applies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = Request(scope) if scope["type"] == "http" else HTTPConnection(scope)
        if self._applies(connection):
            user_id = await found(self._user, connection)
            organization_id = None if user_id is None else await found(self._organization, connection)
            verdict = await decide(self._edge, self._application_slug, user_id, organization_id)
            if isinstance(verdict, Refusal):
                await refuse(verdict, scope, receive, send)
                return
            connection.state.seat = verdict
        await self._app(scope, receive, send)


async def found(function: Found, connection: HTTPConnection) -> str | None:
    value = function(connection)
    if inspect.isawaitable(value):
        value = await value
    return None if value is None else str(value)


async def decide(
    edge: Edge, application_slug: str, user_id: str | None, organization_id: str | None
) -> SeatVerdict | Refusal:
    if not user_id:
        return NO_USER
    if not organization_id:
        return NO_ORGANIZATION
    ask = edge.averify_seat if isinstance(edge, EdgeClient) else edge.verify_seat
    try:
        verdict = await ask(user_id=user_id, application_slug=application_slug, external_org_id=organization_id)
    except EdgeUnavailableError:
        return NO_EDGE
    return refusal(verdict) or verdict


async def refuse(why: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await response(why)(scope, receive, send)
        return
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = {"content-type": MEDIA_TYPE, **why.headers}
        listed = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "websocket.http.response.start", "status": why.status, "headers": listed})
        await send({"type": "websocket.http.response.body", "body": json.dumps(why.body()).encode()})
    else:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": why.code})
