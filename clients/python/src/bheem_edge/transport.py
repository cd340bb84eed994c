"""How requests reach the edge."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx

from .clock import SECOND
from .messages import Failure, Request, Response


class Transport(Protocol):
    """Sends requests. A stand-in for it lets tests answer in place of the edge."""

    async def send(self, request: Request) -> Response | Failure:
        """The answer of the edge, or why there is none. Gives up after `request.limit`."""

    async def close(self) -> None:
        """Closes all connections."""


class HttpTransport:
    """HTTP by httpx."""

    def __init__(self, url: str, key: str | None, client: httpx.AsyncClient | None = None) -> None:
        if httpx.URL(url).scheme not in ("http", "https"):
            raise ValueError(f"{url!r} is not the address of an edge: http://… or https://…")
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ValueError("the key has characters that no key has")
        self._url = url.rstrip("/")
        self._key = key
        self._client = client
        self._own = client is None

    async def send(self, request: Request) -> Response | Failure:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=None)
        headers = {"user-agent": "bheem-edge-python", **request.headers}
        if self._key is not None:
            headers["authorization"] = f"Bearer {self._key}"
        if request.body is not None:
            headers.setdefault("content-type", "application/json")
        sending = self._client.request(
            request.method,
            self._url + request.path,
            params=request.query,
            headers=headers,
            content=request.body,
            follow_redirects=False,
        )
        try:
            response = await asyncio.wait_for(sending, None if request.limit is None else request.limit / SECOND)
        except (asyncio.TimeoutError, TimeoutError):
            return Failure("The edge has not answered in time.", timed_out=True)
        except Exception as error:
            # Whatever keeps a request from being answered: the feed must outlive it.
            return Failure(f"The edge cannot be reached: {error or type(error).__name__}")
        return Response(response.status_code, dict(response.headers), response.content)

    async def close(self) -> None:
        if self._client is not None and self._own:
            client, self._client = self._client, None
            await client.aclose()
