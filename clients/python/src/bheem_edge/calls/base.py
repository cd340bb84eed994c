"""How an operation becomes a request, and a response a value."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from ..check import problem
from ..errors import EdgeUnavailableError
from ..messages import Request, Response


def build(
    limit: int,
    method: str,
    template: str,
    path: Mapping[str, object] | None,
    query: Mapping[str, object] | None,
    headers: Mapping[str, object] | None,
    body: object,
    content_type: str,
    accept: str,
) -> Request:
    target = template
    for name, value in (path or {}).items():
        target = target.replace("{" + name + "}", quote(text(value), safe=""))
    sent = {name.lower(): text(value) for name, value in (headers or {}).items() if value is not None}
    sent["accept"] = accept
    content: bytes | None = None
    if body is not None:
        sent["content-type"] = content_type
        if isinstance(body, bytes):
            content = body
        else:
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
    return Request(
        method,
        target,
        {name: text(value) for name, value in (query or {}).items() if value is not None},
        sent,
        content,
        limit,
    )


def text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read(response: Response) -> Any:
    """JSON as Python has it, any other content as bytes, none as None."""
    if response.status == 304 or (200 <= response.status < 300 and not response.body):
        return None
    if not 200 <= response.status < 300:
        raise problem(response)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        return response.body
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise EdgeUnavailableError("UNAVAILABLE", "The answer of the edge cannot be read.", response.status) from None


class Caller:
    """Calls that wait."""

    def __init__(self, limit: int, send: Callable[[Request], Response]) -> None:
        self._limit = limit
        self._send = send

    def _call(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        body: object = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Any:
        return read(
            self._send(build(self._limit, method, template, path, query, headers, body, content_type, accept))
        )


class AsyncCaller:
    """Calls that are awaited."""

    def __init__(self, limit: int, send: Callable[[Request], Awaitable[Response]]) -> None:
        self._limit = limit
        self._send = send

    async def _call(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        body: object = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Any:
        return read(
            await self._send(build(self._limit, method, template, path, query, headers, body, content_type, accept))
        )
